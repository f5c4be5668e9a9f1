package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"folkmoot/models"
)

// errSpoilt is why a batch is run again: a write function failed, and the
// transaction may hold half of what it does.
var errSpoilt = errors.New("a write failed half-way")

// transact commits the batch as one transaction, fills in what each write function
// returned, and fails as a whole if the transaction does. Nearly always all of them
// succeed, or refuse before they have written. So savepoints, which cost more than
// many a write, come in only once one has failed half-way: then nothing of the
// batch is kept and it is run again, with them.
func (w *writer) transact(batch []*write, errs []error) error {
	w.memo.begin()
	c, err := w.attempt(batch, errs, false)
	if errors.Is(err, errSpoilt) {
		c, err = w.attempt(batch, errs, true)
	}
	w.memo.end(c)
	return err
}

// attempt runs the batch in one transaction and gives what was committed.
func (w *writer) attempt(batch []*write, errs []error, guarded bool) (commit, error) {
	var c commit
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return c, wrap("begin", err)
	}
	c.before, _ = w.memo.now() // nobody else can commit from here on
	read := known{}
	for i, b := range batch {
		if !b.start() {
			errs[i] = b.ctx.Err()
			continue
		}
		t := &tx{conn: w.conn, now: models.Millis(b.clock.Now()), known: read}
		if err := w.one(t, b, &errs[i], guarded); err != nil {
			_ = w.exec("ROLLBACK")
			return commit{}, wrap("write", err)
		}
		c.add(t)
		if t.wrote && (len(t.topics) == 0 || errs[i] != nil) {
			clear(read)
		}
	}
	if w.twice && !guarded {
		return commit{}, errors.Join(errSpoilt, w.exec("ROLLBACK"))
	}
	w.memo.say(&c)
	if err := w.exec("COMMIT"); err != nil {
		w.memo.say(nil)
		_ = w.exec("ROLLBACK")
		return commit{}, wrap("commit", err)
	}
	c.done = true
	return c, nil
}

// one runs a write function, guarded in a savepoint of its own. What it returns
// itself has broken the whole transaction: SQLite rolls back by itself when a disk
// is full or fails.
func (w *writer) one(t *tx, b *write, result *error, guarded bool) error {
	if !guarded {
		if *result = t.call(b.fn); *result != nil && !t.refused(*result) {
			return errSpoilt
		}
		return nil
	}
	if err := w.exec("SAVEPOINT one"); err != nil {
		return err
	}
	if *result = t.call(b.fn); *result != nil {
		if err := w.exec("ROLLBACK TO one"); err != nil {
			return *result
		}
	}
	return w.exec("RELEASE one")
}

// refused tells whether the write function turned down what it was asked before it
// wrote anything: then there is nothing to roll back.
func (t *tx) refused(err error) bool {
	code := models.CodeOf(err)
	return !t.wrote && code != "" && code != models.CodeUnavailable
}

func (w *writer) exec(sql string) error {
	_, err := w.conn.ExecContext(context.Background(), sql)
	return err
}

// call runs fn; a panic in it is an error of this write alone.
func (t *tx) call(fn func(*tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return wrap("write", fn(t))
}
