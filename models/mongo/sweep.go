package mongo

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// sweepTime is how long one sweep may take: none waits for ever for a connection that is
// dead and does not say so.
const sweepTime = time.Minute

// sweeper runs the sweep in the background.
type sweeper struct {
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

func (w *sweeper) start(s *Store) {
	if s.o.SweepEvery < 0 {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	w.ended.Go(func() {
		for failed := 0; sleep(ctx, s.o.SweepEvery) == nil; {
			sweep, done := context.WithTimeout(ctx, sweepTime)
			err := s.Sweep(sweep)
			done()
			if ctx.Err() == nil {
				failed = tellSweep(err, failed)
			}
		}
	})
}

// tellSweep logs how a sweep went after so many that failed in a row, and gives how many
// it is now. What goes on is said once in a while: the log is for more than that.
func tellSweep(err error, failed int) int {
	switch {
	case err == nil && failed > 0:
		slog.Info("sweep: it works again", "failed", failed)
	case err != nil && failed%30 == 0:
		slog.Warn("sweep: not everything could be looked at", "error", err, "failed", failed)
	}
	if err == nil {
		return 0
	}
	return failed + 1
}

func (w *sweeper) end() {
	if w.cancel != nil {
		w.cancel()
		w.ended.Wait()
	}
}

// Sweep looks once for what a program has left half done and finishes it: acts whose
// consequences have not followed, tallies that are due, links, reports and reservations.
// Any number of nodes may sweep at the same time. It goes on after an error and gives
// all of them.
func (s *Store) Sweep(ctx context.Context) error {
	now, err := s.clock.ask(ctx)
	if err != nil {
		return err
	}
	if played, err := s.played(ctx, now); played || err != nil {
		return err
	}
	return errors.Join(s.finish(ctx, now), s.sweepOld(ctx, now))
}

// finish finishes what was left half done at a time.
func (s *Store) finish(ctx context.Context, now time.Time) error {
	return errors.Join(
		s.sweepEntries(ctx, now),
		s.sweepTallies(ctx),
		s.sweepLinks(ctx, now),
		s.sweepDuties(ctx, now),
		s.sweepReports(ctx, now),
		s.sweepReservations(ctx, now),
	)
}

// sweepEntries resolves what consultations say is at work and has been for a while.
func (s *Store) sweepEntries(ctx context.Context, now time.Time) error {
	q := query{coll: "consultations", filter: eq("inflight.at", eq("$gt", int64(0))), fields: eq("inflight", 1)}
	list, err := all[consultation](ctx, s, q)
	errs := []error{err}
	for _, c := range list {
		for _, e := range c.Inflight {
			if now.Sub(e.At) >= helpAfter {
				errs = append(errs, s.resolve(ctx, c.ID, e, now))
			}
		}
	}
	return errors.Join(errs...)
}

// sweepTallies counts the ideas whose last ticket has no count.
func (s *Store) sweepTallies(ctx context.Context) error {
	list, err := all[idea](ctx, s, query{coll: "ideas", filter: eq("dirty", true), fields: eq("c", 1)})
	errs := []error{err}
	for _, i := range list {
		c, root := i.Item.ConsultationID, i.Item.ID
		moved, err := s.countIdea(ctx, c, root)
		if err == nil && moved {
			_, err = s.update(ctx, "consultations", eq("_id", c), eq("$inc", eq("version", int64(1))))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// sweepLinks settles links that were used and adds jobs that links have left. A ballot's
// entry in its consultation sees to its votes.
func (s *Store) sweepLinks(ctx context.Context, now time.Time) error {
	list, err := all[link](ctx, s, query{coll: "links", filter: eq("unsettled", true)})
	errs := []error{err}
	for _, d := range list {
		if len(d.Choices) == 0 && now.Sub(d.UsedAt) >= helpAfter {
			_, err = s.settleLink(ctx, d)
			errs = append(errs, err)
		}
	}
	list, err = all[link](ctx, s, query{coll: "links", filter: eq("todo", true)})
	errs = append(errs, err)
	for _, d := range list {
		if since := later(d.CreatedAt, d.RemindedAt); now.Sub(since) >= helpAfter {
			errs = append(errs, s.drainLink(ctx, d, since))
		}
	}
	return errors.Join(errs...)
}

// sweepDuties does what changes of roles have left to do.
func (s *Store) sweepDuties(ctx context.Context, now time.Time) error {
	list, err := all[participant](ctx, s, query{coll: "participants", filter: eq("todo", true)})
	errs := []error{err}
	for _, p := range list {
		for _, d := range p.Duties {
			if now.Sub(d.At) >= helpAfter {
				errs = append(errs, s.act(ctx, func(a *act) error { return a.discharge(p.ID, d) }))
			}
		}
	}
	return errors.Join(errs...)
}

// sweepReports files reports whose item is not in the queue for them yet.
func (s *Store) sweepReports(ctx context.Context, now time.Time) error {
	list, err := all[report](ctx, s, query{coll: "reports", filter: eq("unfiled", true)})
	errs := []error{err}
	for _, d := range list {
		if now.Sub(d.CreatedAt) >= helpAfter {
			errs = append(errs, s.fileReport(ctx, d))
		}
	}
	return errors.Join(errs...)
}

// sweepReservations ends those whose consultation did not come in time.
func (s *Store) sweepReservations(ctx context.Context, now time.Time) error {
	if !s.clock.steady() {
		return nil
	}
	q := query{coll: "reservations", filter: eq("arriving", true, "until", eq("$lte", now))}
	list, err := all[reservation](ctx, s, q)
	errs := []error{err}
	for _, r := range list {
		errs = append(errs, s.sweepArrival(ctx, r))
	}
	return errors.Join(errs...)
}

// sweepOld forgets what nobody asks for any more. Readers look at the times themselves.
func (s *Store) sweepOld(ctx context.Context, now time.Time) error {
	return errors.Join(
		s.remove(ctx, "sessions", eq("expiresAt", eq("$lte", now)), true),
		s.remove(ctx, "mailboxes", eq("expiresAt", eq("$lte", now)), true),
		s.remove(ctx, "limits", eq("expiresAt", eq("$lte", now)), true),
		s.remove(ctx, "jobs", eq("doneAt", eq("$gt", int64(0), "$lt", now.Add(-jobsKept))), true),
	)
}
