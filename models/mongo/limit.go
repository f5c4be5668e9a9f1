package mongo

import (
	"context"
	"errors"
	"sync"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
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
	asks  engine.Flights[share]

	mu     sync.Mutex
	limit  int
	shares map[string]share
}

// share is what a node may still allow until the window ends; none: all is taken.
type share struct {
	ends time.Time
	left int
}

// Limiter implements models.Shared. It shares its counts with every other one on this
// database and tells the time by clock, which should be the store's.
func (s *Store) Limiter(clock models.Clock) models.Limiter { return s.limiter(clock) }

func (s *Store) limiter(clock models.Clock) *Limiter {
	return &Limiter{s: s, clock: clock, limit: maxKeys, shares: map[string]share{}}
}

// Allow implements models.Limiter. CodeUnavailable.
func (l *Limiter) Allow(ctx context.Context, key string, n int, window time.Duration) (bool, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, limitPatience)
	defer cancel()
	for {
		if ok, wait, known := l.own(key); known {
			return ok, wait, nil
		}
		_, err := l.asks.Do(ctx, key, func(ctx context.Context) (share, error) { return l.ask(ctx, key, int64(n), window) })
		if errors.Is(err, context.DeadlineExceeded) {
			err = models.Fail(models.CodeUnavailable, "error.store.unavailable")
		}
		if err != nil {
			return false, 0, err
		}
	}
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

// allowance is one key and its window, for all nodes.
type allowance struct {
	ID    string    `bson:"_id"`
	Taken int64     `bson:"taken"`
	Ends  time.Time `bson:"expiresAt"`
}

// DocKey implements engine.Document.
func (d allowance) DocKey() (c, id string) { return "", d.ID }

// ask takes a share of what is left to all nodes and keeps it, unless one has come
// meanwhile. left is 0 where nothing is.
func (l *Limiter) ask(ctx context.Context, key string, n int64, window time.Duration) (got share, err error) {
	if mine, there := l.mine(key); there {
		return mine, nil
	}
	err = l.s.put(ctx, "", []engine.Ref{{Coll: "limits", ID: key}}, func(t *tx) error {
		d, there, err := engine.Get[allowance](t, "limits", key)
		if err != nil {
			return err
		}
		if now := l.clock.Now(); !there || !now.Before(d.Ends) {
			d = allowance{ID: key, Ends: now.Add(window)}
		}
		got = share{ends: d.Ends}
		if d.Taken >= n {
			return nil
		}
		size := max(1, (n-d.Taken)/shareOf)
		d.Taken, got.left = d.Taken+size, int(size)
		return t.Put("limits", d)
	})
	if err == nil {
		l.keep(key, got)
	}
	return got, err
}

// mine returns the node's share, if it has one.
func (l *Limiter) mine(key string) (share, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, there := l.shares[key]
	return s, there && l.clock.Now().Before(s.ends)
}

// keep remembers a share. Once the node is full it forgets those that are over and, if
// that frees little, some that are not: they are taken anew.
func (l *Limiter) keep(key string, got share) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.shares) >= l.limit {
		l.makeRoom()
	}
	l.shares[key] = got
}

func (l *Limiter) makeRoom() {
	now := l.clock.Now()
	for key, s := range l.shares {
		if !now.Before(s.ends) {
			delete(l.shares, key)
		}
	}
	for key := range l.shares {
		if len(l.shares) <= l.limit-l.limit/10-1 {
			return
		}
		delete(l.shares, key)
	}
}
