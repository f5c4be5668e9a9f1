package engine

import (
	"context"
	"database/sql"
	"strconv"
	"sync"
	"sync/atomic"

	"folkmoot/models"
)

// maxGroup bounds the writes of one transaction, and so how long one of them waits.
const maxGroup = 256

// checkpointPages is how long the log grows before it is copied into the file: 16 MB.
// The same pages are written again and again under load, and each is copied once.
const checkpointPages = 4000

// The states of a write. Its caller may cancel it while it is queued; once it has
// started, the caller waits for its result.
const (
	queued int32 = iota
	started
	cancelled
)

// write is one write function in the queue.
type write struct {
	ctx   context.Context
	clock models.Clock // of the transaction's time
	fn    func(*Tx) error
	state atomic.Int32
	done  chan error
}

// start reports whether the write is to be run: it was not cancelled.
func (w *write) start() bool {
	return w.state.CompareAndSwap(queued, started) || w.state.Load() == started
}

// writer owns the connection that writes. It commits all writes that wait in its queue
// as one transaction, and then answers their callers.
type writer struct {
	conn     *sql.Conn
	cache    *Cache
	queue    chan *write
	ended    chan struct{}
	runTwice bool

	mu     sync.RWMutex // against sending on a closed queue
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
	cache := &Cache{}
	if !o.NoCache {
		cache = newCache(path)
	}
	w := &writer{
		conn: conn, cache: cache, runTwice: o.RunTwice,
		queue: make(chan *write, o.QueueSize), ended: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// Write runs fn in the writer's transaction and returns when that is on disk: nil, what
// fn returned, or why nothing was committed (CodeUnavailable error.store.busy if the
// queue is full or the DB closed). clock tells the transaction's time. fn may be run
// twice, of which only the second run counts: it must set what it leaves behind, and not
// add to it. If ctx ends before fn has started, fn is not run.
func (d *DB) Write(ctx context.Context, clock models.Clock, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{ctx: ctx, clock: clock, fn: fn, done: make(chan error, 1)}
	if !d.writer.enqueue(w) {
		return errBusy(nil)
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
	}
	if w.state.CompareAndSwap(queued, cancelled) {
		return ctx.Err()
	}
	return <-w.done
}

// enqueue reports whether there was room in the queue.
func (w *writer) enqueue(x *write) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return false
	}
	select {
	case w.queue <- x:
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

// close takes no more writes, commits those in the queue and releases the connection. It
// returns false if the writer was closed already.
func (w *writer) close() bool {
	w.mu.Lock()
	first := !w.closed
	if first {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.ended
	return first
}

func (w *writer) run() {
	defer close(w.ended)
	defer func() { _ = w.conn.Close() }()
	for first := range w.queue {
		group := w.gather(first)
		errs := make([]error, len(group))
		if err := w.transact(group, errs); err != nil {
			for i := range errs {
				errs[i] = err
			}
		}
		for i, x := range group {
			x.done <- errs[i]
		}
	}
}

// gather returns first and what waits behind it. It does not wait for more: while one
// group is written to disk the next one gathers by itself.
func (w *writer) gather(first *write) []*write {
	group := []*write{first}
	for len(group) < maxGroup {
		select {
		case x, ok := <-w.queue:
			if !ok {
				return group
			}
			group = append(group, x)
		default:
			return group
		}
	}
	return group
}
