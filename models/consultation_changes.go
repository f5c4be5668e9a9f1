package models

import (
	"fmt"
	"strings"
	"time"
)

// CheckEdit reports whether next may replace c at now. Before opening everything
// may change. Afterwards the slug stands, closing is never brought forward, and
// dates and settings move only with a public reason; once voting has closed only
// the texts may change.
func (c Consultation) CheckEdit(next Consultation, reason string, now time.Time) error {
	if c.State == StateDraft {
		return nil
	}
	var fields []FieldError
	if next.Slug != c.Slug {
		fields = append(fields, Field("slug", "error.edit.slug"))
	}
	if next.ClosesAt.Before(c.ClosesAt) {
		fields = append(fields, Field("closes_at", "error.edit.earlier"))
	}
	moved := c.SettingChanges(next)
	if len(moved) > 0 && !c.RulesMove(now) {
		fields = append(fields, Field(moved[0].Name, "error.edit.closed"))
	}
	if len(moved) > 0 && !HasVisible(reason) {
		fields = append(fields, Field("reason", "error.edit.reason"))
	}
	return Invalid(fields)
}

// RulesMove reports whether dates and rules may be changed at now: until voting closes.
func (c Consultation) RulesMove(now time.Time) bool {
	switch c.StateAt(now) {
	case StateDraft, StateOpen, StatePaused:
		return true
	}
	return false
}

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

// RuleChange is one change of dates or rules after opening, as the result prints it.
type RuleChange struct {
	At      Time            `json:"at"`
	Reason  string          `json:"reason"` // public
	Changes []SettingChange `json:"changes"`
}

// RuleChanges returns the revisions that changed dates or rules, in their order. It
// returns an empty slice, never nil, if there are none.
func RuleChanges(revisions []ConsultationRevision) []RuleChange {
	changes := []RuleChange{}
	for _, r := range revisions {
		if len(r.Changes) > 0 {
			changes = append(changes, RuleChange{r.At.UTC(), r.Reason, r.Changes})
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
