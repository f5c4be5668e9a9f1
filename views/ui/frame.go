// Package ui holds what every page is made of: the layout, forms, pagination,
// status words and charts.
package ui

import (
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// Frame is what the layout needs around a page.
type Frame struct {
	L          *i18n.Localizer
	Site       string // the host's name, from the settings
	Title      string // of the page
	Path       string // path and query of this page on this site, to come back to
	Demo       bool   // the store holds demonstration data
	Who        *Who   // nil: nobody is signed in
	Unsure     bool   // somebody may be signed in, which cannot be read at the moment
	Remembered bool   // this browser holds a cookie of ours: show "Forget me on this device"
	Notice     *Notice
	Private    bool // not for search engines, no referrer
	Now        time.Time
}

// Who is the signed-in person as the layout shows them.
type Who struct {
	Name                               string
	Moderator, Organiser, Board, Admin bool
	Queue                              int64 // items waiting, for a moderator
}

// Notice is one message above the page about what was just done.
type Notice struct {
	Kind string // "done", "waiting" or "problem"
	Text string // a whole sentence, already in the person's language
	Link string // address of a private link to keep, or ""
	Undo *Undo  // of a moderation decision
}

// Undo is the form that takes back one decision.
type Undo struct {
	Slug string
	Seq  int64
}

// Form is one form as it comes back: what was typed, and what is wrong with it.
type Form struct {
	ID     string // prefix of its fields' ids, on a page with several forms
	Values map[string]string
	Errors map[string]string // field name to sentence; "" is the form as a whole
}

// Value gives what was typed in a field.
func (f Form) Value(field string) string { return f.Values[field] }

// Problem gives what is wrong with a field, or "".
func (f Form) Problem(field string) string { return f.Errors[field] }

// Choice is one option of a select or a set of radio buttons.
type Choice struct {
	Value, Label string
	Chosen       bool
}

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
