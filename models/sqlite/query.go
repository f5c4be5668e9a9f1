package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"folkmoot/models"
)

// queries is what a reader and a write transaction have in common. The driver
// keeps prepared statements by their text, so every text here is a constant.
type queries interface {
	query(q string, args ...any) (*sql.Rows, error)
	row(q string, args ...any) *sql.Row
}

// tx is the writer's transaction as one write function sees it. It knows no
// context: a write that has begun is finished.
type tx struct {
	conn   *sql.Conn
	now    time.Time // the store's time
	wrote  bool
	topics []string // of remembered reads that it changes; none: it may change any
	known  known    // what this transaction has read of consultations
}

// known are the rules of consultations as one transaction has read them, by id.
type known map[string]models.Consultation

// touches says which remembered reads the write changes, by their topics, and that
// it changes no rules of a consultation. Who never says so makes all of them forgotten.
func (t *tx) touches(topics ...string) { t.topics = append(t.topics, topics...) }

// note notes that something was written, or may have been.
func (t *tx) note(q string) { t.wrote = t.wrote || !strings.HasPrefix(q, "SELECT") }

func (t *tx) query(q string, args ...any) (*sql.Rows, error) {
	t.note(q)
	return t.conn.QueryContext(context.Background(), q, args...)
}

func (t *tx) row(q string, args ...any) *sql.Row {
	t.note(q)
	return t.conn.QueryRowContext(context.Background(), q, args...)
}

// exec runs one statement and gives the number of rows it changed.
func (t *tx) exec(q string, args ...any) (int64, error) {
	t.wrote = true
	res, err := t.conn.ExecContext(context.Background(), q, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// run runs a statement of which only the error matters.
func (t *tx) run(q string, args ...any) error {
	_, err := t.exec(q, args...)
	return err
}

// reader asks for one call of the store.
type reader struct {
	ctx context.Context
	db  interface {
		QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row
	}
}

func (r reader) query(q string, args ...any) (*sql.Rows, error) {
	return r.db.QueryContext(r.ctx, q, args...)
}

func (r reader) row(q string, args ...any) *sql.Row {
	return r.db.QueryRowContext(r.ctx, q, args...)
}

// reader reads outside a transaction, each query at its own moment.
func (s *Store) reader(ctx context.Context) reader { return reader{ctx, s.read} }

// snapshot runs fn on one state of the store, whatever is written meanwhile.
func (s *Store) snapshot(ctx context.Context, what string, fn func(q queries) error) error {
	t, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return wrap(what, err)
	}
	defer func() { _ = t.Rollback() }()
	return wrap(what, fn(reader{ctx, t}))
}

// put runs fn in the writer. It may be run twice, of which only the second counts:
// what it leaves behind it sets, and does not add to.
func (s *Store) put(ctx context.Context, fn func(*tx) error) error {
	return s.writer.do(ctx, s.clock, fn)
}

// stream is snapshot for a function that hands rows to a caller: the caller's own
// error comes back as it is.
func (s *Store) stream(ctx context.Context, what string, fn func(q queries) error) error {
	err := s.snapshot(ctx, what, fn)
	var theirs callersError
	if errors.As(err, &theirs) {
		return theirs.error
	}
	return err
}

// callersError is what a caller's function returned.
type callersError struct{ error }

// handOn scans a row and gives it to fn.
func handOn[T any](row scanner, scan func(scanner) (T, error), fn func(T) error) error {
	v, err := scan(row)
	if err != nil {
		return err
	}
	if err = fn(v); err != nil {
		return callersError{err}
	}
	return nil
}

// batchSize is how many rows a stream that is no snapshot reads at a time.
const batchSize = 500

// batches reads keyset by keyset with read, which gives at most batchSize rows after
// a key, and hands them to fn while no connection is held. fn's error comes back as it is.
func batches[T any](what string, read func(after string) ([]T, error), key func(T) string, fn func(T) error) error {
	parts, enough := make(chan part[T]), make(chan struct{})
	defer func() {
		close(enough)
		for range parts { // until nothing is read any more
		}
	}()
	go readAhead(read, key, parts, enough)
	for p := range parts {
		if p.err != nil {
			return wrap(what, p.err)
		}
		for _, v := range p.list {
			if err := fn(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// part is one batch.
type part[T any] struct {
	list []T
	err  error
}

// readAhead reads the next batch while fn works on the last one.
func readAhead[T any](read func(after string) ([]T, error), key func(T) string, parts chan<- part[T], enough <-chan struct{}) {
	defer close(parts)
	for after := ""; ; {
		list, err := read(after)
		select {
		case parts <- part[T]{list, err}:
		case <-enough:
			return
		}
		if err != nil || len(list) < batchSize {
			return
		}
		after = key(list[len(list)-1])
	}
}
