package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"folkmoot/models"
)

// maxBatch bounds the writes of one transaction, and so how long one waits.
const maxBatch = 256

// The stations of a write. Its caller may give it up while it is queued; once
// it is started its answer is waited for.
const (
	queued int32 = iota
	started
	givenUp
)

// write is one write function on its way through the queue.
type write struct {
	ctx   context.Context
	fn    func(*tx) error
	state atomic.Int32
	done  chan error
}

// writer commits what has gathered in its queue as one transaction with a
// savepoint for each write function, then answers all the callers.
type writer struct {
	conn  *sql.Conn
	clock models.Clock
	queue chan *write
	ended chan struct{}

	mu     sync.RWMutex // closed against sending on a closed queue
	closed bool
}

func newWriter(ctx context.Context, db *sql.DB, o Options) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn, clock: o.Clock, queue: make(chan *write, o.QueueSize), ended: make(chan struct{})}
	go w.run()
	return w, nil
}

// do runs fn in the writer and returns when its transaction is on disk: nil, what
// fn returned, or why nothing was committed.
func (w *writer) do(ctx context.Context, fn func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b := &write{ctx: ctx, fn: fn, done: make(chan error, 1)}
	if !w.enqueue(b) {
		return errBusy(nil)
	}
	select {
	case err := <-b.done:
		return err
	case <-ctx.Done():
	}
	if b.state.CompareAndSwap(queued, givenUp) {
		return ctx.Err()
	}
	return <-b.done
}

func (w *writer) enqueue(b *write) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return false
	}
	select {
	case w.queue <- b:
		return true
	default:
		return false
	}
}

func (w *writer) isClosed() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.closed
}

// close takes no more writes, commits those in the queue and gives the
// connection back. It is false if the writer was closed already.
func (w *writer) close() bool {
	w.mu.Lock()
	again := w.closed
	if !again {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.ended
	return !again
}

func (w *writer) run() {
	defer close(w.ended)
	defer func() { _ = w.conn.Close() }()
	for first := range w.queue {
		batch := w.gather(first)
		errs := make([]error, len(batch))
		if err := w.transact(batch, errs); err != nil {
			for i := range errs {
				errs[i] = err
			}
		}
		for i, b := range batch {
			b.done <- errs[i]
		}
	}
}

// gather takes what waits behind first. There is no wait for more: while one
// group is written to disk the next one gathers by itself.
func (w *writer) gather(first *write) []*write {
	batch := []*write{first}
	for len(batch) < maxBatch {
		select {
		case b, ok := <-w.queue:
			if !ok {
				return batch
			}
			batch = append(batch, b)
		default:
			return batch
		}
	}
	return batch
}

// transact runs the batch in one transaction, fills in what each write function
// returned, and fails as a whole if the transaction does.
func (w *writer) transact(batch []*write, errs []error) error {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return wrap("begin", err)
	}
	for i, b := range batch {
		if !b.state.CompareAndSwap(queued, started) {
			errs[i] = b.ctx.Err()
			continue
		}
		if err := w.one(b, &errs[i]); err != nil {
			_ = w.exec("ROLLBACK")
			return wrap("write", err)
		}
	}
	if err := w.exec("COMMIT"); err != nil {
		_ = w.exec("ROLLBACK")
		return wrap("commit", err)
	}
	return nil
}

// one runs a write function in its savepoint. What it returns itself has broken
// the whole transaction: SQLite rolls back by itself when a disk is full or fails.
func (w *writer) one(b *write, result *error) error {
	if err := w.exec("SAVEPOINT one"); err != nil {
		return err
	}
	t := &tx{conn: w.conn, now: models.Millis(w.clock.Now())}
	if *result = t.call(b.fn); *result != nil {
		if err := w.exec("ROLLBACK TO one"); err != nil {
			return *result
		}
	}
	return w.exec("RELEASE one")
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
