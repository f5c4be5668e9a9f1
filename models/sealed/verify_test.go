package sealed

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"folkmoot/models"
)

// golden returns the two files in testdata by kind. They were sealed by the
// service; go test ./models/service -run TestSealedFiles -update seals them anew.
func golden(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, kind := range []string{KindFull, KindPublic} {
		b, err := os.ReadFile(filepath.Join("testdata", kind+".json"))
		ok(t, err)
		files[kind] = b
	}
	return files
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func canonical(t testing.TB, v any) []byte {
	t.Helper()
	b, err := models.CanonicalJSON(v)
	ok(t, err)
	return b
}

// TestGolden wants the bytes of the files in testdata again from what they say,
// and nothing different in them.
func TestGolden(t *testing.T) {
	t.Parallel()
	files := golden(t)
	for kind, b := range files {
		var file File
		ok(t, json.Unmarshal(b, &file))
		file.Digests = nil
		again, sum, err := encode(file)
		ok(t, err)
		if !bytes.Equal(again, b) {
			t.Errorf("%s file: other bytes are written today", kind)
		}
		got, sha, diffs, err := Verify(b)
		if err != nil || got != kind || sha != sum || len(diffs) > 0 {
			t.Errorf("%s file: %s, %s, %v, %v", kind, got, sha, diffs, err)
		}
	}
}

// TestVerifyVersion wants the two files held against each other and against what
// is kept beside them.
func TestVerifyVersion(t *testing.T) {
	t.Parallel()
	files := golden(t)
	var full File
	ok(t, json.Unmarshal(files[KindFull], &full))
	hashes := map[int64]string{}
	for _, d := range full.Decisions {
		hashes[d.Seq] = d.Hash
	}
	version := models.Sealed{
		Version: 1, Full: files[KindFull], Public: files[KindPublic], Result: full.Result,
		FullSHA256: hexSHA256(files[KindFull]), PublicSHA256: hexSHA256(files[KindPublic]),
	}
	if diffs := VerifyVersion(version, full.Consultation.ID, hashes); len(diffs) > 0 {
		t.Fatalf("as it was sealed: %v", diffs)
	}
	for name, c := range map[string]struct {
		where string
		alter func(*models.Sealed)
	}{
		"files exchanged":     {"full file: kind", func(v *models.Sealed) { v.Full, v.Public = v.Public, v.Full }},
		"another SHA-256":     {"public file: SHA-256", func(v *models.Sealed) { v.PublicSHA256 = v.FullSHA256 }},
		"no file":             {"full file", func(v *models.Sealed) { v.Full = nil }},
		"another full file":   {"public file: SHA-256 of the full file", func(v *models.Sealed) { v.Full = append(v.Full[:len(v.Full):len(v.Full)], ' ') }},
		"another result kept": {"result", func(v *models.Sealed) { v.Result.Voters++ }},
	} {
		altered := version
		c.alter(&altered)
		if diffs := VerifyVersion(altered, full.Consultation.ID, hashes); !places(diffs)[c.where] {
			t.Errorf("%s: %q is not named in %v", name, c.where, diffs)
		}
	}
	if diffs := VerifyVersion(version, "other", nil); !places(diffs)["full file: consultation"] || !places(diffs)["full file: head of the chain"] {
		t.Errorf("another consultation and chain: %v", diffs)
	}
}

func places(diffs []Difference) map[string]bool {
	set := map[string]bool{}
	for _, d := range diffs {
		set[d.Where] = true
	}
	return set
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
		{"who may vote", "settings: capacities", func(f tree) { settings(f)["capacities"] = []any{"resident"} }},
		{"how many are answered", "settings: answer_top", func(f tree) { settings(f)["answer_top"] = 1 }},
		{"a rule that a change does not lead to", "changes: answer_top after the last", func(f tree) { settings(f)["answer_top"] = 1 }},
		{"the closing date", "consultation: closes_at", func(f tree) { f["consultation"].(tree)["closes_at"] = "2027-03-24T09:10:00.000Z" }},
		{"a closing date that a change does not lead to", "changes: closes_at after the last", func(f tree) {
			f["consultation"].(tree)["closes_at"] = "2027-03-24T09:10:00.000Z"
		}},
		{"the reason of a change", "change 1", func(f tree) { change(f)["reason"] = "Because." }},
		{"a change without a reason", "change 1: reason", func(f tree) { change(f)["reason"] = " " }},
		{"the time of a change", "change 1", func(f tree) { change(f)["at"] = "2027-03-02T09:00:00Z" }},
		{"a change after sealing", "change 1: at", func(f tree) { change(f)["at"] = "2028-03-02T09:00:00Z" }},
		{"what a change moved", "changes: closes_at after the last", func(f tree) {
			row(change(f)["changes"], "name", `"closes_at"`)["after"] = "2027-03-29T09:10:00Z"
		}},
		{"a closing brought forward", "change 1: closes_at", func(f tree) {
			row(change(f)["changes"], "name", `"closes_at"`)["before"] = "2027-03-29T09:10:00Z"
		}},
		{"a change removed", "change 1", func(f tree) { f["consultation"].(tree)["changes"] = []any{} }},
		{"a change added", "change 2", func(f tree) {
			c := f["consultation"].(tree)
			c["changes"] = append(list(c["changes"]), tree{
				"at": "2027-03-03T09:00:00Z", "reason": "Fairer.",
				"changes": []any{tree{"name": "min_votes", "before": "4", "after": "5"}},
			})
		}},
		{"a change missing in the result", "result: changes", func(f tree) { result(f)["changes"] = []any{} }},
		{"an undecided text removed", "result: undecided", func(f tree) { drop(result(f), "undecided", 0) }},
		{"the reports of a text", "result: undecided", func(f tree) {
			list(result(f)["undecided"])[1].(tree)["reports"] = 9
		}},
		{"the slug", "consultation: slug", func(f tree) { f["consultation"].(tree)["slug"] = "other" }},
		{"the question", "text en: question", func(f tree) {
			f["consultation"].(tree)["texts"].(tree)["en"].(tree)["question"] = "Who next?"
		}},
		{"a tally", "idea 3: agree", func(f tree) { figure(f)["agree"] = 11 }},
		{"a lower bound", "idea 3: lo", func(f tree) { figure(f)["lo"] = json.Number("0.5") }},
		{"a support", "idea 3: support", func(f tree) { figure(f)["support"] = nil }},
		{"a rank", "idea 3: rank", func(f tree) { figure(f)["rank"] = 1 }},
		{"a rank interval", "idea 3: rank_hi", func(f tree) { figure(f)["rank_hi"] = 5 }},
		{"a band", "idea 3: band", func(f tree) { figure(f)["band"] = 2 }},
		{"a split", "idea 3: split", func(f tree) { figure(f)["split"] = figure(f)["split"] != true }},
		{"a reach", "idea 3: reach", func(f tree) { figure(f)["reach"] = json.Number("0.9") }},
		{"a title in the result", "idea 3: title", func(f tree) { figure(f)["title"] = "Bazaars" }},
		{"the voters", "result: voters", func(f tree) { result(f)["voters"] = 76 }},
		{"the votes", "result: votes", func(f tree) { result(f)["votes"] = 80 }},
		{"the unconfirmed", "result: unconfirmed", func(f tree) { result(f)["unconfirmed"] = 2 }},
		{"the time of sealing", "file: sealed_at", func(f tree) { f["sealed_at"] = "2027-04-01T09:10:00.000Z" }},
		{"the version", "file: version", func(f tree) { f["version"] = 2 }},
		{"the reason", "file: reason", func(f tree) { f["reason"] = "A correction." }},
		{"the SHA-256 of the full file", "file: full_sha256", func(f tree) { f["full_sha256"] = strings.Repeat("0", 64) }},
		{"the chain's head", "file: chain_head", func(f tree) { f["chain_head"] = strings.Repeat("0", 64) }},
		{"the chain's length", "file: chain_length", func(f tree) { f["chain_length"] = 4 }},
		{"the kind", "file: kind", func(f tree) {
			f["kind"] = map[any]string{KindFull: KindPublic, KindPublic: KindFull}[f["kind"]]
		}},
		{"a digest", "idea 3: title", func(f tree) { f["digests"].(tree)["idea 3: title"] = strings.Repeat("0", 64) }},
		{"a digest removed", "idea 3: title", func(f tree) { delete(f["digests"].(tree), "idea 3: title") }},
		{"a digest added", "idea 7: title", func(f tree) { f["digests"].(tree)["idea 7: title"] = strings.Repeat("0", 64) }},
	}
}

func change(f tree) tree { return list(f["consultation"].(tree)["changes"])[0].(tree) }

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
		{"a text that was decided on called undecided", "undecided reply-", func(f tree) {
			item := list(list(decision(f)["items"])[0])
			list(f["result"].(tree)["undecided"])[0].(tree)["item"] = "reply-" + item[1].(string)
		}},
		{"a text undecided twice", "undecided reply-", func(f tree) {
			r := f["result"].(tree)
			r["undecided"] = append(list(r["undecided"]), list(r["undecided"])[0])
		}},
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
	t.Parallel()
	for kind, b := range golden(t) {
		list := alterations()
		if kind == KindFull {
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
	altered := canonical(t, file)
	if bytes.Equal(altered, b) {
		t.Fatal("nothing was altered")
	}
	_, _, diffs, err := Verify(altered)
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
	t.Parallel()
	var file File
	ok(t, json.Unmarshal(golden(t)[KindFull], &file))
	for n, b := range file.Ballots {
		if b.Idea == 1 && b.Choice == models.ChoiceAgree {
			file.Ballots[n].Choice = models.ChoiceDisagree
			_, _, diffs, err := Verify(canonical(t, file))
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

func TestVerifyForm(t *testing.T) {
	t.Parallel()
	b := string(golden(t)[KindPublic])
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
		_, _, diffs, err := Verify([]byte(altered))
		if err == nil && (len(diffs) == 0 || !strings.HasPrefix(diffs[0].Where, "file: canonical form, byte")) {
			t.Errorf("%s: %v, %v", name, diffs, err)
		}
	}
	for _, bad := range []string{"", "{", "null", "[]", `{"format":"x"}`, b[:len(b)/2], b + "{}"} {
		if _, _, _, err := Verify([]byte(bad)); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

// TestCountBallotsAfterMerging wants one entry of each voice on merged ideas.
func TestCountBallotsAfterMerging(t *testing.T) {
	t.Parallel()
	file := File{
		Ideas: []Idea{{Number: 1}, {Number: 2, MergedInto: 3}, {Number: 3, MergedInto: 1}, {Number: 4}},
		Ballots: []Ballot{
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

// FuzzVerify wants a verdict on whatever is offered as a sealed file.
func FuzzVerify(f *testing.F) {
	file := File{
		Format: Format, Kind: KindFull, Version: 1,
		Ideas:     []Idea{{Number: 1, Status: models.StatusPublished}, {Number: 2, MergedInto: 1, Status: models.StatusPublished}},
		Ballots:   []Ballot{{Voice: "a", Idea: 2, Choice: models.ChoiceAgree}},
		Decisions: []models.SealedDecision{{Seq: 1, Items: [][6]any{{"reply", "x", 1, "pending", "published", "d"}}}},
		Order:     []int{1},
	}
	b, _, err := encode(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"format":"folkmoot-sealed-1","result":{"min_votes":-1,"ideas":[{"number":0,"agree":-5},{"number":0}]},"ideas":[{"number":1,"merged_into":1}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, sum, diffs, err := Verify(b)
		if len(sum) != 64 || (err != nil && models.CodeOf(err) != models.CodeInvalid) {
			t.Errorf("%q: %s, %v, %v", b, sum, diffs, err)
		}
	})
}
