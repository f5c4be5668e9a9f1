package service

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/models"
	"folkmoot/models/sealed"
)

// TestResultHidden gives no result to anybody before it is sealed.
func TestResultHidden(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Hidden", nil, "One")
	r.votes(t, c.Slug, 1, 4, 3, 1)
	_, _, err := r.Result(ctx, reload(t, r.Service, c.ID))
	refused(t, err, models.CodeForbidden, "error.results.hidden")
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	_, _, err = r.Result(ctx, reload(t, r.Service, c.ID))
	refused(t, err, models.CodeForbidden, "error.results.hidden")
	must(r.Seal(ctx, r.organiser, c.Slug))(t)
	result, sealed, err := r.Result(ctx, reload(t, r.Service, c.ID))
	ok(t, err)
	if sealed == nil || result.Sealed != 1 || result.Ideas[0].Tally != (models.Tally{Agree: 4, Disagree: 3, Pass: 1}) {
		t.Errorf("sealed: %+v", result)
	}
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil, "One")
	_, err := r.Seal(ctx, r.organiser, c.Slug)
	conflict(t, err, "error.consultation.move")
	chosen := must(r.CheckChoice(ctx, c.Slug, 1, "agree"))(t)
	ask := BallotLinkInput{Slug: c.Slug, Email: "ada@example.org", Choices: map[int]models.Choice{1: chosen}}
	must(r.AskBallotLink(ctx, guest("g2"), ask))(t)
	r.votes(t, c.Slug, 1, 3, 0, 0)

	r.clock.set(c.ClosesAt.Add(time.Hour))
	_, err = r.Seal(ctx, r.organiser, c.Slug)
	conflict(t, err, "error.seal.ballots")
	if until := errorOf(err).Args["date"].(time.Time); !until.Equal(c.ClosesAt.Add(models.LateLinks)) {
		t.Errorf("ballots until %v", until)
	}
	r.clock.set(c.ClosesAt.Add(models.LateLinks))

	db := r.raw(t)
	if _, err := db.Exec("UPDATE ideas SET agree = agree + 1 WHERE number = 1"); err != nil {
		t.Fatal(err)
	}
	_, err = r.Seal(ctx, r.organiser, c.Slug)
	conflict(t, err, "error.seal.differs")
	_, err = r.PublicFile(ctx, c.Slug)
	refused(t, err, models.CodeNotFound, "error.sealed.none")
	if _, err := db.Exec("UPDATE ideas SET agree = agree - 1 WHERE number = 1"); err != nil {
		t.Fatal(err)
	}
	sealed := must(r.Seal(ctx, r.organiser, c.Slug))(t)
	if sealed.Version != 1 || sealed.Result.Unconfirmed != 1 || sealed.Result.Voters != 3 || sealed.SealedBy != r.organiser.ID() {
		t.Errorf("sealed %+v", sealed.Result)
	}
	_, err = r.Seal(ctx, r.organiser, c.Slug)
	conflict(t, err, "error.consultation.move")
}

// TestSealCountsTheUndecided seals over texts of the last night and a report, lists both,
// and takes reports and decisions afterwards.
func TestSealCountsTheUndecided(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil, "One")
	shown := reply(t, r.Service, c.Slug, "g0", "Hello.", "").Item
	ok(t, r.act(t, r.mod, shown, models.ActionPublish, ""))
	r.clock.set(c.ClosesAt.Add(-time.Hour))
	late := r.Now()
	var waiting []models.Item
	for n := range 30 {
		waiting = append(waiting, reply(t, r.Service, c.Slug, fmt.Sprint("g", n+1), "At the last minute.", "").Item)
	}
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	must(r.Report(ctx, guest("h"), shown, "Look at this."))(t)
	must(r.Report(ctx, guest("h2"), shown, "And look again."))(t)
	version := must(r.Seal(ctx, r.organiser, c.Slug))(t)
	got := version.Result
	if len(got.Undecided) != 31 || got.UndecidedTexts() != 30 || got.UndecidedReports() != 1 {
		t.Fatalf("%d undecided, %d texts, %d reported", len(got.Undecided), got.UndecidedTexts(), got.UndecidedReports())
	}
	for _, item := range waiting {
		if want := (models.Undecided{Item: item.String(), Since: late}); !slices.Contains(got.Undecided, want) {
			t.Errorf("%+v is not listed", want)
		}
	}
	if want := (models.Undecided{Item: shown.String(), Since: r.Now(), Reports: 2}); got.Undecided[30] != want {
		t.Errorf("listed %+v, want %+v", got.Undecided[30], want)
	}
	for _, file := range [][]byte{version.Full, version.Public} {
		if bytes.Contains(file, []byte("last minute")) || !bytes.Contains(file, []byte(waiting[7].String())) {
			t.Error("a file has the words of what waits, or does not list it")
		}
		if _, _, diffs, err := sealed.Verify(file); err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v, %v", diffs, err)
		}
	}
	must(r.Report(ctx, guest("i"), shown, "After sealing."))(t)
	ok(t, r.act(t, r.mod, waiting[0], models.ActionReject, "Too late."))
	result, _, err := r.Result(ctx, reload(t, r.Service, c.ID))
	if err != nil || len(result.Undecided) != 31 {
		t.Errorf("a decision after sealing changes the result: %d undecided, %v", len(result.Undecided), err)
	}
	if n := must(r.QueueLength(ctx, r.mod))(t); n != 30 {
		t.Errorf("%d texts are before the moderators, want 29 that wait and one that is reported", n)
	}
	if diffs := r.verified(t); diffs != "" {
		t.Errorf("verify: %s", diffs)
	}
}

