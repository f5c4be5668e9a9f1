package ui

import (
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// TestClock says in words where a consultation stands, before and after closing.
func TestClock(t *testing.T) {
	l := i18n.For("en")
	at := func(day int) time.Time { return time.Date(2027, 3, day, 12, 0, 0, 0, time.UTC) }
	clock := func(state models.State, now int) Clock {
		return Clock{State: state, OpensAt: at(1), ClosesAt: at(10), AnswerBy: at(20), Answered: at(22), Zone: "UTC", Now: at(now)}
	}
	coming := clock(models.StateOpen, -3)
	coming.Coming = true
	for _, c := range []struct {
		name         string
		clock        Clock
		want, figure string
	}{
		{"coming", coming, "Opens on 1 March 2027, 12:00 UTC, in 4 days.", "4 days until it opens"},
		{"open", clock(models.StateOpen, 9), "Open until 10 March 2027, 12:00 UTC: it closes tomorrow.", "1 day left"},
		{"closing day", clock(models.StateOpen, 10), "Open until 10 March 2027, 12:00 UTC: it closes today.", "Today it closes"},
		{"just closed", clock(models.StateCounting, 10), "Voting closed on 10 March 2027, today; the votes are being counted. The board’s answer is expected by 20 March 2027, in 10 days.", "Today it closed"},
		{"sealed the same day", clock(models.StateSealed, 10), "The board has had this since today; it promised an answer by 20 March 2027.", "Today it closed"},
		{"counting", clock(models.StateCounting, 12), "Voting closed on 10 March 2027, 2 days ago; the votes are being counted. The board’s answer is expected by 20 March 2027, in 8 days.", "2 days since closing"},
		{"counting late", clock(models.StateCounting, 21), "Voting closed on 10 March 2027, 11 days ago; the votes are being counted. The board promised an answer by 20 March 2027: 1 day late.", "11 days since closing"},
		{"with the board", clock(models.StateSealed, 20), "The board has had this for 10 days; it promised an answer by 20 March 2027.", "10 days since closing"},
		{"late", clock(models.StateSealed, 22), "The board has had this for 12 days; it promised an answer by 20 March 2027. It is 2 days late.", "2 days late"},
		{"answered late", clock(models.StateAnswered, 25), "The board answered on 22 March 2027, 2 days later than it had promised.", " "},
		{"withdrawn", clock(models.StateWithdrawn, 25), "Withdrawn by its organiser.", " "},
	} {
		if got := strings.Join(c.clock.Sentences(l), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if figure, unit := c.clock.Countdown(l); figure+" "+unit != c.figure {
			t.Errorf("%s: counts %q %q, want %q", c.name, figure, unit, c.figure)
		}
	}
}

// TestRelative writes far dates in months and years.
func TestRelative(t *testing.T) {
	l, now := i18n.For("en"), time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC)
	for days, want := range map[int]string{0: "today", -9: "9 days ago", -100: "3 months ago", -5800: "15 years ago", 400: "in 13 months"} {
		if got := Relative(l, now, now.AddDate(0, 0, days), "UTC"); got != want {
			t.Errorf("%d days: got %q, want %q", days, got, want)
		}
	}
}

// TestSummaryOrder lists problems in the order of the form, the whole form's first.
func TestSummaryOrder(t *testing.T) {
	f := Form{Errors: map[string]string{"z": "other", "name": "2", "body": "1", "": "0"}}
	var got []string
	for _, p := range f.problems([]string{"body", "name", "email"}) {
		got = append(got, p.text)
	}
	if strings.Join(got, " ") != "0 1 2 other" {
		t.Errorf("got %v", got)
	}
}
