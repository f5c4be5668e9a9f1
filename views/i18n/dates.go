package i18n

import (
	"strconv"
	"strings"
	"time"

	"folkmoot/models"
)

// Date writes the calendar date of t in zone: "3 March 2027".
func (l *Localizer) Date(t time.Time, zone string) string {
	t = t.In(models.Zone(zone))
	return strconv.Itoa(t.Day()) + " " + l.T("date.month."+strconv.Itoa(int(t.Month()))) + " " + strconv.Itoa(t.Year())
}

// DateTime writes date and time of day with the zone's abbreviation: "3 March 2027, 17:00 GMT".
func (l *Localizer) DateTime(t time.Time, zone string) string {
	return l.Date(t, zone) + ", " + t.In(models.Zone(zone)).Format("15:04 MST")
}

// Days writes how far the date of t is from that of now in zone, in whole days:
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

// Number writes n with thin groups of three digits: "12 345".
func (l *Localizer) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	if len(s) <= 4 {
		return s
	}
	var parts []string
	for len(s) > 3 {
		parts = append([]string{s[len(s)-3:]}, parts...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), "\u202f")
}

// Percent writes a proportion in whole percent: "54 %".
func (l *Localizer) Percent(p float64) string {
	return strconv.Itoa(int(p*100+0.5)) + "\u202f%"
}

// Ordinal writes a place: "1st", "2nd", "11th".
func (l *Localizer) Ordinal(n int) string {
	switch {
	case n%100 >= 11 && n%100 <= 13:
		return l.T("ordinal.other", "n", n)
	case n%10 >= 1 && n%10 <= 3:
		return l.T("ordinal."+strconv.Itoa(n%10), "n", n)
	default:
		return l.T("ordinal.other", "n", n)
	}
}
