package i18n

import (
	"strconv"
	"time"

	"folkmoot/models"
)

// Date returns the calendar date of t in zone: "3 March 2027".
func (l *Localizer) Date(t time.Time, zone string) string {
	t = models.In(t, zone)
	return fill(l.T("date.format"),
		"day", strconv.Itoa(t.Day()), "month", l.T("date.month."+strconv.Itoa(int(t.Month()))), "year", strconv.Itoa(t.Year()))
}

// DateTime returns date and time of day with the zone's abbreviation: "3 March 2027, 17:00 GMT".
func (l *Localizer) DateTime(t time.Time, zone string) string {
	local := models.In(t, zone)
	return fill(l.T("date.time_format"),
		"date", l.Date(t, zone), "hour", local.Format("15"), "minute", local.Format("04"), "zone", local.Format("MST"))
}

// Days returns how far the date of t is from that of now in zone, in whole days:
// "today", "tomorrow", "in 5 days", "yesterday", "5 days ago".
func (l *Localizer) Days(now, t time.Time, zone string) string {
	switch d := models.DaysBetween(now, t, zone); {
	case d == 0:
		return l.T("date.today")
	case d == 1:
		return l.T("date.tomorrow")
	case d == -1:
		return l.T("date.yesterday")
	case d > 0:
		return l.T("date.in_days", "count", d)
	default:
		return l.T("date.days_ago", "count", -d)
	}
}
