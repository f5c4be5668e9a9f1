package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

const (
	stagingID = "staging"
	// stagingLease is how long a node that plays may be silent before another one takes
	// it for dead; it is renewed three times as often.
	stagingLease = 30 * time.Second
	// stagePatience is more than a person has: nobody waits for an answer.
	stagePatience = 2 * time.Minute
)

// staging says who has the right to play, and until when.
type staging struct {
	Doc   `bson:",inline"`
	Op    string
	Until time.Time
}

// Play lets fn write at the times that clock shows, to play what happened in the weeks
// before. mine is false if another node is playing. Should this node lose its right to
// play, as after a long sleep, fn's context ends.
func (s *Store) Play(ctx context.Context, clock models.Clock, fn func(ctx context.Context, stage models.Store) error) (mine bool, err error) {
	op := bson.NewObjectID().Hex()
	if mine, err = s.holdStage(ctx, op, false, stagingLease); err != nil || !mine {
		return false, err
	}
	playing, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go s.keepStage(playing, op, stop)
	err = fn(playing, &Store{db: s.db.Staged(engine.Options{Clock: clock, Patience: stagePatience})})
	if lost := context.Cause(playing); lost != nil {
		err = lost
	}
	if _, gone := s.holdStage(context.WithoutCancel(ctx), op, true, 0); err == nil {
		err = gone
	}
	return true, err
}

// holdStage takes the right to play for some time if no living node has it or, if held,
// holds it for longer. It reports whether that is so.
func (s *Store) holdStage(ctx context.Context, op string, held bool, life time.Duration) (mine bool, err error) {
	err = s.put(ctx, "", nil, func(t *tx) error {
		d, _ := engine.Look[staging](t, "site", "", stagingID)
		living := t.Now().Before(d.Until)
		if mine = held && living && d.Op == op || !held && !living; mine {
			t.Put("site", staging{Doc{ID: stagingID}, op, t.Now().Add(life)})
		}
		return nil
	})
	return mine && err == nil, err
}

// keepStage renews the right to play until ctx ends, and ends it where that fails.
func (s *Store) keepStage(ctx context.Context, op string, stop context.CancelCauseFunc) {
	tick := time.NewTicker(stagingLease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		kept, err := s.holdStage(ctx, op, true, stagingLease)
		if err == nil && !kept {
			err = models.Fail(models.CodeConflict, "error.store.conflict")
		}
		if err != nil {
			stop(err)
			return
		}
	}
}
