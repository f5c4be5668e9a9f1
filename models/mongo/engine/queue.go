package engine

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"folkmoot/models"
)

// maxBatch bounds the writes of one transaction, and so how long one waits.
const maxBatch = 256

// maxWaiting bounds the writes that wait in all queues of this program.
const maxWaiting = 4096

// The stations of a write. Its caller may give it up while it is queued; once it is
// started its answer is waited for.
const (
	queued int32 = iota
	started
	givenUp
)

// write is one write function on its way through its queue.
type write struct {
	fn    func(*Tx) error
	needs []Ref
	ctx   context.Context
	until time.Time // the caller's patience
	cause error     // what the last group with it met with
	state atomic.Int32
	done  chan error
}

// start reports whether the write is to be run: it was not given up.
func (w *write) start() bool {
	return w.state.CompareAndSwap(queued, started) || w.state.Load() == started
}

// queue holds the writes that concern one consultation. db.mu guards it.
type queue struct{ waiting []*write }

// Do runs fn in a transaction of the queue of a consultation ("": what concerns none)
// and returns when that is acknowledged: nil, what fn returned, or why nothing was
// committed. needs names documents that fn is going to look at, so that those of a whole
// group are read at once. fn may be run several times, of which only the last counts:
// what it leaves behind it sets, and does not add to. CodeUnavailable if the database
// does not answer in time, or the queue is full.
func (db *DB) Do(ctx context.Context, c string, needs []Ref, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{fn: fn, needs: needs, ctx: ctx, until: time.Now().Add(db.o.Patience), done: make(chan error, 1)}
	if until, ok := ctx.Deadline(); ok && until.Before(w.until) {
		w.until = until
	}
	if !db.enqueue(c, w) {
		return refusal(models.CodeUnavailable, "error.store.busy", "queue", nil)
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
	}
	if w.state.CompareAndSwap(queued, givenUp) {
		return ctx.Err()
	}
	return <-w.done
}

// enqueue adds a write to its queue and starts that if it is not running.
func (db *DB) enqueue(c string, w *write) bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed || db.waiting >= maxWaiting {
		return false
	}
	q, running := db.queues[c]
	if !running {
		q = &queue{}
		db.queues[c] = q
		db.running.Add(1)
		go db.run(c, q)
	}
	q.waiting = append(q.waiting, w)
	db.waiting++
	return true
}

// run commits group after group until nobody waits. There is no wait for more: while one
// group is committed the next one gathers by itself.
func (db *DB) run(c string, q *queue) {
	defer db.running.Done()
	for {
		runtime.Gosched() // those that were woken together are written together
		db.mu.Lock()
		n := min(len(q.waiting), maxBatch)
		if n == 0 {
			delete(db.queues, c)
			db.mu.Unlock()
			return
		}
		batch := q.waiting[:n:n]
		q.waiting = q.waiting[n:]
		db.waiting -= n
		db.mu.Unlock()
		if rivals := db.commit(c, batch); rivals {
			time.Sleep(jitter(yieldFor)) // so that another node gets its turn
		}
	}
}
