package mongo

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// How long a command waits before it is sent again, at first and at most.
const (
	firstPause = 5 * time.Millisecond
	lastPause  = 250 * time.Millisecond
)

// verdict is what a test does to a command.
type verdict int

const (
	proceed verdict = iota
	stop            // the program dies before it
	lose            // it is done and its answer is lost
	refuse          // it is not done: there is no primary at the moment
)

var (
	errStopped = errors.New("stopped by a test")
	errLost    = errors.New("answer lost by a test")
)

// write sends a command that may be sent any number of times, until it is answered
// or ctx ends.
func (s *Store) write(ctx context.Context, what string, command func(ctx context.Context) error) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := s.attempt(ctx, what, command)
		if !transient(err) || sleep(ctx, pause) != nil {
			return wrap(what, err)
		}
	}
}

// attempt sends it once; a test may come between.
func (s *Store) attempt(ctx context.Context, what string, command func(ctx context.Context) error) error {
	if s.faults == nil {
		return command(ctx)
	}
	switch s.faults(what) {
	case stop:
		return errStopped
	case refuse:
		return errLost
	case lose:
		if err := command(ctx); err != nil {
			return err
		}
		return errLost
	}
	return command(ctx)
}

// sleep waits for d or gives the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// insert adds a document. It is there already if another operation has added one
// with that _id; this operation's own, after a lost answer, does not count.
func (s *Store) insert(ctx context.Context, coll string, id any, op string, doc any) (there bool, err error) {
	err = s.write(ctx, "insert "+coll, func(ctx context.Context) error {
		_, err := s.in(coll).InsertOne(ctx, doc)
		if driver.IsDuplicateKeyError(err) {
			there = true
			return nil
		}
		return err
	})
	if err != nil || !there || op == "" {
		return there, err
	}
	own, err := s.has(ctx, coll, eq("_id", id, "op", op))
	return !own, err
}

// update changes the document that filter finds and tells whether there was one.
func (s *Store) update(ctx context.Context, coll string, filter, change bson.D) (found bool, err error) {
	err = s.write(ctx, "update "+coll, func(ctx context.Context) error {
		res, err := s.in(coll).UpdateOne(ctx, filter, change)
		if err == nil {
			found = res.MatchedCount > 0
		}
		return err
	})
	return found, err
}

// swap is update under a fence, by an operation that the change names in op: one
// whose answer was lost finds itself.
func (s *Store) swap(ctx context.Context, coll string, id any, op string, filter, change bson.D) (bool, error) {
	found, err := s.update(ctx, coll, filter, change)
	if err != nil || found {
		return found, err
	}
	return s.has(ctx, coll, eq("_id", id, "op", op))
}

// take is update and gives the fields (nil: all) of the document as it was before or,
// if after, as it is then.
func take[T any](ctx context.Context, s *Store, coll string, filter, change bson.D, after bool, fields bson.D) (doc T, found bool, err error) {
	opts := options.FindOneAndUpdate()
	if after {
		opts.SetReturnDocument(options.After)
	}
	if fields != nil {
		opts.SetProjection(fields)
	}
	err = s.write(ctx, "take "+coll, func(ctx context.Context) error {
		err := s.in(coll).FindOneAndUpdate(ctx, filter, change, opts).Decode(&doc)
		found = err == nil
		if errors.Is(err, driver.ErrNoDocuments) {
			return nil
		}
		return err
	})
	return doc, found, err
}

// remove takes out what filter finds: one document, or all.
func (s *Store) remove(ctx context.Context, coll string, filter bson.D, all bool) error {
	return s.write(ctx, "delete "+coll, func(ctx context.Context) error {
		if all {
			_, err := s.in(coll).DeleteMany(ctx, filter)
			return err
		}
		_, err := s.in(coll).DeleteOne(ctx, filter)
		return err
	})
}

// bulk sends many changes of one document each, in no order. Documents that are there
// already are no error: there tells of it.
func (s *Store) bulk(ctx context.Context, coll string, changes []driver.WriteModel) (there bool, err error) {
	if len(changes) == 0 {
		return false, nil
	}
	err = s.write(ctx, "bulk "+coll, func(ctx context.Context) error {
		_, err := s.in(coll).BulkWrite(ctx, changes, options.BulkWrite().SetOrdered(false))
		var failed driver.BulkWriteException
		if errors.As(err, &failed) && failed.WriteConcernError == nil && onlyDuplicates(failed) {
			there = true
			return nil
		}
		return err
	})
	return there, err
}

func onlyDuplicates(failed driver.BulkWriteException) bool {
	for _, e := range failed.WriteErrors {
		if e.Code != 11000 {
			return false
		}
	}
	return len(failed.WriteErrors) > 0
}
