package models

import "time"

// Clock returns the time; tests inject one that stands still or jumps.
type Clock interface{ Now() time.Time }

// SystemClock is the machine's clock, in UTC and whole milliseconds (what both stores keep).
type SystemClock struct{}

// Now implements Clock.
func (SystemClock) Now() time.Time { return Millis(time.Now()) }

// Millis cuts t to whole milliseconds in UTC.
func Millis(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }
