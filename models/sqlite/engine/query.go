package engine

import (
	"context"
	"database/sql"
	"errors"
)

// Queries is what a reader and a write transaction have in common. The driver caches
// prepared statements by their text, so texts should be constants.
type Queries interface {
	Query(q string, args ...any) (*sql.Rows, error)
	Row(q string, args ...any) *sql.Row
}

// Reader reads for one call of the store.
type Reader struct {
	ctx context.Context
	db  interface {
		QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row
	}
}

// Query implements Queries.
func (r Reader) Query(q string, args ...any) (*sql.Rows, error) {
	return r.db.QueryContext(r.ctx, q, args...)
}

// Row implements Queries.
func (r Reader) Row(q string, args ...any) *sql.Row {
	return r.db.QueryRowContext(r.ctx, q, args...)
}

// Reader returns a reader outside a transaction: each query sees its own moment.
func (d *DB) Reader(ctx context.Context) Reader { return Reader{ctx, d.read} }

// Snapshot runs fn on one state of the file, whatever is written meanwhile. Errors name
// what was being done.
func (d *DB) Snapshot(ctx context.Context, what string, fn func(q Queries) error) error {
	t, err := d.read.BeginTx(ctx, nil)
	if err != nil {
		return Wrap(what, err)
	}
	defer func() { _ = t.Rollback() }()
	return Wrap(what, fn(Reader{ctx, t}))
}

// Stream is Snapshot for an fn that passes rows to its caller's function with PassOn:
// the error of that function is returned as it is.
func (d *DB) Stream(ctx context.Context, what string, fn func(q Queries) error) error {
	err := d.Snapshot(ctx, what, fn)
	var theirs callbackError
	if errors.As(err, &theirs) {
		return theirs.error
	}
	return err
}

// callbackError is what a caller's function returned.
type callbackError struct{ error }

// FromCallback marks err as returned by the function of Stream's caller.
func FromCallback(err error) error { return callbackError{err} }

// PassOn scans a row and calls fn with the result.
func PassOn[T any](row Scanner, scan func(Scanner) (T, error), fn func(T) error) error {
	v, err := scan(row)
	if err != nil {
		return err
	}
	if err = fn(v); err != nil {
		return FromCallback(err)
	}
	return nil
}

// BatchSize is how many rows a stream outside a snapshot reads at a time.
const BatchSize = 500

// EachInBatches reads keyset by keyset with read, which returns at most BatchSize rows
// after a key ("": from the start), and calls fn with each row while no connection is
// held. It stops at fn's error and returns it as it is.
func EachInBatches[T any](what string, read func(after string) ([]T, error), key func(T) string, fn func(T) error) error {
	batches, stop := make(chan batch[T]), make(chan struct{})
	defer func() {
		close(stop)
		for range batches { // until nothing is read any more
		}
	}()
	go readAhead(read, key, batches, stop)
	for b := range batches {
		if b.err != nil {
			return Wrap(what, b.err)
		}
		for _, v := range b.rows {
			if err := fn(v); err != nil {
				return err
			}
		}
	}
	return nil
}

type batch[T any] struct {
	rows []T
	err  error
}

// readAhead reads the next batch while fn works on the last one.
func readAhead[T any](read func(after string) ([]T, error), key func(T) string, batches chan<- batch[T], stop <-chan struct{}) {
	defer close(batches)
	for after := ""; ; {
		rows, err := read(after)
		select {
		case batches <- batch[T]{rows, err}:
		case <-stop:
			return
		}
		if err != nil || len(rows) < BatchSize {
			return
		}
		after = key(rows[len(rows)-1])
	}
}
