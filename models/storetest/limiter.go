package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/models"
)

// Nodes returns the limiters of all nodes, which share their counts: one limiter for a
// program that runs alone.
type Nodes func(t *testing.T, clock models.Clock) []models.Limiter

// RunLimiter runs the contract of models.Limiter.
func RunLimiter(t *testing.T, open Nodes) {
	for _, c := range []struct {
		name string
		run  func(l *limits)
	}{
		{"it allows n in a window and says how long to wait", limiterWindow},
		{"the window begins with the first event and ends whole", limiterNext},
		{"keys do not count for each other", limiterKeys},
		{"nothing is allowed where n is none", limiterNone},
		{"under a race all nodes together allow n", limiterRace},
		{"a node that comes later allows no more than is left", limiterLate},
		{"a context that has ended stops nobody else", limiterCancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clock := NewClock(start)
			c.run(&limits{T: t, clock: clock, nodes: open(t, clock)})
		})
	}
}

// limits is one case at work.
type limits struct {
	*testing.T
	clock *Clock
	nodes []models.Limiter
}

const limitWindow = 10 * time.Minute

func (l *limits) allow(node int, key string, n int) (bool, time.Duration) {
	l.Helper()
	ok, wait, err := l.nodes[node%len(l.nodes)].Allow(l.Context(), key, n, limitWindow)
	if err != nil {
		l.Fatal(err)
	}
	return ok, wait
}

// allowed counts what one node allows until it refuses.
func (l *limits) allowed(node int, key string, n int) (count int) {
	l.Helper()
	for ok, _ := l.allow(node, key, n); ok; ok, _ = l.allow(node, key, n) {
		count++
	}
	return count
}

func limiterWindow(l *limits) {
	for n := range 20 {
		if ok, wait := l.allow(0, "a", 20); !ok || wait != 0 {
			l.Fatalf("event %d: %v, wait %v", n+1, ok, wait)
		}
	}
	l.clock.Add(4 * time.Minute)
	for node := range l.nodes {
		if ok, wait := l.allow(node, "a", 20); ok || wait != 6*time.Minute {
			l.Errorf("node %d, one too many: %v, wait %v", node, ok, wait)
		}
	}
}

func limiterNext(l *limits) {
	l.allowed(0, "a", 3)
	l.clock.Add(limitWindow - time.Millisecond)
	if ok, wait := l.allow(0, "a", 3); ok || wait != time.Millisecond {
		l.Errorf("a moment before the end: %v, wait %v", ok, wait)
	}
	l.clock.Add(time.Millisecond)
	if n := l.allowed(1, "a", 3); n != 3 {
		l.Errorf("the next window allows %d, want 3", n)
	}
	l.clock.Add(5 * limitWindow)
	if n := l.allowed(0, "a", 3); n != 3 {
		l.Errorf("a much later one allows %d, want 3", n)
	}
}

func limiterKeys(l *limits) {
	l.allowed(0, "texts:a", 2)
	for _, key := range []string{"texts:b", "links:a", ""} {
		if n := l.allowed(1, key, 2); n != 2 {
			l.Errorf("%q allows %d, want 2", key, n)
		}
	}
}

func limiterNone(l *limits) {
	if ok, wait := l.allow(0, "a", 0); ok || wait != limitWindow {
		l.Errorf("%v, wait %v", ok, wait)
	}
}

// limiterRace asks every node from several sides until each side is refused: in two
// windows, and what all were allowed is n each time.
func limiterRace(l *limits) {
	for _, n := range []int{1, 7, 60} {
		for range 2 {
			var count atomic.Int64
			var sides sync.WaitGroup
			for side := range 4 * len(l.nodes) {
				sides.Go(func() { count.Add(int64(l.allowed(side, "race", n))) })
			}
			sides.Wait()
			if int(count.Load()) != n {
				l.Errorf("%d were allowed, want %d", count.Load(), n)
			}
			l.clock.Add(limitWindow)
		}
	}
}

// limiterLate lets one node begin and another go on: what the first one keeps for
// itself is little.
func limiterLate(l *limits) {
	for range 40 {
		l.allow(0, "a", 100)
	}
	if n := l.allowed(1, "a", 100); n > 60 || n < 45 {
		l.Errorf("%d more were allowed after 40 of 100", n)
	}
}

func limiterCancelled(l *limits) {
	ctx, cancel := context.WithCancel(l.Context())
	cancel()
	_, _, _ = l.nodes[0].Allow(ctx, "a", 5, limitWindow)
	if n := l.allowed(0, "a", 5); n < 4 {
		l.Errorf("%d were allowed after one that ended, want 4 or 5", n)
	}
}
