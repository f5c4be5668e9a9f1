package mongo

import (
	"context"
	"errors"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
	"folkmoot/models/storetest"
)

// TestLimiter holds two nodes on one database to what every limiter does.
func TestLimiter(t *testing.T) {
	needServer(t)
	storetest.RunLimiter(t, func(t *testing.T, clock models.Clock) []models.Limiter {
		uri, o := freshDatabase(t), Options{Clock: clock}
		return []models.Limiter{openAt(t, uri, o).Limiter(clock), openAt(t, uri, o).Limiter(clock)}
	})
}

// TestLimiterAsksSeldom counts the transactions of a window: a share is one, not an event.
func TestLimiterAsksSeldom(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := openAt(t, freshDatabase(t), Options{Clock: clock})
	l, commands := s.limiter(clock), 0
	s.db.Disturb(func(step string) engine.Verdict {
		if step == "commit" {
			commands++
		}
		return engine.Proceed
	})
	for range 601 {
		if _, _, err := l.Allow(t.Context(), "a", 600, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if commands > 60 {
		t.Errorf("%d transactions for 600 events", commands)
	}
}

// TestLimiterLostAnswer takes a share once whose answer was lost.
func TestLimiterLostAnswer(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := openAt(t, freshDatabase(t), Options{Clock: clock})
	l, commands := s.limiter(clock), 0
	s.db.Disturb(func(string) engine.Verdict {
		if commands++; commands%5 == 0 {
			return engine.Lose
		}
		return engine.Proceed
	})
	allowed := 0
	for {
		ok, _, err := l.Allow(t.Context(), "a", 40, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		allowed++
	}
	if allowed != 40 || commands < 4 {
		t.Errorf("%d of 40 were allowed, with %d commands", allowed, commands)
	}
}

// TestLimiterWithoutDatabase uses up its share, then says that it cannot tell.
func TestLimiterWithoutDatabase(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s, err := Open(t.Context(), freshDatabase(t), Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	l := s.limiter(clock)
	allow := func() error { _, _, err := l.Allow(t.Context(), "a", 80, time.Minute); return err }
	if err := allow(); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Disconnect(); err != nil {
		t.Fatal(err)
	}
	for range 80/shareOf - 1 {
		if err := allow(); err != nil {
			t.Fatal(err)
		}
	}
	if err := allow(); models.CodeOf(err) != models.CodeUnavailable || errors.Is(err, context.Canceled) {
		t.Errorf("without a database: %v", err)
	}
}

// TestLimiterIsBounded forgets rather than grow.
func TestLimiterIsBounded(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	l := (&Store{}).limiter(clock)
	l.limit = 100
	for n := range 350 {
		l.keep(string(rune('a'+n)), share{ends: clock.Now().Add(time.Minute), left: 1})
		if len(l.shares) > l.limit {
			t.Fatalf("it remembers %d keys", len(l.shares))
		}
	}
}
