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
		s := openAt(t, uri, Options{SweepEvery: -1})
		s.clock.local = func() time.Time { return time.Now().Add(off) }
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
		clock, err := openAt(t, uri, Options{Clock: given, SweepEvery: -1}).Clock(t.Context())
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

// TestClockIsCarriedOn has no database to ask: the last reading goes on, and never back
// by a little.
func TestClockIsCarriedOn(t *testing.T) {
	told := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	machine := told.Add(7 * time.Hour)
	of := &databaseClock{local: func() time.Time { return machine }}
	c := &carriedClock{of: of}
	reads := func(reading, carried, want time.Duration) {
		t.Helper()
		of.asked, of.told = machine, told.Add(reading)
		machine = machine.Add(carried)
		if got := c.Now(); !got.Equal(told.Add(want)) {
			t.Errorf("it shows %v, want %v", got.Sub(told), want)
		}
	}
	s := time.Second
	reads(0, 0, 0)
	reads(0, 3*s, 3*s)
	reads(1*s, s, 3*s) // another machine of the database, a second behind
	reads(3*s, s, 4*s)
	reads(-2*time.Hour, s, s-2*time.Hour) // the database's clock was put right
}
