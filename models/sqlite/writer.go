package sqlite

import (
	"context"
	"database/sql"
	"strconv"
	"sync"
	"sync/atomic"

	"folkmoot/models"
)

// maxBatch bounds the writes of one transaction, and so how long one waits.
const maxBatch = 256

// checkpointPages is how long the log grows before it is copied into the file: 16 MB.
// The same pages come again and again under load, and each is copied once.
const checkpointPages = 4000

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
	clock models.Clock // of the transaction's time
	fn    func(*tx) error
	state atomic.Int32
	done  chan error
}

// start tells whether the write is to be run: it was not given up.
func (b *write) start() bool {
	return b.state.CompareAndSwap(queued, started) || b.state.Load() == started
}

// writer commits what has gathered in its queue as one transaction, then answers
// all the callers.
type writer struct {
	conn  *sql.Conn
	memo  *memo
	queue chan *write
	ended chan struct{}
	twice bool // tests: every batch is run again, as if a write had failed half-way

	mu     sync.RWMutex // closed against sending on a closed queue
	closed bool
}

func newWriter(ctx context.Context, db *sql.DB, path string, o Options) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA wal_autocheckpoint = "+strconv.Itoa(checkpointPages)); err != nil {
		_ = conn.Close()
		return nil, err
	}
	w := &writer{
		conn: conn, memo: newMemo(path),
		queue: make(chan *write, o.QueueSize), ended: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// do runs fn in the writer and returns when its transaction is on disk: nil, what
// fn returned, or why nothing was committed.
func (w *writer) do(ctx context.Context, clock models.Clock, fn func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b := &write{ctx: ctx, clock: clock, fn: fn, done: make(chan error, 1)}
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
