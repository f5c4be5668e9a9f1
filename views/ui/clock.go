package ui

import (
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// Clock says where a consultation stands in time.
type Clock struct {
	State    models.State
	Coming   bool
	OpensAt  time.Time
	ClosesAt time.Time
	AnswerBy time.Time
	Answered time.Time
	Zone     string
	Now      time.Time
}

// Countdown is the clock as a figure with its unit: "12" and "days left", or
// "Today" and "it closes". Both are empty when there is nothing to count.
func (c Clock) Countdown(l *i18n.Localizer) (figure, unit string) {
	switch {
	case c.Coming:
		return c.count(l, c.days(c.OpensAt), "clock.until_open")
	case c.State == models.StateOpen:
		return c.count(l, c.days(c.ClosesAt), "clock.left")
	case c.State == models.StateSealed && c.Late() > 0:
		return c.count(l, c.Late(), "clock.late")
	case c.State == models.StateCounting || c.State == models.StateSealed:
		return c.count(l, -c.days(c.ClosesAt), "clock.since")
	}
	return "", ""
}

func (c Clock) count(l *i18n.Localizer, days int, key string) (string, string) {
	if days == 0 {
		return l.T("clock.today"), l.T(key + ".today")
	}
	return l.Number(int64(days)), l.T(key, "count", days)
}

// days returns the midnights from now to t where the consultation is.
func (c Clock) days(t time.Time) int { return models.DaysBetween(c.Now, t, c.Zone) }

// Late returns the days since the promised date of an answer; 0 until then, once
// answered, and where none was promised.
func (c Clock) Late() int {
	if c.AnswerBy.IsZero() || c.State == models.StateAnswered || c.State == models.StateWithdrawn {
		return 0
	}
	return max(0, -c.days(c.AnswerBy))
}

// Sentences returns where the consultation stands in time, in one or two sentences.
func (c Clock) Sentences(l *i18n.Localizer) []string {
	if c.Coming {
		return []string{l.T("clock.opens", "date", l.DateTime(c.OpensAt, c.Zone), "days", l.Days(c.Now, c.OpensAt, c.Zone))}
	}
	switch c.State {
	case models.StateOpen:
		return []string{l.T("clock.closes", "date", l.DateTime(c.ClosesAt, c.Zone), "days", l.Days(c.Now, c.ClosesAt, c.Zone))}
	case models.StateCounting:
		closed := l.T("clock.closed", "date", l.Date(c.ClosesAt, c.Zone), "days", l.Days(c.Now, c.ClosesAt, c.Zone))
		return append([]string{closed}, c.promise(l)...)
	case models.StateSealed:
		return c.withBoard(l)
	case models.StateAnswered:
		return []string{c.answered(l)}
	}
	return []string{l.T("clock." + string(c.State))}
}

// promise returns when the board will answer, or by how much that date is past.
func (c Clock) promise(l *i18n.Localizer) []string {
	switch {
	case c.AnswerBy.IsZero():
		return nil
	case c.Late() > 0:
		return []string{l.T("clock.promise_late", "date", l.Date(c.AnswerBy, c.Zone), "count", c.Late())}
	}
	return []string{l.T("clock.expected", "date", l.Date(c.AnswerBy, c.Zone), "days", l.Days(c.Now, c.AnswerBy, c.Zone))}
}

func (c Clock) withBoard(l *i18n.Localizer) []string {
	had := max(0, -c.days(c.ClosesAt))
	if c.AnswerBy.IsZero() {
		return []string{l.T(onTheDay("clock.board_has", had), "count", had)}
	}
	held := l.T(onTheDay("clock.board_has_promised", had), "count", had, "date", l.Date(c.AnswerBy, c.Zone))
	if c.Late() > 0 {
		return []string{held, l.T("clock.is_late", "count", c.Late())}
	}
	return []string{held}
}

// onTheDay returns key, or key + ".today" if days is 0.
func onTheDay(key string, days int) string {
	if days == 0 {
		return key + ".today"
	}
	return key
}

func (c Clock) answered(l *i18n.Localizer) string {
	if c.Answered.IsZero() {
		return l.T("clock.answered")
	}
	date := l.Date(c.Answered, c.Zone)
	early := models.DaysBetween(c.Answered, c.AnswerBy, c.Zone)
	switch {
	case c.AnswerBy.IsZero():
		return l.T("clock.answered_on", "date", date)
	case early < 0:
		return l.T("clock.answered_late", "date", date, "count", -early)
	case early == 0:
		return l.T("clock.answered_promised", "date", date)
	}
	return l.T("clock.answered_early", "date", date, "count", early)
}
