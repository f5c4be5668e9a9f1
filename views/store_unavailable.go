package views

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// StoreUnavailablePage keeps a form that could not be saved. It is made of what was sent alone:
// nothing has to be read for it.
type StoreUnavailablePage struct {
	ui.LayoutData
	Action string // where it was sent, and where it goes again
	Sent   []SentField
	Back   string
}

// SentField is one field as it was sent, in the form's order; a name may come again.
type SentField struct{ Name, Value string }

// typedFields are those that people type, and whether they are boxes for longer text.
// What else a form holds goes with it unseen.
var typedFields = map[string]bool{
	"title": false, "question": false, "body": true, "name": false, "email": false, "reason": true, "owner": false, "by": false,
	"slug": false, "language": false, "time_zone": false,
	"who_decides": true, "can_change": true, "contact": true, "other_formats": true,
}

// longest is how long a text of one line may be before it gets a box.
const longest = 80

// shown reports whether the field is visible: it is one that people type, or so long that
// somebody must have typed it.
func (f SentField) shown() bool {
	_, typed := typedFields[f.Name]
	return typed || f.boxed()
}

// boxed reports whether the field is shown as a text area.
func (f SentField) boxed() bool {
	return typedFields[f.Name] || strings.ContainsAny(f.Value, "\r\n") || utf8.RuneCountInString(f.Value) > longest
}

// label returns the label of the field.
func (p StoreUnavailablePage) label(f SentField) string {
	if key := "store_unavailable.field." + f.Name; p.L.Has(key) {
		return p.L.T(key)
	}
	return p.L.T("store_unavailable.field")
}

// input is a control with what was typed in it. Fields may come again, so each has a
// number in its id.
func (p StoreUnavailablePage) input(n int, f SentField) ui.Input {
	form := ui.Form{ID: "again-" + strconv.Itoa(n), Values: map[string]string{f.Name: f.Value}}
	return ui.Input{Form: form, Name: f.Name, Label: p.label(f), Rows: 4 + min(10, strings.Count(f.Value, "\n")), Autocomplete: "off", Own: true}
}

// choice returns the choice of a vote in words, "" if the form is no vote.
func (p StoreUnavailablePage) choice() string {
	for _, f := range p.Sent {
		if c := models.Choice(f.Value); f.Name == "choice" && (c == models.ChoiceAgree || c == models.ChoiceDisagree || c == models.ChoicePass) {
			return p.L.T("choice." + f.Value)
		}
	}
	return ""
}

// typed reports whether there is a text to show.
func (p StoreUnavailablePage) typed() bool {
	for _, f := range p.Sent {
		if f.shown() && f.Value != "" {
			return true
		}
	}
	return false
}
