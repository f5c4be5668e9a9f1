package mongo

import (
	"context"
	"sync"
	"time"

	"folkmoot/models"
)

const (
	// askEvery is how old a reading may grow before the clock asks again. The sweep
	// asks more often; this is for where it does not run.
	askEvery = 5 * time.Second
	// backAtMost is how far back the database's time may go, as where another of its
	// machines takes over, without being followed: the clock waits there until it is
	// caught up. A clock that was put right by more is followed.
	backAtMost = time.Minute
)

// carriedClock is the database's time as a models.Clock: the last reading carried on by
// what this machine has measured since. It costs no round trip, never fails and does not
// go back. Of this machine's clock only differences count.
type carriedClock struct {
	of     *databaseClock
	asking sync.Mutex

	mu    sync.Mutex
	shown time.Time
}

// Clock gives the clock of all nodes on this database. It asks the database once, so
// that the first reading is one already.
func (s *Store) Clock(ctx context.Context) (models.Clock, error) {
	if _, err := s.clock.ask(ctx); err != nil {
		return nil, err
	}
	return &carriedClock{of: s.clock}, nil
}

// Now implements models.Clock.
func (c *carriedClock) Now() time.Time {
	if c.of.given != nil {
		return models.Millis(c.of.given.Now())
	}
	at, age := c.of.carried()
	if age >= askEvery && c.asking.TryLock() {
		go c.refresh()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if back := c.shown.Sub(at); back <= 0 || back > backAtMost {
		c.shown = at
	}
	return c.shown
}

// refresh asks the database. What it does not answer is carried on.
func (c *carriedClock) refresh() {
	defer c.asking.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), askEvery)
	defer cancel()
	_, _ = c.of.ask(ctx)
}

// carried gives the last reading carried on to now, and how old it is.
func (c *databaseClock) carried() (at time.Time, age time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	age = c.local().Sub(c.asked)
	return models.Millis(c.told.Add(age)), age
}
