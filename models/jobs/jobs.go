// Package jobs does the work that writes leave behind: it sends the messages
// that wait in the store and reminds of voting links. A job is done at least
// once; a message that goes out twice does so under one Message-ID.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"folkmoot/models"
)

// Store is the part of models.Store that the work needs.
type Store interface {
	models.JobStore
	Consultation(ctx context.Context, id string) (models.Consultation, error)
	Ideas(ctx context.Context, f models.IdeaFilter) ([]models.Idea, error)
	SiteSettings(ctx context.Context) (models.SiteSettings, error)
	RemindBallots(ctx context.Context, renew func(models.Link) (tokenHash string, job models.Job)) (int, error)
}

// Options of a Runner. Store, Renderer, Sender and Clock must be there.
type Options struct {
	Store    Store
	Renderer models.Renderer
	Sender   models.Sender
	Clock    models.Clock
	Log      *slog.Logger     // nil: the default one
	Tick     <-chan time.Time // nil: every Interval
	Delivery time.Duration    // what the Sender gives one message at most; 0: 30 seconds
	Limiter  models.Limiter   // counts messages against the site's limits of mail; nil: no limits
}

// How the work is paced.
const (
	Interval    = 5 * time.Second  // between two looks into the store
	RemindEvery = time.Minute      // between two looks for voting links to remind of
	batch       = 4                // jobs claimed, and done, at the same time
	slack       = 15 * time.Second // for the store, before a message is sent and after it
	mostRest    = 5                // ticks left out while the store fails
)

// Runner does jobs until it is stopped.
type Runner struct {
	Options
	wake     chan struct{}
	reminded time.Time
	released bool
	sent     letters
	spent    spentBudgets
	failed   int // passes in a row that the store failed
	rest     int // ticks to leave out
}

// New makes a Runner; Run starts it.
func New(o Options) *Runner {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Delivery <= 0 {
		o.Delivery = 30 * time.Second
	}
	return &Runner{Options: o, wake: make(chan struct{}, 1)}
}

// grace is how long a message in hand has, also when the program stops.
func (r *Runner) grace() time.Duration { return r.Delivery + slack }

// lease is no longer than a batch can take: what a dead node has claimed waits for its end.
func (r *Runner) lease() time.Duration { return r.grace() + slack }

// Wake makes the Runner look into the store now rather than at the next tick. It
// never waits, and any goroutine may call it.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it has been woken already
	}
}

// Run works until ctx ends, then finishes the messages in hand and returns. What
// fails is logged and tried again.
func (r *Runner) Run(ctx context.Context) {
	tick := r.Tick
	if tick == nil {
		t := time.NewTicker(Interval)
		defer t.Stop()
		tick = t.C
	}
	for ctx.Err() == nil {
		r.look(ctx)
		select {
		case <-ctx.Done():
		case <-tick:
		case <-r.wake:
			r.rest = 0 // whoever woke it has just written: the store answers
		}
	}
	r.lastNotes(ctx)
}

// look does one pass. While the store fails it looks less and less often, and says so
// once: a log that is full of one thing hides the others.
func (r *Runner) look(ctx context.Context) {
	if r.rest > 0 {
		r.rest--
		return
	}
	err := r.release(ctx)
	if err == nil {
		err = r.Pass(ctx)
	}
	switch {
	case ctx.Err() != nil:
	case err == nil && r.failed > 0:
		r.Log.InfoContext(ctx, "jobs: the store answers again", "failed", r.failed)
		r.failed = 0
	case err != nil:
		if r.failed == 0 {
			r.Log.ErrorContext(ctx, "jobs: the store does not answer", "error", err)
		}
		r.rest = min(r.failed, mostRest)
		r.failed++
	}
}

// release makes due, once, what was held while there was no mail server.
func (r *Runner) release(ctx context.Context) error {
	if r.released || r.Sender.Holds() {
		return nil
	}
	err := r.Store.ReleaseJobs(ctx)
	r.released = err == nil
	return err
}

// Pass notes what was sent while the store failed, reminds of voting links, if it is
// time to, and then does every job that is due. While the Sender holds, no job is claimed: messages wait. It returns the
// store's first error.
func (r *Runner) Pass(ctx context.Context) error {
	if err := r.noteSent(ctx); err != nil {
		return err
	}
	if err := r.remind(ctx); err != nil {
		return err
	}
	for !r.Sender.Holds() && ctx.Err() == nil {
		claimed, err := r.Store.ClaimJobs(ctx, batch, r.lease())
		if err != nil {
			return err
		}
		if len(claimed) == 0 {
			return nil
		}
		if err := r.processAll(ctx, claimed); err != nil {
			return err
		}
	}
	return nil
}

// processAll processes the claimed jobs at the same time, so that one slow server does not hold up
// the rest, and returns the first error.
func (r *Runner) processAll(ctx context.Context, claimed []models.Job) error {
	var group sync.WaitGroup
	errs := make([]error, len(claimed))
	for i, job := range claimed {
		group.Go(func() { errs[i] = r.process(ctx, job) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
