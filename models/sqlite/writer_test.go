package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/models"
)

// openTest opens a store of its own with a table to write numbers to.
func openTest(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "folkmoot.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.put(context.Background(), func(t *tx) error {
		return t.run("CREATE TABLE numbers (n INTEGER PRIMARY KEY, parent INTEGER REFERENCES numbers (n)) STRICT")
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

func add(n int) func(*tx) error {
	return func(t *tx) error { return t.run("INSERT INTO numbers (n) VALUES (?)", n) }
}

func numbers(t interface{ Fatal(...any) }, s *Store) []int {
	rows, err := s.reader(context.Background()).query("SELECT n FROM numbers ORDER BY n")
	list, err := collect(rows, err, one[int])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// group holds the writer up until all of fns wait behind it, and gives their answers.
func group(s *Store, ctx context.Context, fns ...func(*tx) error) []error {
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.put(ctx, func(*tx) error { close(holding); <-release; return nil })
	})
	<-holding
	answers := make([]error, len(fns))
	writes := make([]*write, len(fns))
	for n, fn := range fns {
		writes[n] = &write{ctx: ctx, clock: models.SystemClock{}, fn: fn, done: make(chan error, 1)}
		s.writer.enqueue(writes[n])
	}
	close(release)
	wg.Wait()
	for n, w := range writes {
		answers[n] = <-w.done
	}
	return answers
}

func TestFailingWriteTakesNoOtherWithIt(t *testing.T) {
	s := openTest(t, Options{})
	boom := errors.New("boom")
	var inside []int
	errs := group(s, context.Background(),
		add(1),
		func(t *tx) error { _ = add(2)(t); return boom },
		func(t *tx) error { _ = add(3)(t); panic("slipped") },
		func(tx *tx) error {
			rows, err := tx.query("SELECT n FROM numbers ORDER BY n")
			inside, err = collect(rows, err, one[int])
			if committed := numbers(t, s); len(committed) > 0 {
				t.Errorf("committed before the group was: %v", committed)
			}
			return err
		},
		add(4), add(1))
	if errs[0] != nil || !errors.Is(errs[1], boom) || errs[3] != nil || errs[4] != nil {
		t.Errorf("answers: %v", errs)
	}
	if errs[2] == nil || !strings.Contains(errs[2].Error(), "slipped") {
		t.Errorf("a panic is answered with %v", errs[2])
	}
	if models.CodeOf(errs[5]) != models.CodeConflict {
		t.Errorf("a number that is there: %v", errs[5])
	}
	if !slices.Equal(inside, []int{1}) {
		t.Errorf("the fourth write saw %v of its group", inside)
	}
	if got := numbers(t, s); !slices.Equal(got, []int{1, 4}) {
		t.Errorf("kept %v", got)
	}
}

// TestFailedCommitAnswersAll breaks the commit by a foreign key checked only then.
func TestFailedCommitAnswersAll(t *testing.T) {
	s := openTest(t, Options{})
	errs := group(s, context.Background(), add(1), func(t *tx) error {
		if err := t.run("PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		return t.run("INSERT INTO numbers (n, parent) VALUES (2, 99)")
	}, add(3))
	for n, err := range errs {
		if err == nil {
			t.Errorf("write %d is acknowledged though nothing was committed", n)
		}
	}
	if got := numbers(t, s); len(got) > 0 {
		t.Errorf("kept %v", got)
	}
	if err := s.put(context.Background(), add(5)); err != nil {
		t.Errorf("the next write: %v", err)
	}
}

func TestFullQueueIsUnavailable(t *testing.T) {
	s := openTest(t, Options{QueueSize: 2})
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.put(context.Background(), func(*tx) error { close(holding); <-release; return nil }) })
	<-holding
	for n := range 2 {
		s.writer.enqueue(&write{ctx: context.Background(), clock: models.SystemClock{}, fn: add(n), done: make(chan error, 1)})
	}
	err := s.put(context.Background(), add(9))
	var refusal *models.Error
	if !errors.As(err, &refusal) || refusal.Code != models.CodeUnavailable || refusal.Key != "error.store.busy" {
		t.Errorf("a write too many: %v", err)
	}
	close(release)
	wg.Wait()
}

