package mongo

import (
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// TestClockIsTheDatabases lets the machines of two nodes stand hours apart: both show
// the database's time.
func TestClockIsTheDatabases(t *testing.T) {
	uri := freshDatabase(t)
	for _, off := range []time.Duration{5 * time.Hour, -3 * time.Hour} {
		s := openAt(t, uri, Options{})
		s.db.Clock.Local = func() time.Time { return time.Now().Add(off) }
		clock, err := s.Clock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		now, err := s.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := clock.Now().Sub(now).Abs(); d > time.Minute {
			t.Errorf("on a machine that stands off by %v the clock is off by %v", off, d)
		}
	}
}

// TestClockOfTwoNodes shows a closing time on both at the same instant.
func TestClockOfTwoNodes(t *testing.T) {
	uri, given := freshDatabase(t), storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	closes := given.Now().Add(time.Second)
	var clocks []models.Clock
	for range 2 {
		clock, err := openAt(t, uri, Options{Clock: given}).Clock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		clocks = append(clocks, clock)
	}
	for _, step := range []time.Duration{0, 999 * time.Millisecond, time.Millisecond} {
		now := given.Add(step)
		for n, c := range clocks {
			if !c.Now().Equal(now) || c.Now().Before(closes) != now.Before(closes) {
				t.Errorf("node %d shows %v at %v", n+1, c.Now(), now)
			}
		}
	}
}
