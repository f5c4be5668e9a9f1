package mongo

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"folkmoot/models"
)

const (
	// actTime is how long an act has from its entry on; afterwards its commands are
	// sent no more, and the database gives up those that are on their way.
	actTime = 10 * time.Second
	// slack is for a command that was on its way for long.
	slack = 5 * time.Second
	// helpAfter is when others look whether an entry's program has died.
	helpAfter = time.Second
)

// act is one write on its way.
type act struct {
	s     *Store
	ctx   context.Context // the caller's; from commit on the act's own, which no caller ends
	id    string          // of the operation
	now   time.Time       // the database's
	due   time.Time       // by when the caller wants an answer; zero: whenever it is there
	after []func()        // what is given back at the end
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// act runs fn as one write: it gives up waiting when ctx ends, but what has begun
// to be written is finished.
func (s *Store) act(ctx context.Context, fn func(a *act) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !s.gate.enter() {
		return errBusy(nil)
	}
	defer s.gate.leave()
	waiting, cancel := context.WithTimeout(ctx, s.patience(ctx))
	a := &act{s: s, ctx: waiting, id: newID(), after: []func(){cancel}}
	a.due, _ = ctx.Deadline()
	defer a.end()
	err := a.sit()
	if err == nil {
		err = a.ask()
	}
	if err == nil {
		err = fn(a)
	}
	if err != nil && ctx.Err() != nil && models.CodeOf(err) == models.CodeUnavailable {
		return errors.Join(ctx.Err(), err)
	}
	return wrap("write", err)
}

// reserve is what of a caller's time is kept for the act itself: what begins is
// answered in time.
const reserve = 5 * time.Second

// patience is how long an act that must be answered by ctx's deadline may wait before it begins.
func (s *Store) patience(ctx context.Context) time.Duration {
	due, ok := ctx.Deadline()
	if !ok {
		return s.o.Patience
	}
	left := time.Until(due)
	return min(s.o.Patience, left-min(reserve, left/2))
}

// sit waits until fewer than Writers others are at work.
func (a *act) sit() error {
	select {
	case a.s.desks <- struct{}{}:
		a.after = append(a.after, func() { <-a.s.desks })
		return nil
	case <-a.ctx.Done():
		return errBusy(a.ctx.Err())
	}
}

// end gives back what the act took, the last first.
func (a *act) end() {
	for n := len(a.after) - 1; n >= 0; n-- {
		a.after[n]()
	}
}

// ask sets the act's time to the database's.
func (a *act) ask() (err error) {
	a.now, err = a.s.clock.now(a.ctx)
	return err
}

// wait is a pause before the act tries again, with the time as it then is.
func (a *act) wait(pause time.Duration) error {
	if err := sleep(a.ctx, pause); err != nil {
		return errBusy(err)
	}
	return a.ask()
}

// commit frees the act from its caller: from now on it has actTime to its end, or as
// long as the caller would have waited.
func (a *act) commit() { a.commitFor(a.s.o.actTime) }

func (a *act) commitFor(d time.Duration) {
	if left := time.Until(a.due); d <= a.s.o.actTime && !a.due.IsZero() && left < d {
		d = max(left, 0)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), d)
	a.ctx, a.after = ctx, append(a.after, cancel)
}

// follow lets follow what the act has caused. The act is done and stays so: if the
// database cannot be reached any more, the sweep goes on.
func (a *act) follow(consultationID string, e entry) error {
	a.commitFor(max(a.s.o.actTime, e.Until.Sub(e.At)-slack))
	return leftToSweep(a.s.follow(a.ctx, consultationID, e, false))
}

// leftToSweep forgives that the database could not be reached after an act was done.
func leftToSweep(err error) error {
	if models.CodeOf(err) == models.CodeUnavailable {
		return nil
	}
	return err
}

// run registers e, does the act and lets follow what it causes. check sees the
// consultation just before the entry is written and may add to it; do has to do one thing.
func (a *act) run(consultationID string, e *entry, check, do func(consultation) error) error {
	c, err := a.hold(consultationID, e, check)
	if err != nil {
		return err
	}
	e.in = &c
	if err = do(c); err != nil {
		a.abandon(consultationID, e.Op, err)
		return err
	}
	return a.follow(consultationID, *e)
}

// abandon takes the entry of an act out that was refused. If nobody knows what became
// of the act, the sweep finds out.
func (a *act) abandon(consultationID, op string, cause error) {
	if unknown(cause) {
		return
	}
	_ = a.s.complete(a.ctx, consultationID, op, nil, nil)
}

// unknown tells whether a command that failed so may have been done.
func unknown(cause error) bool {
	return models.CodeOf(cause) == models.CodeUnavailable || errors.Is(cause, errStopped)
}