func TestGivenUpWrites(t *testing.T) {
	s := openTest(t, Options{})
	holding, release := make(chan struct{}), make(chan struct{})
	started, cancelStarted := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var startedErr error
	wg.Go(func() {
		startedErr = s.put(started, func(t *tx) error { close(holding); <-release; return add(1)(t) })
	})
	<-holding
	waiting, cancelWaiting := context.WithCancel(context.Background())
	answered := make(chan error)
	go func() { answered <- s.put(waiting, add(2)) }()
	cancelStarted()
	cancelWaiting()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("given up while it waited: %v", err)
	}
	close(release)
	wg.Wait()
	if startedErr != nil {
		t.Errorf("given up after it had begun: %v", startedErr)
	}
	if err := s.put(context.Background(), add(3)); err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, s); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("kept %v", got)
	}
}

func TestCloseCommitsTheQueue(t *testing.T) {
	s := openTest(t, Options{})
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.put(context.Background(), func(*tx) error { close(holding); <-release; return nil }) })
	<-holding
	var done []chan error
	for n := range 10 {
		w := &write{ctx: context.Background(), clock: models.SystemClock{}, fn: add(n), done: make(chan error, 1)}
		s.writer.enqueue(w)
		done = append(done, w.done)
	}
	close(release)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for n := range done {
		if err := <-done[n]; err != nil {
			t.Errorf("write %d: %v", n, err)
		}
	}
	again, err := Open(t.Context(), s.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := numbers(t, again); len(got) != 10 {
		t.Errorf("kept %v", got)
	}
	if err := s.put(t.Context(), add(11)); models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("a write after closing: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

// TestGroupCommit: whatever writes come together, exactly those that are
// acknowledged are there, each whole.
func TestGroupCommit(t *testing.T) {
	s := openTest(t, Options{})
	next := 0
	rapid.Check(t, func(t *rapid.T) {
		want := numbers(t, s)
		kinds := rapid.SliceOfN(rapid.SampledFrom([]string{"add", "fail", "panic", "twice"}), 1, 20).Draw(t, "writes")
		var fns []func(*tx) error
		for _, kind := range kinds {
			next += 2
			fns = append(fns, numberWrite(kind, next))
		}
		for n, err := range group(s, context.Background(), fns...) {
			first := next - 2*(len(kinds)-1-n)
			if (err == nil) != (kinds[n] == "add") {
				t.Fatalf("%s is answered with %v", kinds[n], err)
			}
			if err == nil {
				want = append(want, first, first+1)
			}
		}
		if got := numbers(t, s); !slices.Equal(got, want) {
			t.Fatalf("kept %v, acknowledged %v", got, want)
		}
	})
}

// numberWrite adds n and n+1, and then goes wrong in the way named.
func numberWrite(kind string, n int) func(*tx) error {
	return func(t *tx) error {
		if err := errors.Join(add(n)(t), add(n+1)(t)); err != nil {
			return err
		}
		switch kind {
		case "fail":
			return fmt.Errorf("no %d", n)
		case "panic":
			panic(n)
		case "twice":
			return add(n)(t)
		}
		return nil
	}
}

// TestRulesInAGroup: what a group has read of a consultation ends with the write that
// may have changed it, and with one that was rolled back half-way.
func TestRulesInAGroup(t *testing.T) {
	s := openTest(t, Options{Clock: &testClock{testStart}})
	voting(t, s, "c", 1)
	var seen []models.State
	read := func(t *tx) error {
		t.touches(jobsTopic)
		c, err := t.rules("c")
		seen = append(seen, c.State)
		return err
	}
	move := func(to models.State, then error) func(*tx) error {
		return func(t *tx) error {
			if then != nil { // it reads what it has changed itself
				t.touches(jobsTopic)
			}
			err := t.run("UPDATE consultations SET state = ? WHERE id = 'c'", to)
			if err == nil && then != nil {
				clear(t.known)
				_, err = t.rules("c")
			}
			return errors.Join(err, then)
		}
	}
	broken := errors.New("broken")
	answers := group(s, context.Background(), read, move(models.StatePaused, nil), read, move(models.StateOpen, broken), read)
	for n, want := range []error{nil, nil, nil, broken, nil} {
		if !errors.Is(answers[n], want) {
			t.Errorf("write %d: %v", n, answers[n])
		}
	}
	// The failure makes the group run twice.
	want := []models.State{models.StateOpen, models.StatePaused, models.StateOpen, models.StatePaused, models.StatePaused}
	if !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
}
