package models

import (
	"context"
	"sync"
	"time"
)

// Limiter allows at most a number of events in a window, per key.
type Limiter interface {
	// Allow counts one event for key. It reports whether the event is within n per
	// window, and if not, how long to wait.
	Allow(ctx context.Context, key string, n int, window time.Duration) (ok bool, wait time.Duration, err error)
}

// maxLimiterKeys bounds the memory of a MemoryLimiter: at about 100 bytes a key, 10 MB.
const maxLimiterKeys = 100_000

// MemoryLimiter is a Limiter in memory, for a program that runs alone. The window of a
// key begins with the key's first event. It is safe for concurrent use.
type MemoryLimiter struct {
	clock   Clock
	maxKeys int

	mu   sync.Mutex
	keys map[string]*limitWindow
}

// limitWindow is the current window of one key.
type limitWindow struct {
	ends  time.Time
	count int
}

// NewMemoryLimiter returns a MemoryLimiter that tells the time by clock.
func NewMemoryLimiter(clock Clock) *MemoryLimiter {
	return &MemoryLimiter{clock: clock, maxKeys: maxLimiterKeys, keys: map[string]*limitWindow{}}
}

// Allow implements Limiter. It never fails.
func (l *MemoryLimiter) Allow(_ context.Context, key string, n int, window time.Duration) (bool, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	w := l.keys[key]
	if w == nil || !now.Before(w.ends) {
		if w == nil {
			l.evict(now)
		}
		w = &limitWindow{ends: now.Add(window)}
		l.keys[key] = w
	}
	if w.count >= n {
		return false, w.ends.Sub(now), nil
	}
	w.count++
	return true, 0, nil
}

// evict removes expired windows once the limiter is full, and if that frees little, some
// that are not expired: losing a count is better than growing without bound.
func (l *MemoryLimiter) evict(now time.Time) {
	if len(l.keys) < l.maxKeys {
		return
	}
	for key, w := range l.keys {
		if !now.Before(w.ends) {
			delete(l.keys, key)
		}
	}
	for key := range l.keys {
		if len(l.keys) <= l.maxKeys-l.maxKeys/10-1 {
			return
		}
		delete(l.keys, key)
	}
}
