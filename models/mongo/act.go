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
	waiting, cancel := context.WithTimeout(ctx, s.o.Patience)
	a := &act{s: s, ctx: waiting, id: newID(), after: []func(){cancel}}
	defer a.end()
	err := a.ask()
	if err == nil {
		err = fn(a)
	}
	if err != nil && ctx.Err() != nil && models.CodeOf(err) == models.CodeUnavailable {
		return errors.Join(ctx.Err(), err)
	}
	return wrap("write", err)
}

// end gives back what the act took, the last first.
func (a *act) end() {
	for n := len(a.after) - 1; n >= 0; n-- {
		a.after[n]()
	}
}

// ask sets the act's time to the database's.
func (a *act) ask() (err error) {
	a.now, err = a.s.clock.ask(a.ctx)
	return err
}

// wait is a pause before the act tries again, with the time as it then is.
func (a *act) wait(pause time.Duration) error {
	if err := sleep(a.ctx, pause); err != nil {
		return errBusy(err)
	}
	return a.ask()
}

// commit frees the act from its caller: from now on it has actTime to its end.
func (a *act) commit() { a.commitFor(actTime) }

func (a *act) commitFor(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), d)
	a.ctx, a.after = ctx, append(a.after, cancel)
}

// follow lets follow what the act has caused. The act is done and stays so: if the
// database cannot be reached any more, the sweep goes on.
func (a *act) follow(consultationID string, e entry) error {
	a.commit()
	err := a.s.follow(a.ctx, consultationID, e, false)
	if models.CodeOf(err) == models.CodeUnavailable {
		return nil
	}
	return err
}

// run registers e, does the act and lets follow what it causes. check sees the
// consultation as it is when the entry is written; do has to do one thing.
func (a *act) run(consultationID string, e entry, check func(consultation) error, do func(c consultation, e *entry) error) error {
	c, err := a.hold(consultationID, &e, check)
	if err != nil {
		return err
	}
	if err = do(c, &e); err != nil {
		a.abandon(consultationID, e, err)
		return err
	}
	return a.follow(consultationID, e)
}

// abandon takes the entry of an act out that was refused. If nobody knows what became
// of the act, the sweep finds out.
func (a *act) abandon(consultationID string, e entry, cause error) {
	if unknown(cause) {
		return
	}
	_ = a.s.complete(a.ctx, consultationID, e.Op, nil, nil)
}

// unknown tells whether a command that failed so may have been done.
func unknown(cause error) bool {
	return models.CodeOf(cause) == models.CodeUnavailable || errors.Is(cause, errStopped)
}
