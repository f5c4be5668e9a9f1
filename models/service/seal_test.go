package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func TestResultHiddenAndStepped(t *testing.T) {
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
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil, "One")
	_, err := r.Seal(ctx, r.organiser, c.Slug)
	conflict(t, err, "error.consultation.move")
	item := reply(t, r.Service, c.Slug, "g", "Hello.", "").Item
	chosen := must(r.CheckChoice(ctx, c.Slug, 1, "agree"))(t)
	ask := BallotInput{Slug: c.Slug, Email: "ada@example.org", Choices: []models.ChosenVote{chosen}}
	must(r.AskBallot(ctx, guest("g2"), ask))(t)
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

func TestSealedFiles(t *testing.T) {
	r := newStaffRoom(t)
	ctx := t.Context()
	c, sealed := r.sealed(t)
	if c.State != models.StateSealed || !c.SealedAt.Equal(r.Now()) {
		t.Errorf("consultation %+v", c)
	}
	public := must(r.PublicFile(ctx, c.Slug))(t)
	if full := must(r.store.Sealed(ctx, c.ID))(t); full.Full != nil || full.Public != nil || full.FullSHA256 != sealed.FullSHA256 {
		t.Error("the version for pages comes with its files")
	}
	if public.Full != nil || !bytes.Equal(public.Public, sealed.Public) {
		t.Error("the public answer is not the public file alone")
	}
	full := must(r.FullFile(ctx, r.organiser, c.Slug))(t)
	var downloads int
	ok(t, r.raw(t).QueryRow("SELECT count(*) FROM downloads WHERE participant_id = ?", r.organiser.ID()).Scan(&downloads))
	if downloads != 1 {
		t.Errorf("%d downloads logged", downloads)
	}
	for kind, b := range map[string][]byte{fullKind: full.Full, publicKind: public.Public} {
		got, sum, diffs, err := VerifyFile(b)
		if err != nil || got != kind || len(diffs) > 0 || sum != sumOf(b) {
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
	checkSealedFigures(t, sealed)
}

// checkSealedFigures compares with the votes that staffRoom.sealed casts.
func checkSealedFigures(t *testing.T, sealed models.Sealed) {
	t.Helper()
	var file models.SealedFile
	ok(t, json.Unmarshal(sealed.Full, &file))
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

// tree is a JSON value that a test alters.
type tree = map[string]any

func list(v any) []any { return v.([]any) }

// row finds the object of a list whose key has the value as printed.
func row(v any, key, value string) tree {
	for _, o := range list(v) {
		if b, _ := json.Marshal(o.(tree)[key]); string(b) == value {
			return o.(tree)
		}
	}
	panic("no row with " + key + " " + value)
}

// drop takes the nth thing out of a list.
func drop(f tree, key string, n int) {
	l := list(f[key])
	f[key] = append(append([]any{}, l[:n]...), l[n+1:]...)
}

// alteration is one change of a sealed file and the place that must be named.
type alteration struct {
	name  string
	where string
	alter func(tree)
}

func alterations() []alteration {
	idea := func(f tree) tree { return row(f["ideas"], "number", "3") }
	result := func(f tree) tree { return f["result"].(tree) }
	figure := func(f tree) tree { return row(result(f)["ideas"], "number", "3") }
	return []alteration{
		{"an idea's title", "idea 3: title", func(f tree) { idea(f)["title"] = "Bazaars" }},
		{"an idea's body", "idea 3: body", func(f tree) { idea(f)["body"] = "Because." }},
		{"an idea's author", "idea 3: author", func(f tree) { idea(f)["author"] = "Zoe" }},
		{"an idea's status", "idea 3: status", func(f tree) { idea(f)["status"] = "removed" }},
		{"an idea merged", "idea 3: merged_into", func(f tree) { idea(f)["merged_into"] = 1 }},
		{"an idea's number", "numbers of the ideas", func(f tree) { idea(f)["number"] = 9 }},
		{"an idea removed", "idea 3: title", func(f tree) { drop(f, "ideas", 2) }},
		{"the order swapped", "order", func(f tree) { o := list(f["order"]); o[0], o[1] = o[1], o[0] }},
		{"an order entry removed", "order", func(f tree) { drop(f, "order", 1) }},
		{"the result's order", "result: order", func(f tree) {
			o := list(result(f)["ideas"])
			o[0], o[1] = o[1], o[0]
		}},
		{"the minimum of votes", "settings: min_votes", func(f tree) { settings(f)["min_votes"] = 4 }},
		{"when tallies show", "settings: tallies", func(f tree) { settings(f)["tallies"] = "always" }},
		{"who may vote", "settings: capacities", func(f tree) { settings(f)["capacities"] = []any{"resident"} }},
		{"how many are answered", "settings: answer_top", func(f tree) { settings(f)["answer_top"] = 1 }},
		{"the closing date", "consultation: closes_at", func(f tree) { f["consultation"].(tree)["closes_at"] = "2027-03-23T09:10:00.000Z" }},
		{"the slug", "consultation: slug", func(f tree) { f["consultation"].(tree)["slug"] = "other" }},
		{"the question", "text en: question", func(f tree) {
			f["consultation"].(tree)["texts"].(tree)["en"].(tree)["question"] = "Who next?"
		}},
		{"a tally", "idea 3: agree", func(f tree) { figure(f)["agree"] = 11 }},
		{"a lower bound", "idea 3: lo", func(f tree) { figure(f)["lo"] = json.Number("0.5") }},
		{"a support", "idea 3: support", func(f tree) { figure(f)["support"] = nil }},
		{"a rank", "idea 3: rank", func(f tree) { figure(f)["rank"] = 1 }},
		{"a rank interval", "idea 3: rank_hi", func(f tree) { figure(f)["rank_hi"] = 5 }},
		{"a band", "idea 3: band", func(f tree) { figure(f)["band"] = 1 }},
		{"a split", "idea 3: split", func(f tree) { figure(f)["split"] = figure(f)["split"] != true }},
		{"a reach", "idea 3: reach", func(f tree) { figure(f)["reach"] = json.Number("0.9") }},
		{"a title in the result", "idea 3: title", func(f tree) { figure(f)["title"] = "Bazaars" }},
		{"the voters", "result: voters", func(f tree) { result(f)["voters"] = 76 }},
		{"the votes", "result: votes", func(f tree) { result(f)["votes"] = 80 }},
		{"the unconfirmed", "result: unconfirmed", func(f tree) { result(f)["unconfirmed"] = 2 }},
		{"the seed", "result: seed", func(f tree) { result(f)["seed"] = strings.Repeat("0", 64) }},
		{"the draws", "result: draws", func(f tree) { result(f)["draws"] = 200 }},
		{"the time of sealing", "file: sealed_at", func(f tree) { f["sealed_at"] = "2027-04-01T09:10:00.000Z" }},
		{"the version", "file: version", func(f tree) { f["version"] = 2 }},
		{"the reason", "file: reason", func(f tree) { f["reason"] = "A correction." }},
		{"the SHA-256 of the full file", "file: full_sha256", func(f tree) { f["full_sha256"] = strings.Repeat("0", 64) }},
		{"the chain's head", "file: chain_head", func(f tree) { f["chain_head"] = strings.Repeat("0", 64) }},
		{"the chain's length", "file: chain_length", func(f tree) { f["chain_length"] = 4 }},
		{"the kind", "file: kind", func(f tree) {
			f["kind"] = map[any]string{fullKind: publicKind, publicKind: fullKind}[f["kind"]]
		}},
		{"a digest", "idea 3: title", func(f tree) { f["digests"].(tree)["idea 3: title"] = strings.Repeat("0", 64) }},
		{"a digest removed", "idea 3: title", func(f tree) { delete(f["digests"].(tree), "idea 3: title") }},
		{"a digest added", "idea 7: title", func(f tree) { f["digests"].(tree)["idea 7: title"] = strings.Repeat("0", 64) }},
	}
}

func settings(f tree) tree { return f["consultation"].(tree)["settings"].(tree) }

// fullAlterations are those that only the full file has room for.
func fullAlterations() []alteration {
	ballot := func(f tree) tree { return row(f["ballots"], "idea", "3") }
	decision := func(f tree) tree { return row(f["decisions"], "seq", "2") }
	return []alteration{
		{"a vote flipped", "on idea 3", func(f tree) {
			ballot(f)["choice"] = map[any]string{"agree": "disagree", "disagree": "agree", "pass": "agree"}[ballot(f)["choice"]]
		}},
		{"a vote removed", "on idea ", func(f tree) { drop(f, "ballots", 5) }},
		{"a vote added", "ballot of voice ffff on idea 3", func(f tree) {
			f["ballots"] = append(list(f["ballots"]),
				tree{"voice": "ffff", "idea": 3, "choice": "agree", "tier": "email", "channel": "online"})
		}},
		{"a vote moved", "on idea 3", func(f tree) { ballot(f)["idea"] = 2 }},
		{"a vote of another voice", "on idea 3", func(f tree) { ballot(f)["voice"] = "abc" }},
		{"a vote's tier", "on idea 3", func(f tree) { ballot(f)["tier"] = "organiser" }},
		{"a vote's channel", "on idea 3", func(f tree) { ballot(f)["channel"] = "paper" }},
		{"votes swapped", "out of its place", func(f tree) { b := list(f["ballots"]); b[0], b[1] = b[1], b[0] }},
		{"a decision's action", "decision 2", func(f tree) { decision(f)["action"] = "publish" }},
		{"a decision's actor", "decision 2", func(f tree) { decision(f)["actor"] = "somebody" }},
		{"a decision's item", "decision 2: hash", func(f tree) { list(list(decision(f)["items"])[0])[4] = "published" }},
		{"a decision's revision", "decision 2: hash", func(f tree) { list(list(decision(f)["items"])[0])[2] = 2 }},
		{"a decision's reason", "decision 2: hash", func(f tree) { decision(f)["reason_digest"] = strings.Repeat("0", 64) }},
		{"a decision's time", "decision 2: hash", func(f tree) { decision(f)["at"] = 1 }},
		{"a decision's hash", "decision 2: hash", func(f tree) { decision(f)["hash"] = strings.Repeat("0", 64) }},
		{"a decision's predecessor", "decision 2: hash before it", func(f tree) { decision(f)["prev"] = "" }},
		{"a decision removed", "decision 2", func(f tree) { drop(f, "decisions", 1) }},
		{"the last decision removed", "chain: length", func(f tree) { drop(f, "decisions", 4) }},
	}
}

// TestVerifyFindsEachAlteration alters one thing at a time in canonical form, so
// that nothing but what the file says gives it away.
func TestVerifyFindsEachAlteration(t *testing.T) {
	r := newStaffRoom(t)
	_, sealed := r.sealed(t)
	for kind, b := range map[string][]byte{fullKind: sealed.Full, publicKind: sealed.Public} {
		list := alterations()
		if kind == fullKind {
			list = append(list, fullAlterations()...)
		}
		for _, a := range list {
			t.Run(kind+"/"+a.name, func(t *testing.T) { checkAlteration(t, b, a) })
		}
	}
}

func checkAlteration(t *testing.T, b []byte, a alteration) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	var file tree
	ok(t, decoder.Decode(&file))
	a.alter(file)
	altered := must(models.CanonicalJSON(file))(t)
	if bytes.Equal(altered, b) {
		t.Fatal("nothing was altered")
	}
	_, _, diffs, err := VerifyFile(altered)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diffs {
		if d.Where == "" || d.Want == d.Got {
			t.Errorf("difference without a difference: %+v", d)
		}
		if strings.Contains(d.String(), a.where) {
			return
		}
	}
	t.Errorf("%q is not named in %d differences: %v", a.where, len(diffs), diffs)
}

// TestVerifyNamesTheVote wants the ballot and the figure that no longer follows.
func TestVerifyNamesTheVote(t *testing.T) {
	r := newStaffRoom(t)
	_, sealed := r.sealed(t)
	var file models.SealedFile
	ok(t, json.Unmarshal(sealed.Full, &file))
	for n, b := range file.Ballots {
		if b.Idea == 1 && b.Choice == models.ChoiceAgree {
			file.Ballots[n].Choice = models.ChoiceDisagree
			_, _, diffs, err := VerifyFile(must(models.CanonicalJSON(file))(t))
			ok(t, err)
			if d := diffs[0]; d.Where != ballotName(b.Voice, 1) || d.Got != "disagree, email, online" {
				t.Errorf("first difference %+v", d)
			}
			if !named(diffs, Difference{"idea 1: agree", "19", "20"}) || !named(diffs, Difference{"idea 1: disagree", "3", "2"}) {
				t.Errorf("the recount is not told: %v", diffs)
			}
			return
		}
	}
}

func named(diffs []Difference, want Difference) bool {
	for _, d := range diffs {
		if d == want {
			return true
		}
	}
	return false
}

func TestVerifyFileForm(t *testing.T) {
	r := newStaffRoom(t)
	_, sealed := r.sealed(t)
	b := string(sealed.Public)
	for name, altered := range map[string]string{
		"white space":   strings.Replace(b, `"format":`, `"format": `, 1),
		"a line end":    b + "\n",
		"another field": strings.Replace(b, `{"chain_head"`, `{"a":1,"chain_head"`, 1),
		"a field twice": strings.Replace(b, `"kind":"public"`, `"kind":"full","kind":"public"`, 1),
		"another case":  strings.Replace(b, `"kind":`, `"Kind":`, 1),
		"an escape":     strings.Replace(b, `"public"`, `"\u0070ublic"`, 1),
		"a float":       strings.Replace(b, `"version":1}`, `"version":1.0}`, 1),
	} {
		if altered == b {
			t.Fatalf("%s: nothing was altered", name)
		}
		_, _, diffs, err := VerifyFile([]byte(altered))
		if err == nil && (len(diffs) == 0 || !strings.HasPrefix(diffs[0].Where, "file: canonical form, byte")) {
			t.Errorf("%s: %v, %v", name, diffs, err)
		}
	}
	for _, bad := range []string{"", "{", "null", "[]", `{"format":"x"}`, b[:len(b)/2], b + "{}"} {
		if _, _, _, err := VerifyFile([]byte(bad)); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

// TestCountBallotsAfterMerging wants one entry of each voice on merged ideas.
func TestCountBallotsAfterMerging(t *testing.T) {
	file := models.SealedFile{
		Ideas: []models.SealedIdea{{Number: 1}, {Number: 2, MergedInto: 3}, {Number: 3, MergedInto: 1}, {Number: 4}},
		Ballots: []models.SealedBallot{
			{Voice: "a", Idea: 2, Choice: models.ChoiceAgree},
			{Voice: "b", Idea: 1, Choice: models.ChoicePass},
			{Voice: "b", Idea: 3, Choice: models.ChoiceAgree},
			{Voice: "c", Idea: 4, Choice: "none"},
			{Voice: "d", Idea: 5, Choice: models.ChoiceAgree},
		},
	}
	count := countBallots(file)
	if count.tallies[1] != (models.Tally{Agree: 1, Pass: 1}) || count.voters != 2 {
		t.Errorf("count %+v", count)
	}
	var problems []string
	for _, d := range count.diffs {
		problems = append(problems, d.Got)
	}
	if got := strings.Join(problems, "; "); got != `counted before; choice "none"; no such idea` {
		t.Errorf("problems: %s", got)
	}
}

func TestPublicFileIsWithheld(t *testing.T) {
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
