package mongo

import (
	"context"
	"time"

	"folkmoot/models"
)

const (
	stagingID = "staging"
	// stagingLease is how long a node that plays may be silent before another one takes
	// it for dead; it is renewed three times as often.
	stagingLease = 30 * time.Second
	// Nobody waits for an answer: weeks in a few seconds are let in a few at a time, and
	// with more patience than a person has.
	stageWriters  = 8
	stagePatience = 2 * time.Minute
)

// Play lets fn write at the times that clock shows, to play what happened in the weeks
// before: by their times its entries are those of a dead program, so no node sweeps
// meanwhile. mine is false if another node is playing. Should this node lose its right
// to play, as after a long sleep, fn's context ends.
func (s *Store) Play(ctx context.Context, clock models.Clock, fn func(ctx context.Context, stage models.Store) error) (mine bool, err error) {
	op := newID()
	if mine, err = s.takeStage(ctx, op); err != nil || !mine {
		return false, err
	}
	playing, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go s.keepStage(playing, op, stop)
	stage := newStore(s.client, s.db, Options{Clock: clock, Patience: stagePatience, Writers: stageWriters, actTime: stagePatience}.filled())
	err = fn(playing, stage)
	if lost := context.Cause(playing); lost != nil {
		err = lost
	}
	if gone := s.remove(context.WithoutCancel(ctx), "site", eq("_id", stagingID, "op", op), false); err == nil {
		err = gone
	}
	return true, err
}

// takeStage takes the right to play, if no living node has it.
func (s *Store) takeStage(ctx context.Context, op string) (bool, error) {
	now, err := s.clock.ask(ctx)
	if err != nil {
		return false, err
	}
	until := now.Add(stagingLease)
	taken, err := s.insert(ctx, "site", stagingID, op, eq("_id", stagingID, "op", op, "until", until))
	if err != nil || !taken {
		return !taken, err
	}
	return s.swap(ctx, "site", stagingID, op, eq("_id", stagingID, "until", eq("$lte", now)), eq("$set", eq("op", op, "until", until)))
}

// keepStage renews the right to play until ctx ends, and ends it where that fails.
func (s *Store) keepStage(ctx context.Context, op string, stop context.CancelCauseFunc) {
	for sleep(ctx, stagingLease/3) == nil {
		now, err := s.clock.ask(ctx)
		if err == nil {
			var kept bool
			kept, err = s.update(ctx, "site", eq("_id", stagingID, "op", op, "until", eq("$gt", now)), eq("$set", eq("until", now.Add(stagingLease))))
			if err == nil && !kept {
				err = models.Fail(models.CodeConflict, "error.store.conflict")
			}
		}
		if err != nil {
			stop(err)
			return
		}
	}
}

// played tells whether a node is playing at the moment.
func (s *Store) played(ctx context.Context, now time.Time) (bool, error) {
	return s.has(ctx, "site", eq("_id", stagingID, "until", eq("$gt", now)))
}
