package mongo

import (
	"context"
	"sync"
	"time"

	"folkmoot/models"
)

const (
	// shareOf says into how many shares what is left of an allowance is cut: the first
	// is the largest, the last ones are single, so that little lies idle on another node.
	shareOf = 8
	// limitPatience is how long a share is asked for.
	limitPatience = 3 * time.Second
	// maxKeys bounds what a node remembers, at about 150 bytes a key.
	maxKeys = 100_000
)

// Limiter is a models.Limiter whose counts all nodes share. A node takes a share of a
// key's allowance from the one document of that key and counts it down by itself; so not
// every event costs a round trip, and all nodes together never allow more than n. A share
// lasts as long as its window. What a node holds when its visitors go elsewhere is not
// given back: in such a window a little less is allowed.
//
// Where the database does not answer and no share is left, it gives CodeUnavailable.
// Only writes ask it, which the same database could not take either; no page does.
type Limiter struct {
	s     *Store
	clock models.Clock
	turns turns

	mu     sync.Mutex
	limit  int
	shares map[string]share
}

// share is what a node may still allow until the window ends; none: all is taken.
type share struct {
	ends time.Time
	left int
}

// Limiter implements models.Shared. It shares its counts with every other one on this database
// and tells the time by clock, which should be the store's.
func (s *Store) Limiter(clock models.Clock) models.Limiter { return s.limiter(clock) }

func (s *Store) limiter(clock models.Clock) *Limiter {
	return &Limiter{s: s, clock: clock, limit: maxKeys, shares: map[string]share{}}
}

// Allow implements models.Limiter. CodeUnavailable.
func (l *Limiter) Allow(ctx context.Context, key string, n int, window time.Duration) (bool, time.Duration, error) {
	if ok, wait, known := l.own(key); known {
		return ok, wait, nil
	}
	ctx, cancel := context.WithTimeout(ctx, limitPatience)
	defer cancel()
	release, err := l.turns.take(ctx, key)
	if err != nil {
		return false, 0, errBusy(err)
	}
	defer release()
	if ok, wait, known := l.own(key); known { // who had the turn before has asked
		return ok, wait, nil
	}
	got, err := l.ask(ctx, key, int64(n), window)
	if err != nil {
		return false, 0, err
	}
	l.keep(key, got)
	ok, wait, known := l.own(key)
	return ok && known, wait, nil
}

// own counts one event against the node's share. known is false if there is none, or
// it is used up: then the database has to be asked.
func (l *Limiter) own(key string) (ok bool, wait time.Duration, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	mine, there := l.shares[key]
	if !there || !now.Before(mine.ends) {
		return false, 0, false
	}
	switch mine.left {
	case 0: // the last one that there was
		return false, mine.ends.Sub(now), true
	case 1:
		delete(l.shares, key)
	default:
		l.shares[key] = share{mine.ends, mine.left - 1}
	}
	return true, 0, true
}
