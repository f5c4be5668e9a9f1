package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"folkmoot/models"
)

// testSchema returns a schema with a table of numbers.
func testSchema() Schema {
	return Schema{ApplicationID: 7, Migrations: fstest.MapFS{"0001_numbers.sql": {Data: []byte(`-- +goose Up
PRAGMA application_id = 7;
CREATE TABLE numbers (n INTEGER PRIMARY KEY, parent INTEGER REFERENCES numbers (n)) STRICT;
`)}}}
}

// openTest opens a DB of its own.
func openTest(t testing.TB, o Options) *DB {
	t.Helper()
	d, err := Open(context.Background(), filepath.Join(t.TempDir(), "test.db"), testSchema(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func add(n int) func(*Tx) error {
	return func(t *Tx) error { return t.Run("INSERT INTO numbers (n) VALUES (?)", n) }
}

func numbers(t interface{ Fatal(...any) }, d *DB) []int {
	rows, err := d.Reader(context.Background()).Query("SELECT n FROM numbers ORDER BY n")
	list, err := Collect(rows, err, One[int])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// group blocks the writer until all of fns are queued, and returns their results.
func group(d *DB, ctx context.Context, fns ...func(*Tx) error) []error {
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.Write(ctx, models.SystemClock{}, func(*Tx) error { close(holding); <-release; return nil })
	})
	<-holding
	answers := make([]error, len(fns))
	writes := make([]*write, len(fns))
	for n, fn := range fns {
		writes[n] = &write{ctx: ctx, clock: models.SystemClock{}, fn: fn, done: make(chan error, 1)}
		d.writer.enqueue(writes[n])
	}
	close(release)
	wg.Wait()
	for n, w := range writes {
		answers[n] = <-w.done
	}
	return answers
}

func TestFailingWriteTakesNoOtherWithIt(t *testing.T) {
	d := openTest(t, Options{})
	boom := errors.New("boom")
	var inside []int
	errs := group(d, context.Background(),
		add(1),
		func(t *Tx) error { _ = add(2)(t); return boom },
		func(t *Tx) error { _ = add(3)(t); panic("slipped") },
		func(tx *Tx) error {
			rows, err := tx.Query("SELECT n FROM numbers ORDER BY n")
			inside, err = Collect(rows, err, One[int])
			if committed := numbers(t, d); len(committed) > 0 {
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
	if got := numbers(t, d); !slices.Equal(got, []int{1, 4}) {
		t.Errorf("kept %v", got)
	}
}

// TestFailedCommitAnswersAll makes the commit fail by a deferred foreign key.
func TestFailedCommitAnswersAll(t *testing.T) {
	d := openTest(t, Options{})
	errs := group(d, context.Background(), add(1), func(t *Tx) error {
		if err := t.Run("PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		return t.Run("INSERT INTO numbers (n, parent) VALUES (2, 99)")
	}, add(3))
	for n, err := range errs {
		if err == nil {
			t.Errorf("write %d is acknowledged though nothing was committed", n)
		}
	}
	if got := numbers(t, d); len(got) > 0 {
		t.Errorf("kept %v", got)
	}
	if err := d.Write(context.Background(), models.SystemClock{}, add(5)); err != nil {
		t.Errorf("the next write: %v", err)
	}
}

func TestFullQueueIsUnavailable(t *testing.T) {
	d := openTest(t, Options{QueueSize: 2})
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.Write(context.Background(), models.SystemClock{}, func(*Tx) error { close(holding); <-release; return nil })
	})
	<-holding
	for n := range 2 {
		d.writer.enqueue(&write{ctx: context.Background(), clock: models.SystemClock{}, fn: add(n), done: make(chan error, 1)})
	}
	err := d.Write(context.Background(), models.SystemClock{}, add(9))
	var refusal *models.Error
	if !errors.As(err, &refusal) || refusal.Code != models.CodeUnavailable || refusal.Key != "error.store.busy" {
		t.Errorf("a write too many: %v", err)
	}
	close(release)
	wg.Wait()
}

func TestCancelledWrites(t *testing.T) {
	d := openTest(t, Options{})
	holding, release := make(chan struct{}), make(chan struct{})
	started, cancelStarted := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var startedErr error
	wg.Go(func() {
		startedErr = d.Write(started, models.SystemClock{}, func(t *Tx) error { close(holding); <-release; return add(1)(t) })
	})
	<-holding
	waiting, cancelWaiting := context.WithCancel(context.Background())
	answered := make(chan error)
	go func() { answered <- d.Write(waiting, models.SystemClock{}, add(2)) }()
	cancelStarted()
	cancelWaiting()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while queued: %v", err)
	}
	close(release)
	wg.Wait()
	if startedErr != nil {
		t.Errorf("cancelled after it had started: %v", startedErr)
	}
	if err := d.Write(context.Background(), models.SystemClock{}, add(3)); err != nil {
		t.Fatal(err)
	}
	if got := numbers(t, d); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("kept %v", got)
	}
}

func TestCloseCommitsTheQueue(t *testing.T) {
	d := openTest(t, Options{})
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.Write(context.Background(), models.SystemClock{}, func(*Tx) error { close(holding); <-release; return nil })
	})
	<-holding
	var done []chan error
	for n := range 10 {
		w := &write{ctx: context.Background(), clock: models.SystemClock{}, fn: add(n), done: make(chan error, 1)}
		d.writer.enqueue(w)
		done = append(done, w.done)
	}
	close(release)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for n := range done {
		if err := <-done[n]; err != nil {
			t.Errorf("write %d: %v", n, err)
		}
	}
	again, err := Open(t.Context(), d.Path(), testSchema(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := numbers(t, again); len(got) != 10 {
		t.Errorf("kept %v", got)
	}
	if err := d.Write(t.Context(), models.SystemClock{}, add(11)); models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("a write after closing: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

// TestGroupCommit: whatever writes come together, exactly those that are
// acknowledged are there, each whole.
func TestGroupCommit(t *testing.T) {
	d := openTest(t, Options{})
	next := 0
	rapid.Check(t, func(t *rapid.T) {
		want := numbers(t, d)
		kinds := rapid.SliceOfN(rapid.SampledFrom([]string{"add", "fail", "panic", "twice"}), 1, 20).Draw(t, "writes")
		var fns []func(*Tx) error
		for _, kind := range kinds {
			next += 2
			fns = append(fns, numberWrite(kind, next))
		}
		for n, err := range group(d, context.Background(), fns...) {
			first := next - 2*(len(kinds)-1-n)
			if (err == nil) != (kinds[n] == "add") {
				t.Fatalf("%s is answered with %v", kinds[n], err)
			}
			if err == nil {
				want = append(want, first, first+1)
			}
		}
		if got := numbers(t, d); !slices.Equal(got, want) {
			t.Fatalf("kept %v, acknowledged %v", got, want)
		}
	})
}

// numberWrite returns a write that adds n and n+1 and then fails in the given way.
func numberWrite(kind string, n int) func(*Tx) error {
	return func(t *Tx) error {
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

// TestSharedValues: what a write shares ends with the next one that may have changed it,
// and with one that was rolled back half-way.
func TestSharedValues(t *testing.T) {
	d := openTest(t, Options{})
	var seen []int
	count := func(t *Tx) (int, error) {
		if n, ok := t.Shared("count").(int); ok {
			return n, nil
		}
		n, err := One[int](t.Row("SELECT count(*) FROM numbers"))
		t.Share("count", n)
		return n, err
	}
	read := func(t *Tx) error {
		t.Invalidates("nothing")
		n, err := count(t)
		seen = append(seen, n)
		return err
	}
	broken := errors.New("broken")
	fail := func(t *Tx) error { // it shares what it has changed itself
		t.Invalidates("nothing")
		clear(t.shared)
		_, err := count(t)
		return errors.Join(add(3)(t), err, broken)
	}
	undeclared := func(t *Tx) error { return add(1)(t) }
	declared := func(t *Tx) error { t.Invalidates("nothing"); return add(2)(t) }
	answers := group(d, context.Background(), read, undeclared, read, declared, read, fail, read)
	for n, want := range []error{nil, nil, nil, nil, nil, broken, nil} {
		if !errors.Is(answers[n], want) {
			t.Errorf("write %d: %v", n, answers[n])
		}
	}
	// The failure makes the group run twice. A declared write leaves what was shared.
	if want := []int{0, 1, 1, 0, 1, 1, 2}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
}
