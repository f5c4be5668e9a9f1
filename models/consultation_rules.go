package models

import (
	"regexp"
	"time"
)

// The limits of what people and organisers write, in characters (design: limits of bad input).
const (
	MaxText     = 10_000
	MaxName     = 80
	MaxTitle    = 160
	MaxQuestion = 400
	MaxReason   = 1_000
	MaxOrgText  = 60_000 // an organiser's body
	MaxOrgLines = 2_000  // a few sentences of an organiser
	MaxOrgLine  = 200    // one line of an organiser
	MaxSlug     = 80
	MaxAddress  = 254 // RFC 5321
	MaxDepth    = 8
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ValidSlug reports whether s can stand in an address: lower-case letters, digits
// and single hyphens, at most MaxSlug.
func ValidSlug(s string) bool { return len(s) <= MaxSlug && slugForm.MatchString(s) }

// CheckOpening lists what is missing before c may open: every sentence the
// public is owed, dates in order, settings in range. smtp is whether mail can
// be sent; without it no vote could be confirmed.
func (c Consultation) CheckOpening(now time.Time, smtp bool) error {
	fields := c.missingTexts()
	fields = append(fields, c.wrongDates(now)...)
	if c.Settings.MinVotes < 1 {
		fields = append(fields, Field("min_votes", "error.field.min_votes"))
	}
	if !smtp {
		fields = append(fields, Field("state", "error.opening.no_mail"))
	}
	return Invalid(fields)
}

func (c Consultation) missingTexts() (fields []FieldError) {
	t := c.Text(c.Language)
	for _, f := range []struct{ name, value string }{
		{"title", t.Title},
		{"question", t.Question},
		{"body", t.Body},
		{"who_decides", t.WhoDecides},
		{"can_change", t.CanChange},
		{"contact", t.Contact},
		{"other_formats", t.OtherFormats},
	} {
		if !HasVisible(f.value) {
			fields = append(fields, Field(f.name, "error.opening."+f.name))
		}
	}
	return fields
}

func (c Consultation) wrongDates(now time.Time) (fields []FieldError) {
	if c.ClosesAt.IsZero() || !c.ClosesAt.After(now) || !c.ClosesAt.After(c.OpensAt) {
		fields = append(fields, Field("closes_at", "error.opening.closes_at"))
	}
	if c.SuggestionsCloseAt.After(c.ClosesAt) {
		fields = append(fields, Field("suggestions_close_at", "error.opening.suggestions_close_at"))
	}
	opens := c.OpensAt
	if opens.Before(now) {
		opens = now
	}
	if !c.SuggestionsCloseAt.IsZero() && !c.SuggestionsCloseAt.After(opens) {
		fields = append(fields, Field("suggestions_close_at", "error.opening.suggestions_early"))
	}
	if c.AnswerBy.IsZero() || c.AnswerBy.Before(c.ClosesAt) {
		fields = append(fields, Field("answer_by", "error.opening.answer_by"))
	}
	if !KnownZone(c.TimeZone) {
		fields = append(fields, Field("time_zone", "error.field.time_zone"))
	}
	return fields
}

// CheckMove reports whether the state may go from that of c at now to next. A
// pause and a withdrawal need a public reason; nothing leaves sealed but to answered.
func (c Consultation) CheckMove(next State, reason string, now time.Time) error {
	if !moves[c.StateAt(now)][next] {
		return Fail(CodeConflict, "error.consultation.move", "from", c.StateAt(now), "to", next)
	}
	if (next == StatePaused || next == StateWithdrawn) && !HasVisible(reason) {
		return Invalid([]FieldError{Field("reason", "error.field.reason")})
	}
	return nil
}

var moves = map[State]map[State]bool{
	StateDraft:    {StateOpen: true},
	StateOpen:     {StatePaused: true, StateWithdrawn: true},
	StatePaused:   {StateOpen: true, StateWithdrawn: true},
	StateCounting: {StateSealed: true, StateWithdrawn: true},
	StateSealed:   {StateAnswered: true},
}
