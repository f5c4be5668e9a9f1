package service

import (
	"context"
	"sync"
	"time"

	"folkmoot/models"
)

// maxKeys bounds the memory of a Limiter: at about 100 bytes a key, 10 MB.
const maxKeys = 100_000

// Limiter is a models.Limiter in memory, for a program that runs alone. Each
// key has a window that begins with its first event.
type Limiter struct {
	clock models.Clock
	limit int

	mu   sync.Mutex
	keys map[string]*span
}

// span is the running window of one key.
type span struct {
	ends  time.Time
	count int
}

// NewLimiter makes a Limiter that tells the time by clock.
func NewLimiter(clock models.Clock) *Limiter {
	return &Limiter{clock: clock, limit: maxKeys, keys: map[string]*span{}}
}

// Allow implements models.Limiter. It never fails.
func (l *Limiter) Allow(_ context.Context, key string, n int, window time.Duration) (bool, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	w := l.keys[key]
	if w == nil || !now.Before(w.ends) {
		if w == nil {
			l.makeRoom(now)
		}
		w = &span{ends: now.Add(window)}
		l.keys[key] = w
	}
	if w.count >= n {
		return false, w.ends.Sub(now), nil
	}
	w.count++
	return true, 0, nil
}

// makeRoom forgets windows that are over once the limiter is full, and if that
// frees little, some that are not: better to forget a count than to grow without end.
func (l *Limiter) makeRoom(now time.Time) {
	if len(l.keys) < l.limit {
		return
	}
	for key, w := range l.keys {
		if !now.Before(w.ends) {
			delete(l.keys, key)
		}
	}
	for key := range l.keys {
		if len(l.keys) <= l.limit-l.limit/10-1 {
			return
		}
		delete(l.keys, key)
	}
}
