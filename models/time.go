package models

import (
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // machines without time zones of their own have them too
)

// Time is an instant; stores keep whole milliseconds.
type Time = time.Time

// Day returns the calendar date of t in the named time zone, as its midnight (where the
// clocks skip midnight, the instant that Go puts in its place). It panics as In does.
func Day(t time.Time, zone string) time.Time {
	t = In(t, zone)
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// DaysBetween returns the number of calendar days in zone from a to b, negative if b is
// earlier. It panics as In does.
func DaysBetween(a, b time.Time, zone string) int {
	return int(date(b, zone).Sub(date(a, zone)).Hours() / 24)
}

// date returns the calendar date of t in zone as midnight UTC, which every date has.
func date(t time.Time, zone string) time.Time {
	y, m, d := In(t, zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// In returns t in the named time zone, UTC for "". It panics if the zone is not known:
// zones are checked when they are typed, copied from another store, and when the program
// starts, and another zone in its place would print wrong dates.
func In(t time.Time, zone string) time.Time {
	loc, err := Zone(zone)
	if err != nil {
		panic(err)
	}
	return t.In(loc)
}

var zones sync.Map // name to *time.Location: loading one reads a file

// Zone returns the time zone with an IANA name such as Europe/London, and UTC for "".
// CodeInvalid error.zone (zone) for any other name.
func Zone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || ofMachine(name) {
		return nil, Fail(CodeInvalid, "error.zone", "zone", name)
	}
	zones.Store(name, loc)
	return loc, nil
}

// ofMachine reports whether a name means another zone on another machine, or is no
// zone that people use but loads where the system has a file of that name.
func ofMachine(name string) bool {
	switch name {
	case "Local", "localtime", "posixrules", "Factory":
		return true
	}
	return strings.HasPrefix(name, "posix/") || strings.HasPrefix(name, "right/")
}

// KnownZone reports whether a consultation can have the zone: it has a name, and Zone
// knows it.
func KnownZone(name string) bool {
	_, err := Zone(name)
	return err == nil && name != ""
}
