package mongo

import (
	"context"
	"errors"
	"maps"
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
// key's allowance from the one document of that key and counts it down by itself, so that
// not every event costs a round trip. A share lasts as long as its window. What a node
// holds when its visitors go elsewhere is not given back: then a little less is allowed.
// Only writes ask it, which a database that does not answer could not take either.
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

// Limiter implements models.Shared.
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
		_, _, err := l.asks.Do(ctx, key, "", func(ctx context.Context, _ []string) (map[string]share, error) {
			return nil, l.ask(ctx, key, int64(n), window)
		})
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
	Doc   `bson:",inline"`
	Taken int64
	Ends  time.Time
}

// ask takes a share of what is left to all nodes and keeps it, unless one has come
// meanwhile. Its left is 0 where nothing is.
func (l *Limiter) ask(ctx context.Context, key string, n int64, window time.Duration) error {
	l.mu.Lock()
	mine, there := l.shares[key]
	l.mu.Unlock()
	if there && l.clock.Now().Before(mine.ends) {
		return nil
	}
	var got share
	err := l.s.put(ctx, "", []ref{{Coll: "limits", ID: key}}, func(t *tx) error {
		d, there := engine.Look[allowance](t, "limits", "", key)
		if now := l.clock.Now(); !there || !now.Before(d.Ends) {
			d = allowance{Doc{ID: key}, 0, now.Add(window)}
		}
		got = share{ends: d.Ends}
		if d.Taken >= n {
			return nil
		}
		size := max(1, (n-d.Taken)/shareOf)
		d.Taken, got.left = d.Taken+size, int(size)
		t.Put("limits", d)
		return nil
	})
	if err == nil {
		l.keep(key, got)
	}
	return err
}

// keep remembers a share. Once the node is full it forgets those that are over or, if
// that frees nothing, all: they are taken anew.
func (l *Limiter) keep(key string, got share) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.shares) >= l.limit {
		now := l.clock.Now()
		maps.DeleteFunc(l.shares, func(_ string, s share) bool { return !now.Before(s.ends) })
	}
	if len(l.shares) >= l.limit {
		clear(l.shares)
	}
	l.shares[key] = got
}
