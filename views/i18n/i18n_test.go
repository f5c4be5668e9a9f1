package i18n

import (
	"testing"
	"time"
)

func TestSentences(t *testing.T) {
	l := For("en")
	now := time.Date(2027, 3, 3, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct{ name, got, want string }{
		{"date", l.Date(now, "Europe/London"), "3 March 2027"},
		{"date in its zone", l.Date(now, "Europe/Warsaw"), "4 March 2027"},
		{"today", l.Days(now, now.Add(10*time.Minute), "UTC"), "today"},
		{"tomorrow by the calendar", l.Days(now, now.Add(time.Hour), "UTC"), "tomorrow"},
		{"plural", l.Days(now, now.Add(5*24*time.Hour), "UTC"), "in 5 days"},
		{"past", l.Days(now, now.Add(-12*24*time.Hour), "UTC"), "12 days ago"},
		{"eleventh", l.Ordinal(11), "11th"},
		{"twenty-second", l.Ordinal(22), "22nd"},
		{"number", l.Number(1234567), "1\u202f234\u202f567"},
		{"missing key", l.T("no.such.key"), "[no.such.key]"},
		{"unknown language", For("xx").T("date.today"), "today"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}