// TestSealPrintsChanges seals every change of dates and rules after opening with reason and
// time, and no change of words or of the draft.
func TestSealPrintsChanges(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", func(in *ConsultationInput) { in.Settings.MinVotes = 3 }, "One")
	edit := func(reason string, change func(*ConsultationInput)) models.Time {
		t.Helper()
		r.clock.add(time.Hour)
		in := editForm(c)
		change(&in)
		in.Reason = reason
		c = must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
		return r.Now()
	}
	closes := c.ClosesAt
	first := edit("Two parishes asked.", func(in *ConsultationInput) { in.ClosesAt = closes.Add(testDay) })
	edit("", func(in *ConsultationInput) { in.Text.Title = "Empty shops" })
	second := edit("Fairer.", func(in *ConsultationInput) {
		in.Settings.MinVotes, in.Settings.Capacities = 9, []models.Capacity{models.CapacityBusiness}
		in.ClosesAt = closes.Add(2 * testDay)
	})
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	version := must(r.Seal(ctx, r.organiser, c.Slug))(t)
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	want := []models.RuleChange{
		{At: first, Reason: "Two parishes asked.", Changes: []models.SettingChange{{Name: "closes_at", Before: at(closes), After: at(closes.Add(testDay))}}},
		{At: second, Reason: "Fairer.", Changes: []models.SettingChange{
			{Name: "closes_at", Before: at(closes.Add(testDay)), After: at(closes.Add(2 * testDay))},
			{Name: "min_votes", Before: "3", After: "9"},
			{Name: "capacities", Before: "", After: "business_owner"},
		}},
	}
	if diff := cmp.Diff(want, version.Result.Changes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for kind, b := range map[string][]byte{sealed.KindFull: version.Full, sealed.KindPublic: version.Public} {
		var file sealed.File
		ok(t, json.Unmarshal(b, &file))
		if diff := cmp.Diff(want, file.Consultation.Changes); diff != "" {
			t.Errorf("%s file (-want +got):\n%s", kind, diff)
		}
		if _, _, diffs, err := sealed.Verify(b); err != nil || len(diffs) > 0 {
			t.Errorf("%s file: %v, %v", kind, diffs, err)
		}
	}
	result, _, err := r.Result(ctx, reload(t, r.Service, c.ID))
	ok(t, err)
	if diff := cmp.Diff(want, result.Changes); diff != "" {
		t.Errorf("the result (-want +got):\n%s", diff)
	}
	if diffs := r.verified(t); diffs != "" {
		t.Errorf("verify: %s", diffs)
	}
	if _, err := r.raw(t).Exec("UPDATE consultation_revisions SET reason = 'Because.' WHERE reason = 'Fairer.'"); err != nil {
		t.Fatal(err)
	}
	if diffs := r.verified(t); !strings.Contains(diffs, "change 2") {
		t.Errorf("a reason altered in the store: %q", diffs)
	}
}

func errorOf(err error) *models.Error {
	e, _ := errors.AsType[*models.Error](err)
	return e
}

var update = flag.Bool("update", false, "keep the sealed files as testdata of models/sealed")

func TestSealedFiles(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c, version := r.sealed(t)
	if c.State != models.StateSealed || !c.SealedAt.Equal(r.Now()) {
		t.Errorf("consultation %+v", c)
	}
	public := must(r.PublicFile(ctx, c.Slug))(t)
	if full := must(r.store.Sealed(ctx, c.ID))(t); full.Full != nil || full.Public != nil || full.FullSHA256 != version.FullSHA256 {
		t.Error("the version for pages comes with its files")
	}
	if public.Full != nil || !bytes.Equal(public.Public, version.Public) {
		t.Error("the public answer is not the public file alone")
	}
	full := must(r.FullFile(ctx, r.organiser, c.Slug))(t)
	logged, _, err := r.store.AuditEntries(ctx, models.AuditFilter{Act: models.AuditFullFileDownloaded})
	if err != nil || len(logged) != 1 || logged[0].Actor != (models.AuditActor{ID: r.organiser.ID(), Role: models.RoleOrganiser}) || logged[0].ConsultationID != c.ID {
		t.Errorf("downloads logged: %+v, %v", logged, err)
	}
	for kind, b := range map[string][]byte{sealed.KindFull: full.Full, sealed.KindPublic: public.Public} {
		got, sum, diffs, err := sealed.Verify(b)
		if err != nil || got != kind || len(diffs) > 0 || sum != hexSHA256(b) {
			t.Errorf("%s file: %s, %v, %v", kind, got, diffs, err)
		}
	}
	ok(t, r.store.EachVote(ctx, c.ID, func(v models.Vote) error {
		if bytes.Contains(full.Full, []byte(v.ParticipantID)) {
			t.Error("the full file names a voter")
		}
		return nil
	}))
	for _, secret := range []string{"voter1-", "Rude words", "Insults", "insults a neighbour", "Nobody read", "names me"} {
		if bytes.Contains(full.Full, []byte(secret)) || bytes.Contains(full.Public, []byte(secret)) {
			t.Errorf("a file holds %q", secret)
		}
	}
	if bytes.Contains(full.Public, []byte(`"ballots`)) || bytes.Contains(full.Public, []byte(`"decisions"`)) {
		t.Error("the public file holds ballots or decisions")
	}
	checkSealedFigures(t, version)
	if *update {
		ok(t, os.WriteFile(filepath.Join("..", "sealed", "testdata", "full.json"), full.Full, 0o644))
		ok(t, os.WriteFile(filepath.Join("..", "sealed", "testdata", "public.json"), public.Public, 0o644))
	}
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// checkSealedFigures compares with the votes that staffRoom.sealed casts.
func checkSealedFigures(t *testing.T, version models.Sealed) {
	t.Helper()
	var file sealed.File
	ok(t, json.Unmarshal(version.Full, &file))
	want := map[int]models.Tally{
		1: {Agree: 20, Disagree: 2, Pass: 1}, 2: {Agree: 9, Disagree: 8}, 3: {Agree: 10, Disagree: 7, Pass: 3},
		4: {Agree: 1, Disagree: 1}, 5: {Agree: 6, Disagree: 6},
	}
	if len(file.Result.Ideas) != len(want) || file.Result.Voters != 75 || file.Result.Votes != 74 || len(file.Ballots) != 75 {
		t.Errorf("%d ideas, %d voters, %d votes, %d ballots",
			len(file.Result.Ideas), file.Result.Voters, file.Result.Votes, len(file.Ballots))
	}
	for _, i := range file.Result.Ideas {
		if i.Tally != want[i.Number] || i.Ranked() != (i.Number != 4) {
			t.Errorf("idea %d: %+v rank %d", i.Number, i.Tally, i.Rank)
		}
	}
	if len(file.Ideas) != 6 || file.Ideas[5].Status != models.StatusRemoved || len(file.Decisions) != 5 {
		t.Errorf("ideas %+v, %d decisions", file.Ideas, len(file.Decisions))
	}
}

func TestPublicFileIsWithheld(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c, _ := r.sealed(t)
	must(r.PublicFile(ctx, c.Slug))(t)
	gone := must(r.store.Idea(ctx, c.ID, 1))(t)
	decide(t, r.Service, gone.Item(), models.ActionRemove)
	refused(t, errOf(r.PublicFile(ctx, c.Slug)), models.CodeGone, "error.sealed.withheld")
	must(r.FullFile(ctx, r.organiser, c.Slug))(t) // organisers keep what they sealed
	decide(t, r.Service, gone.Item(), models.ActionRestore)
	must(r.PublicFile(ctx, c.Slug))(t)
}
