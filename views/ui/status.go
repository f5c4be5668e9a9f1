package ui

import (
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

var stateIcons = map[string]string{
	"draft": "edit", "coming": "clock", "open": "talk", "paused": "pause", "counting": "waiting",
	"sealed": "sealed", "answered": "done", "withdrawn": "gone",
}

var statusIcons = map[models.Status]string{
	models.StatusPending: "waiting", models.StatusPublished: "done", models.StatusRejected: "disagree",
	models.StatusSpam: "flag", models.StatusRemoved: "gone", models.StatusErased: "gone",
}

var answerIcons = map[models.ResponseDecision]string{
	models.ResponseAdopt: "agree", models.ResponseAdoptInPart: "agree",
	models.ResponseDecline: "disagree", models.ResponseConsidering: "waiting",
}

// stateName is the state as shown: one that is announced but not open yet is coming.
func stateName(state models.State, coming bool) string {
	if coming {
		return "coming"
	}
	return string(state)
}

// Relative returns how far t is from now: in days, and beyond two months either
// way in months or years, which say more there.
func Relative(l *i18n.Localizer, now, t time.Time, zone string) string {
	const month, year = 30.44, 365.25
	days := models.DaysBetween(now, t, zone)
	size, key := float64(max(days, -days)), "when.ahead"
	if days < 0 {
		key = "when.ago"
	}
	switch {
	case size < 60:
		return l.Days(now, t, zone)
	case size < 2*year:
		return l.T(key+".months", "count", int(size/month))
	}
	return l.T(key+".years", "count", int(size/year))
}
