package models

import (
	"fmt"
	"testing"
	"time"
)

// setClock is a Clock that a test sets.
type setClock struct{ now time.Time }

func (c *setClock) Now() time.Time { return c.now }

func TestMemoryLimiterIsBounded(t *testing.T) {
	c := &setClock{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	l := NewMemoryLimiter(c)
	l.maxKeys = 100
	fill := func(prefix string) {
		for n := range 250 {
			if ok, _, _ := l.Allow(t.Context(), fmt.Sprint(prefix, n), 1, time.Minute); !ok {
				t.Fatalf("key %d was refused", n)
			}
			if len(l.keys) > 100 {
				t.Fatalf("it holds %d keys", len(l.keys))
			}
		}
	}
	fill("first ")
	c.now = c.now.Add(time.Minute)
	fill("second ")
}
