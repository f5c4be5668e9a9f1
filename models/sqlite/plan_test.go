package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// recorded is a driver that records each statement with its arguments.
type recorded struct {
	sqlite3.SQLiteDriver
	mu    sync.Mutex
	texts map[string][]driver.NamedValue
}

type recordedConn struct {
	*sqlite3.SQLiteConn
	d *recorded
}

func (d *recorded) Open(name string) (driver.Conn, error) {
	c, err := d.SQLiteDriver.Open(name)
	if err != nil {
		return nil, err
	}
	return &recordedConn{c.(*sqlite3.SQLiteConn), d}, nil
}

func (d *recorded) note(q string, args []driver.NamedValue) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.texts[q] = args
}

func (c *recordedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	c.d.note(q, args)
	return c.SQLiteConn.QueryContext(ctx, q, args)
}

func (c *recordedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	c.d.note(q, args)
	return c.SQLiteConn.ExecContext(ctx, q, args)
}

var recorder = &recorded{texts: map[string][]driver.NamedValue{}}

func init() { sql.Register("recorded", recorder) }

// openRecorded opens a store whose statements are recorded, also those that another
// store would answer from its cache.
func openRecorded(t *testing.T) *Store {
	t.Helper()
	return openTest(t, Options{Clock: &testClock{testStart}, tests: engine.Options{WriteDriver: "recorded", ReadDriver: "recorded", NoCache: true}})
}

// TestHotQueriesUseIndexes does what a busy site does and asks SQLite how each
// statement finds its rows: none reads a table or an index from end to end, and
// only the few reports and choices of one item or consultation are sorted.
func TestHotQueriesUseIndexes(t *testing.T) {
	s := openRecorded(t)
	useEverything(t, s)
	if len(recorder.texts) < 60 {
		t.Fatalf("only %d statements were recorded", len(recorder.texts))
	}
	db, err := sql.Open("sqlite3", engine.DSN(s.Path(), url.Values{"mode": {"ro"}}))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for q, args := range recorder.texts {
		explain(t, db, q, args)
	}
}

// fullScans lists what may be scanned: rows that another step found, JSON lists, and the
// matches of a search.
var fullScans = []string{"SCAN (subquery", "SCAN CONSTANT ROW", "VIRTUAL TABLE INDEX"}

func explain(t *testing.T, db *sql.DB, q string, args []driver.NamedValue) {
	t.Helper()
	verb, _, _ := strings.Cut(strings.TrimSpace(q), " ")
	if verb != "SELECT" && verb != "UPDATE" && verb != "DELETE" && verb != "INSERT" {
		return
	}
	values := make([]any, len(args))
	for n := range args {
		values[n] = args[n].Value
	}
	rows, err := db.Query("EXPLAIN QUERY PLAN "+q, values...)
	steps, err := engine.Collect(rows, err, func(row engine.Scanner) (string, error) {
		var id, parent, unused int
		var detail string
		return detail, row.Scan(&id, &parent, &unused, &detail)
	})
	if err != nil {
		t.Errorf("%s: %v", q, err)
	}
	for _, step := range steps {
		scans := strings.HasPrefix(step, "SCAN") && !allowed(step)
		sorts := strings.HasPrefix(step, "USE TEMP B-TREE") && !strings.Contains(q, "FROM reports") && !strings.Contains(q, "DISTINCT")
		if scans || sorts {
			t.Errorf("%s\n\t%s", step, q)
		}
	}
}

func allowed(step string) bool {
	for _, w := range fullScans {
		if strings.Contains(step, w) {
			return true
		}
	}
	return false
}

// useEverything calls what requests and background work call.
func useEverything(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil && models.CodeOf(err) == "" {
			t.Fatal(err)
		}
	}
	c := voting(t, s, "c", 2)
	r := models.Reply{Contribution: models.Contribution{ID: "r", ConsultationID: "c", TokenHash: "t", Address: "a@example.org", AddressKey: "a@example.org"}}
	job := models.Job{ID: "j", Recipient: "a@example.org", Unconfirmed: true}
	kept, err := s.AddReply(ctx, r, []models.Job{job})
	check(err)
	_, err = s.AddIdea(ctx, models.Idea{Contribution: models.Contribution{ID: "i", ConsultationID: "c"}}, nil)
	check(err)
	_, _, err = s.Queue(ctx, models.QueueFilter{ConsultationIDs: []string{"c"}, Limit: 5})
	check(err)
	for _, item := range []models.Item{kept.Item(), {Kind: models.KindIdea, ID: "i"}} {
		_, err = s.Decide(ctx, models.Decision{ConsultationID: "c", Action: models.ActionPublish, Items: []models.DecisionItem{
			{Item: item, Rev: 1, From: models.StatusPending, To: models.StatusPublished},
		}}, nil)
		check(err)
	}
	check(s.AddReport(ctx, models.Report{ID: "p", Item: kept.Item()}, nil))
	r.ID, r.ParentID, r.IdeaID, r.TokenHash = "r2", "r", "", "t2"
	_, err = s.AddReply(ctx, r, nil)
	check(err)
	for _, newest := range []bool{false, true} {
		_, err = s.Thread(ctx, models.ThreadQuery{ConsultationID: "c", Newest: newest, Limit: 10})
		check(err)
		_, _, err = s.ThreadBefore(ctx, kept, newest)
		check(err)
	}
	useVotesAndLinks(t, s, check)
	author := models.Author{ParticipantID: "p", Guest: "g"}
	for _, before := range []models.OwnPlace{{}, kept.OwnPlace()} {
		own := models.OwnQuery{ConsultationID: "c", Author: author, Before: before, Limit: 5}
		_, _, err = s.OwnReplies(ctx, own)
		check(err)
		_, _, err = s.OwnIdeas(ctx, own)
		check(err)
	}
	_, err = s.ContributionByToken(ctx, "t")
	check(err)
	_, err = s.ConsultationBySlug(ctx, c.Slug)
	check(err)
	_, err = s.Ideas(ctx, models.IdeaFilter{ConsultationID: "c"})
	check(err)
	_, err = s.Idea(ctx, "c", 1)
	check(err)
	_, err = s.Waits(ctx, "c", 10)
	check(err)
	_, err = s.Decisions(ctx, "c", 0, 10)
	check(err)
	_, err = s.Search(ctx, "market hall", 10)
	check(err)
	_, _, err = s.Consultations(ctx, models.ConsultationFilter{Limit: 10})
	check(err)
	check(s.EachReply(ctx, "c", func(models.Reply) error { return nil }))
	check(s.EachItem(ctx, "c", func(models.VerifyItem) error { return nil }))
	kept.Rev, kept.Body = 1, "edited"
	_, err = s.EditReply(ctx, kept)
	check(err)
}

