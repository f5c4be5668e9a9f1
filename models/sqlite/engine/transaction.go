package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"folkmoot/models"
)

// Tx is the writer's transaction as one write function sees it. It takes no context: a
// write that has started is finished.
type Tx struct {
	Now time.Time // the time of the write's clock, in whole milliseconds

	conn   *sql.Conn
	wrote  bool
	topics []string       // of cached reads that the write changes; none: it may change any
	shared map[string]any // see Share
}

// Invalidates declares that the write changes cached reads of these topics and no
// others, and nothing that was shared (Share). The cached reads of a write that declares
// nothing are all dropped.
func (t *Tx) Invalidates(topics ...string) { t.topics = append(t.topics, topics...) }

// Share keeps a value, which nobody may modify, for the writes that follow in the same
// transaction. All values are dropped after a write that changed something without
// declaring what, and after one that failed.
func (t *Tx) Share(key string, v any) { t.shared[key] = v }

// Shared returns the value that a write of the same transaction has shared, or nil.
func (t *Tx) Shared(key string) any { return t.shared[key] }

// observe notes whether q may write.
func (t *Tx) observe(q string) { t.wrote = t.wrote || !strings.HasPrefix(q, "SELECT") }

// Query runs a statement that returns rows.
func (t *Tx) Query(q string, args ...any) (*sql.Rows, error) {
	t.observe(q)
	return t.conn.QueryContext(context.Background(), q, args...)
}

// Row runs a statement that returns one row.
func (t *Tx) Row(q string, args ...any) *sql.Row {
	t.observe(q)
	return t.conn.QueryRowContext(context.Background(), q, args...)
}

// Exec runs one statement and returns the number of rows it changed.
func (t *Tx) Exec(q string, args ...any) (int64, error) {
	t.wrote = true
	res, err := t.conn.ExecContext(context.Background(), q, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Run runs a statement of which only the error matters.
func (t *Tx) Run(q string, args ...any) error {
	_, err := t.Exec(q, args...)
	return err
}

// errHalfDone is why a group is run again: a write function failed after it had written,
// and the transaction may hold half of what it does.
var errHalfDone = errors.New("a write failed half-way")

// transact commits the group as one transaction, fills in what each write function
// returned, and fails as a whole if the transaction does. Nearly always all of them
// succeed, or refuse before they have written. So savepoints, which cost more than many
// a write, are used only once one has failed half-way: then the group is rolled back and
// run again with a savepoint around each function.
func (w *writer) transact(group []*write, errs []error) error {
	w.cache.begin()
	v, err := w.attempt(group, errs, false)
	if errors.Is(err, errHalfDone) {
		v, err = w.attempt(group, errs, true)
	}
	w.cache.end(v)
	return err
}

// attempt runs the group in one transaction and returns what that invalidates.
func (w *writer) attempt(group []*write, errs []error, savepoints bool) (invalidation, error) {
	var v invalidation
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return v, Wrap("begin", err)
	}
	v.before, _ = w.cache.index.header() // nobody else can commit from here on
	shared := map[string]any{}
	for i, x := range group {
		if !x.start() {
			errs[i] = x.ctx.Err()
			continue
		}
		t := &Tx{conn: w.conn, Now: models.Millis(x.clock.Now()), shared: shared}
		if err := w.runOne(t, x, &errs[i], savepoints); err != nil {
			_ = w.exec("ROLLBACK")
			return invalidation{}, Wrap("write", err)
		}
		v.add(t)
		if t.wrote && (len(t.topics) == 0 || errs[i] != nil) {
			clear(shared)
		}
	}
	if w.runTwice && !savepoints {
		return invalidation{}, errors.Join(errHalfDone, w.exec("ROLLBACK"))
	}
	w.cache.announce(&v)
	if err := w.exec("COMMIT"); err != nil {
		w.cache.announce(nil)
		_ = w.exec("ROLLBACK")
		return invalidation{}, Wrap("commit", err)
	}
	v.committed = true
	return v, nil
}

// runOne runs one write function and sets its result, with savepoints in one of its own.
// It returns an error if the whole transaction is broken: SQLite rolls back by itself
// when a disk is full or fails.
func (w *writer) runOne(t *Tx, x *write, result *error, savepoints bool) error {
	if !savepoints {
		if *result = t.call(x.fn); *result != nil && !t.refused(*result) {
			return errHalfDone
		}
		return nil
	}
	if err := w.exec("SAVEPOINT one"); err != nil {
		return err
	}
	if *result = t.call(x.fn); *result != nil {
		if err := w.exec("ROLLBACK TO one"); err != nil {
			return *result
		}
	}
	return w.exec("RELEASE one")
}

// refused reports whether the write function returned a refusal before it wrote
// anything: then there is nothing to roll back.
func (t *Tx) refused(err error) bool {
	code := models.CodeOf(err)
	return !t.wrote && code != "" && code != models.CodeUnavailable
}

func (w *writer) exec(sql string) error {
	_, err := w.conn.ExecContext(context.Background(), sql)
	return err
}

// call runs fn; a panic in it is an error of this write alone.
func (t *Tx) call(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return Wrap("write", fn(t))
}
