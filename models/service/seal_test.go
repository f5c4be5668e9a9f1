package service

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/sealed"
)

func TestResultHiddenAndStepped(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Hidden", nil, "One")
	r.votes(t, c.Slug, 1, 4, 3, 1)
	_, _, err := r.Result(ctx, reload(t, r.Service, c.ID))
	refused(t, err, models.CodeForbidden, "error.results.hidden")
	r.clock.set(c.ClosesAt)
	_, _, err = r.Result(ctx, reload(t, r.Service, c.ID))
	refused(t, err, models.CodeForbidden, "error.results.hidden")

	r.clock.set(start)
	live := r.opened(t, "Live", func(in *ConsultationInput) { in.Settings.Tallies = models.TalliesAlways }, "One", "Two")
	r.votes(t, live.Slug, 1, 14, 9, 4)
	result, sealed, err := r.Result(ctx, reload(t, r.Service, live.ID))
	ok(t, err)
	one := result.Ideas[0]
	if sealed != nil || !result.Stepped || result.Sealed != 0 || result.Voters != 27 || result.Votes != 15 {
		t.Errorf("head %+v", result)
	}
	if one.Number != 1 || one.Tally != (models.Tally{Agree: 10, Disagree: 5}) || one.Rank != 1 || *one.Support != 2.0/3 {
		t.Errorf("idea %+v", one)
	}
	if two := result.Ideas[1]; two.Ranked() || two.Support != nil || two.MergedFrom == nil {
		t.Errorf("idea without votes %+v", two)
	}
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil, "One")
	_, err := r.Seal(ctx, r.organiser, c.Slug)
	conflict(t, err, "error.consultation.move")
	item := reply(t, r.Service, c.Slug, "g", "Hello.", "").Item
	chosen := must(r.CheckChoice(ctx, c.Slug, 1, "agree"))(t)
	ask := BallotLinkInput{Slug: c.Slug, Email: "ada@example.org", Choices: map[int]models.Choice{1: chosen}}
	must(r.AskBallotLink(ctx, guest("g2"), ask))(t)
	r.votes(t, c.Slug, 1, 3, 0, 0)

	r.clock.set(c.ClosesAt.Add(time.Hour))
	_, err = r.Seal(ctx, r.organiser, c.Slug)
	if conflict(t, err, "error.seal.waiting"); errorOf(err).Args["count"] != int64(1) {
		t.Errorf("waiting: %v", errorOf(err).Args)
	}
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))
	_, err = r.Seal(ctx, r.organiser, c.Slug)
	conflict(t, err, "error.seal.ballots")
	if until := errorOf(err).Args["date"].(time.Time); !until.Equal(c.ClosesAt.Add(models.LateLinks)) {
		t.Errorf("ballots until %v", until)
	}
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	must(r.Report(ctx, guest("h"), item, "Look at this."))(t)
	_, err = r.Seal(ctx, r.organiser, c.Slug)
	conflict(t, err, "error.seal.waiting")
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))

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
	for _, secret := range []string{"voter1-", "Rude words", "Insults", "insults a neighbour"} {
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