func useVotesAndLinks(t *testing.T, s *Store, check func(error)) {
	t.Helper()
	ctx := t.Context()
	_, _, err := s.PutVote(ctx, models.NewVote("c", models.Participant{ID: "p"}, models.ChosenVote{IdeaID: "c-idea0", Choice: models.ChoiceAgree}, models.Time{}))
	check(err)
	_, err = s.OwnVotes(ctx, "c", "p")
	check(err)
	check(s.EachVote(ctx, "c", func(models.Vote) error { return nil }))
	l := models.Link{
		ID: "l", TokenHash: "h", Purpose: models.PurposeBallot, Address: "a@example.org", AddressKey: "a@example.org",
		ConsultationID: "c", Choices: []models.ChosenVote{{IdeaID: "c-idea1", Choice: models.ChoicePass}},
	}
	check(s.AddLink(ctx, l, []models.Job{{ID: "j2", LinkID: "l"}}))
	_, err = s.UnconfirmedVotes(ctx, "c")
	check(err)
	_, err = s.OpenBallotLinks(ctx, "c")
	check(err)
	_, err = s.UseLink(ctx, models.LinkUse{TokenHash: "h", NewID: "p2", Session: models.Session{TokenHash: "s"}})
	check(err)
	l.ID, l.TokenHash, l.Purpose = "l2", "h2", models.PurposeSignIn
	check(s.AddLink(ctx, l, nil))
	l.ID, l.TokenHash, l.Purpose = "l3", "h3", models.PurposeBallot
	check(s.AddLink(ctx, l, nil))
	s.clock.(*testClock).now = testStart.Add(48 * time.Hour)
	_, err = s.RemindBallots(ctx, func(models.Link) (string, models.Job) { return "h4", models.Job{ID: "j3", Recipient: "a@example.org"} })
	check(err)
	_, _, err = s.Session(ctx, "s")
	check(err)
	check(s.EndSession(ctx, "s"))
	jobs, err := s.ClaimJobs(ctx, 10, time.Minute)
	check(err)
	if len(jobs) == 0 {
		t.Error("no job to claim")
	}
	for _, j := range jobs {
		check(s.RetryJob(ctx, j.ID, 0, "no"))
		check(s.FinishJob(ctx, j.ID))
	}
	_, _, err = s.WaitingJobs(ctx, "", 10)
	check(err)
}

// TestDeepSliceReadsAsMuch: a slice of a hundred reads a hundred and one rows from
// the start and from the middle of a thread, be it of a thousand replies or of many more.
func TestDeepSliceReadsAsMuch(t *testing.T) {
	s := openTest(t, Options{Clock: &testClock{testStart}})
	for _, n := range []int{1_000, 3_000} {
		id := fmt.Sprint("c", n)
		threadOf(t, s, id, n)
		middle, err := s.Reply(t.Context(), fmt.Sprintf("%s-%d", id, n/2))
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []models.ThreadQuery{
			{}, {Newest: true}, {After: middle.Path}, {After: middle.PathNew, Newest: true},
		} {
			q.ConsultationID, q.Limit = id, 100
			th, err := s.Thread(t.Context(), q)
			if err != nil || th.Read != 101 || len(th.Replies) != 100 || th.Next == "" {
				t.Errorf("%d replies, %+v: %d rows read, %d returned, %v", n, q, th.Read, len(th.Replies), err)
			}
		}
	}
}

// threadOf imports n published replies, nested in tens.
func threadOf(t *testing.T, s *Store, id string, n int) {
	t.Helper()
	d := models.Decision{Action: models.ActionImport}
	replies := make([]models.Reply, n)
	for i := range replies {
		replies[i].ID, replies[i].Body = fmt.Sprintf("%s-%d", id, i), "The market hall"
		if i%10 > 0 {
			replies[i].ParentID = replies[i-1].ID
		}
		d.Items = append(d.Items, models.DecisionItem{Item: replies[i].Item(), Rev: 1, From: models.StatusPending, To: models.StatusPublished})
	}
	c := models.Consultation{ID: id, Slug: id, Language: "en"}
	if _, err := s.AddImport(t.Context(), c, nil, replies, d); err != nil {
		t.Fatal(err)
	}
}
