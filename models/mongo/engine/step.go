package engine

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// What follows is for writes outside transactions: migrations, copies and files too large
// for one. Each may be sent any number of times, and is until it is answered or ctx ends.

func (db *DB) repeat(ctx context.Context, what string, command func() error) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := db.step(what, command)
		if !transient(err) || wait(ctx, jitter(pause)) != nil {
			return Wrap(what, err)
		}
	}
}

// UpdateOne changes the document that filter finds and reports whether there is one.
func (db *DB) UpdateOne(ctx context.Context, coll string, filter, change bson.D) (found bool, err error) {
	err = db.repeat(ctx, "update "+coll, func() error {
		res, err := db.Coll(coll).UpdateOne(ctx, filter, change)
		found = err == nil && res.MatchedCount > 0
		return err
	})
	return found, err
}

// DeleteMany takes out everything that filter finds.
func (db *DB) DeleteMany(ctx context.Context, coll string, filter bson.D) error {
	return db.repeat(ctx, "delete "+coll, func() error {
		_, err := db.Coll(coll).DeleteMany(ctx, filter)
		return err
	})
}

// InsertOne adds a document; there reports that one with its _id is there already.
func (db *DB) InsertOne(ctx context.Context, coll string, doc any) (there bool, err error) {
	err = db.repeat(ctx, "insert "+coll, func() error {
		_, err := db.Coll(coll).InsertOne(ctx, doc)
		if there = driver.IsDuplicateKeyError(err); there {
			return nil
		}
		return err
	})
	return there, err
}

// InsertMany adds documents; those that are there already stay as they are.
func (db *DB) InsertMany(ctx context.Context, coll string, docs []Document) error {
	if len(docs) == 0 {
		return nil
	}
	return db.repeat(ctx, "insert "+coll, func() error {
		_, err := db.Coll(coll).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
		if onlyDuplicates(err) {
			return nil
		}
		return err
	})
}

func onlyDuplicates(err error) bool {
	var failed driver.BulkWriteException
	if !errors.As(err, &failed) || failed.WriteConcernError != nil || len(failed.WriteErrors) == 0 {
		return false
	}
	return !slices.ContainsFunc(failed.WriteErrors, func(e driver.BulkWriteError) bool { return e.Code != 11000 })
}

// Verdict is what a test does to a command that writes.
type Verdict int

// What a test may do.
const (
	Proceed Verdict = iota
	Stop            // the program dies before it
	Lose            // it is done and its answer is lost
)

var (
	errStopped = errors.New("stopped by a test")
	errLost    = errors.New("answer lost by a test")
)

// Disturb lets a test come between the steps of writes.
func (db *DB) Disturb(faults func(step string) Verdict) { db.faults = faults }

func (db *DB) step(what string, command func() error) error {
	verdict := Proceed
	if db.faults != nil {
		verdict = db.faults(what)
	}
	if verdict == Stop {
		return errStopped
	}
	err := command()
	if verdict == Lose && err == nil {
		err = errLost
	}
	return err
}
