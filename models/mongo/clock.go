package mongo

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

const (
	// freshFor is how long a reading of the database's clock is carried on by this machine's.
	freshFor = time.Second
	// quick is what an answer may take that is carried on: a reading is behind by no more.
	quick = 50 * time.Millisecond
)

// databaseClock tells the database's time, so that all nodes have one. Of this
// machine's clock only differences count: it may stand hours off.
type databaseClock struct {
	given models.Clock // a test's: the database's time is what it says
	db    *driver.Database
	local func() time.Time // monotonic

	mu    sync.Mutex
	asked time.Time // when, by local, the answer was here
	told  time.Time
	quick bool // the answer was here soon: it may be carried on for acts

	answered time.Time // by local, the last answer
	resumed  time.Time // by local, the first answer after the database had stood still
}

func newClock(db *driver.Database, given models.Clock) *databaseClock {
	return &databaseClock{given: given, db: db, local: time.Now}
}

// ask asks the database now.
func (c *databaseClock) ask(ctx context.Context) (time.Time, error) {
	if c.given != nil {
		return models.Millis(c.given.Now()), ctx.Err()
	}
	var hello struct {
		LocalTime bson.DateTime `bson:"localTime"`
	}
	begun := c.local()
	if err := c.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return time.Time{}, wrap("database's time", err)
	}
	told := models.Millis(hello.LocalTime.Time())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.told = c.local(), told
	c.heard(c.asked)
	c.quick = c.asked.Sub(begun) <= quick
	return told, nil
}

// now gives a reading that is at most freshFor old, carried on. It is never later than
// the database's time, and earlier by no more than the answer took: quick, or it is
// asked for again.
func (c *databaseClock) now(ctx context.Context) (time.Time, error) {
	c.mu.Lock()
	asked, told, soon := c.asked, c.told, c.quick
	c.mu.Unlock()
	if c.given != nil || !soon {
		return c.ask(ctx)
	}
	if age := c.local().Sub(asked); age >= 0 && age < freshFor {
		return models.Millis(told.Add(age)), ctx.Err()
	}
	return c.ask(ctx)
}
