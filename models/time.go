package models

import (
	"sync"
	"time"
)

// Time is an instant; stores keep whole milliseconds.
type Time = time.Time

// Day gives the calendar date of t in the named time zone, at its midnight (where
// the clocks skip midnight, at the instant that Go puts in its place). An unknown
// zone counts as UTC.
func Day(t time.Time, zone string) time.Time {
	y, m, d := t.In(Zone(zone)).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Zone(zone))
}

// DaysBetween gives the number of calendar days in zone from a to b, negative if b
// is earlier.
func DaysBetween(a, b time.Time, zone string) int {
	return int(date(b, zone).Sub(date(a, zone)).Hours() / 24)
}

// date is the calendar date of t in zone as midnight UTC, which every date has.
func date(t time.Time, zone string) time.Time {
	y, m, d := t.In(Zone(zone)).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

var zones sync.Map // name to *time.Location: loading one reads a file

// Zone gives the named time zone, or UTC if there is no such name.
func Zone(name string) *time.Location {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, loc)
	return loc
}
