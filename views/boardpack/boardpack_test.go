package boardpack

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"folkmoot/models"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func p(f float64) *float64 { return &f }

func hostileResult() models.Result {
	return models.Result{
		Slug: "empty-shops", Title: `What "now"?`, Question: "What, then?", Sealed: 1,
		MinVotes: 5, Voters: 61, Votes: 120,
		Changes: []models.RuleChange{{
			At: time.Date(2027, 3, 10, 9, 0, 0, 0, time.UTC), Reason: "=two parishes\nasked, \"late\"",
			Changes: []models.SettingChange{
				{Name: "closes_at", Before: "2027-03-22T09:00:00Z", After: "2027-03-29T09:00:00Z"},
				{Name: "capacities", Before: "", After: "resident,organisation"},
			},
		}},
		Undecided: []models.Undecided{{Item: "reply-r9", Idea: 4, Since: time.Date(2027, 3, 29, 8, 0, 0, 0, time.UTC)}},
		Ideas: []models.ResultIdea{
			{
				Number: 4, Title: `=HYPERLINK("http://evil.example","pay")`, Author: "@سارة", Body: "+1\n-2,\"three\"",
				Tally: models.Tally{Agree: 41, Disagree: 19, Pass: 1}, Rank: 1, RankLo: 1, RankHi: 2,
				Support: p(41.0 / 60), Lo: p(0.5576), Hi: p(0.7867), Band: 1, Reach: 1, MergedFrom: []int{7, 9},
				Response: &models.Answer{Decision: models.ResponseAdoptInPart, Reason: "-part,\nonly", Owner: "\tThe clerk", By: "June 2027", PublishedAt: "2027-03-03"},
			},
			{
				Number: 2, Title: " \u200b=1+1", Author: "＝cmd", Body: "an 'ordinary' text; with <b>tags</b> & \u202fmore",
				Tally: models.Tally{Agree: 10, Disagree: 12}, Rank: 2, RankLo: 1, RankHi: 2,
				Support: p(10.0 / 22), Lo: p(1e-7), Hi: p(0.6534), Band: 1, CouldBeHigher: true, Split: true, Reach: 22.0 / 61,
			},
			{Number: 3, Title: "Too few", Author: "", Tally: models.Tally{Pass: 2}, Reach: 2.0 / 61},
		},
	}
}

func TestResultGoldens(t *testing.T) {
	var c, j bytes.Buffer
	if err := errors.Join(ResultCSV(&c, hostileResult()), ResultJSON(&j, hostileResult())); err != nil {
		t.Fatal(err)
	}
	golden(t, "result.csv", c.Bytes())
	golden(t, "result.json", j.Bytes())
}

// rows reads a CSV file as a spreadsheet does, by column name.
func rows(t *testing.T, b []byte) []map[string]string {
	t.Helper()
	text, ok := strings.CutPrefix(string(b), BOM)
	if !ok {
		t.Fatal("no byte order mark")
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = line[i]
		}
		out = append(out, row)
	}
	return out
}

func TestFiguresAreTheSameInBoth(t *testing.T) {
	var c, j bytes.Buffer
	if err := errors.Join(ResultCSV(&c, hostileResult()), ResultJSON(&j, hostileResult())); err != nil {
		t.Fatal(err)
	}
	var object struct{ Ideas []map[string]json.RawMessage }
	if err := json.Unmarshal(j.Bytes(), &object); err != nil {
		t.Fatal(err)
	}
	for n, row := range rows(t, c.Bytes()) {
		for _, name := range []string{"rank", "number", "agree", "disagree", "pass", "support", "lo", "hi", "rank_lo", "rank_hi", "band", "could_be_higher", "split", "reach"} {
			want := strings.ReplaceAll(string(object.Ideas[n][name]), "null", "")
			if row[name] != want {
				t.Errorf("idea %d, %s: %q in CSV, %q in JSON", n, name, row[name], want)
			}
		}
	}
}

func TestJSONReadsBack(t *testing.T) {
	var j bytes.Buffer
	if err := ResultJSON(&j, hostileResult()); err != nil {
		t.Fatal(err)
	}
	var got models.Result
	if err := json.Unmarshal(j.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := hostileResult()
	for i := range want.Ideas {
		want.Ideas[i].MergedFrom = append([]int{}, want.Ideas[i].MergedFrom...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGuard(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"plain", "plain"},
		{"a=b", "a=b"},
		{"=1", "'=1"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@x", "'@x"},
		{"\tx", "'\tx"},
		{"\rx", "'\rx"},
		{"\nx", "'\nx"},
		{"  =1", "'  =1"},
		{"\u200b\u2066=1", "'\u200b\u2066=1"},
		{"＋1", "'＋1"},
		{"'=1", "'=1"},
		{"  x", "  x"},
	} {
		if got := guard(c.in); got != c.want {
			t.Errorf("guard(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func replies() []models.Reply {
	at := time.Date(2027, 3, 3, 12, 0, 0, 5e6, time.FixedZone("", 3600))
	make := func(id, parent, author, body string, status models.Status) models.Reply {
		r := models.Reply{ParentID: parent, Depth: 1, Body: body}
		r.ID, r.AuthorName, r.Status, r.CreatedAt, r.PublishedAt = id, author, status, at, at
		r.Channel, r.Language = models.ChannelOnline, "en"
		return r
	}
	staff := make("r4", "r1", "Ann", "we\r\nread \"it\"", models.StatusPublished)
	staff.StaffRole, staff.IdeaNumber, staff.Source, staff.Depth = models.RoleOrganiser, 3, "wordpress", 2
	return []models.Reply{
		make("r1", "", "=cmd|'/c calc'!A0", "@SUM(1)\nsecond line", models.StatusPublished),
		make("r2", "r1", "SECRET name", "SECRET removed text", models.StatusRemoved),
		make("r3", "", "SECRET name", "SECRET waiting text", models.StatusPending),
		staff,
	}
}

func TestReplies(t *testing.T) {
	for _, c := range []struct {
		file  string
		begin func(io.Writer) *RepliesWriter
	}{{"replies.csv", NewRepliesCSV}, {"replies.json", NewRepliesJSON}} {
		var b bytes.Buffer
		rw := c.begin(&b)
		for _, r := range replies() {
			if err := rw.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := rw.Close(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "SECRET") || strings.Contains(b.String(), "r3") {
			t.Errorf("%s: something unpublished leaves:\n%s", c.file, b.String())
		}
		golden(t, c.file, b.Bytes())
	}
}

func TestNoReplies(t *testing.T) {
	var c, j bytes.Buffer
	if err := errors.Join(NewRepliesCSV(&c).Close(), NewRepliesJSON(&j).Close()); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, c.Bytes()); len(got) != 0 {
		t.Errorf("rows: %v", got)
	}
	var list []any
	if err := json.Unmarshal(j.Bytes(), &list); err != nil || len(list) != 0 {
		t.Errorf("json: %v %v", list, err)
	}
}

// full fails once n bytes are written.
type full struct{ n int }

func (f *full) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, fmt.Errorf("disk full")
	}
	return len(b), nil
}

func TestErrorsSurface(t *testing.T) {
	for name, err := range map[string]error{
		"csv":  ResultCSV(&full{10}, hostileResult()),
		"json": ResultJSON(&full{10}, hostileResult()),
		"rc":   NewRepliesCSV(&full{1}).Close(),
		"rj":   NewRepliesJSON(&full{1}).Close(),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
