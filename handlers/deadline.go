package handlers

import (
	"context"
	"sync"
	"time"
)

// deadline is a context that ends after a while. It sets no timer before somebody
// waits for it: most requests for a page that is kept end without.
type deadline struct {
	at     time.Time
	mu     sync.Mutex
	inner  context.Context
	cancel context.CancelFunc
}

func newDeadline(at time.Time) *deadline { return &deadline{at: at} }

// started gives the context with the timer.
func (d *deadline) started() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inner == nil {
		d.inner, d.cancel = context.WithDeadline(context.Background(), d.at)
	}
	return d.inner
}

// stop ends it: the request is answered.
func (d *deadline) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inner == nil {
		d.inner, d.cancel = ended, func() {}
	}
	d.cancel()
}

var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Deadline implements context.Context.
func (d *deadline) Deadline() (time.Time, bool) { return d.at, true }

// Done implements context.Context.
func (d *deadline) Done() <-chan struct{} { return d.started().Done() }

// Err implements context.Context.
func (d *deadline) Err() error { return d.started().Err() }

// Value implements context.Context.
func (d *deadline) Value(key any) any { return d.started().Value(key) }
