package models

import (
	"fmt"
	"strings"
	"time"
)

// SettingChanges lists the dates and settings in which next differs from c, in
// the order in which the form shows them.
func (c Consultation) SettingChanges(next Consultation) (changes []SettingChange) {
	for _, s := range []SettingChange{
		{"opens_at", printTime(c.OpensAt), printTime(next.OpensAt)},
		{"suggestions_close_at", printTime(c.SuggestionsCloseAt), printTime(next.SuggestionsCloseAt)},
		{"closes_at", printTime(c.ClosesAt), printTime(next.ClosesAt)},
		{"answer_by", printTime(c.AnswerBy), printTime(next.AnswerBy)},
		{"time_zone", c.TimeZone, next.TimeZone},
		{"min_votes", fmt.Sprint(c.Settings.MinVotes), fmt.Sprint(next.Settings.MinVotes)},
		{"tallies", string(c.Settings.Tallies), string(next.Settings.Tallies)},
		{"capacities", joined(c.Settings.Capacities), joined(next.Settings.Capacities)},
		{"bands", joined(c.Settings.Bands), joined(next.Settings.Bands)},
		{"tiers", joined(c.Settings.Tiers), joined(next.Settings.Tiers)},
		{"answer_top", fmt.Sprint(c.Settings.AnswerTop), fmt.Sprint(next.Settings.AnswerTop)},
	} {
		if s.Before != s.After {
			changes = append(changes, s)
		}
	}
	return changes
}

func printTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func joined[T ~string](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = string(v)
	}
	return strings.Join(parts, ",")
}
