package engine

import (
	"testing"
	"time"
)

// TestClockIsCarriedOn has no database to ask: the last reading goes on, and never back
// by a little.
func TestClockIsCarriedOn(t *testing.T) {
	told := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	machine := told.Add(7 * time.Hour)
	of := &Clock{Local: func() time.Time { return machine }}
	c := carried{of}
	reads := func(reading, passed, want time.Duration) {
		t.Helper()
		of.asked, of.told = machine, told.Add(reading)
		machine = machine.Add(passed)
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
