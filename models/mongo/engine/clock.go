package engine

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
	// askEvery is how old a reading may grow before a carried clock asks again.
	askEvery = 5 * time.Second
	// backAtMost is how far back the database's time may go, as where another of its
	// machines takes over, without being followed: the carried clock waits there until it
	// is caught up. A clock that was put right by more is followed.
	backAtMost = time.Minute
)

// Clock tells the database's time, so that all nodes have one. Of this machine's clock
// only differences count: it may stand hours off.
type Clock struct {
	Local func() time.Time // this machine's, monotonic; a test's may stand off

	given  models.Clock // a test's: the database's time is what it says
	db     *driver.Database
	asking sync.Mutex

	mu    sync.Mutex
	told  time.Time // the last reading
	asked time.Time // when, by Local, it was here
	took  time.Duration
	shown time.Time // by the carried clock
}

// Ask asks the database now.
func (c *Clock) Ask(ctx context.Context) (time.Time, error) {
	if c.given != nil {
		return models.Millis(c.given.Now()), ctx.Err()
	}
	var hello struct {
		LocalTime bson.DateTime `bson:"localTime"`
	}
	begun := c.Local()
	if err := c.db.RunCommand(ctx, Eq("hello", 1)).Decode(&hello); err != nil {
		return time.Time{}, Wrap("database's time", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told, c.asked = models.Millis(hello.LocalTime.Time()), c.Local()
	c.took = c.asked.Sub(begun)
	return c.told, nil
}

// last returns the last reading carried on to now, and how old it is. c.mu is held.
func (c *Clock) last() (at time.Time, age time.Duration) {
	age = c.Local().Sub(c.asked)
	return models.Millis(c.told.Add(age)), age
}

// Now returns a reading that is at most freshFor old, carried on. It is never later than
// the database's time, and earlier by no more than the answer took: quick, or it is
// asked for again.
func (c *Clock) Now(ctx context.Context) (time.Time, error) {
	c.mu.Lock()
	at, age := c.last()
	fresh := !c.told.IsZero() && c.took <= quick && age >= 0 && age < freshFor
	c.mu.Unlock()
	if c.given != nil || !fresh {
		return c.Ask(ctx)
	}
	return at, ctx.Err()
}

// carried is the database's time as a models.Clock: the last reading carried on by what
// this machine has measured since. It costs no round trip, never fails and does not go
// back.
type carried struct{ *Clock }

// Carried returns the clock of all nodes on this database. It asks the database once, so
// that the first reading is one already.
func (c *Clock) Carried(ctx context.Context) (models.Clock, error) {
	_, err := c.Ask(ctx)
	return carried{c}, err
}

// Now implements models.Clock.
func (c carried) Now() time.Time {
	if c.given != nil {
		return models.Millis(c.given.Now())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at, age := c.last()
	if age >= askEvery && c.asking.TryLock() {
		go c.refresh()
	}
	if back := c.shown.Sub(at); back <= 0 || back > backAtMost {
		c.shown = at
	}
	return c.shown
}

// refresh asks the database. What it does not answer is carried on.
func (c carried) refresh() {
	defer c.asking.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), askEvery)
	defer cancel()
	_, _ = c.Ask(ctx)
}
