package ui

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"folkmoot/views/i18n"

	"github.com/a-h/templ"
)

// Form is one form as it comes back: what was typed, and what is wrong with it.
type Form struct {
	ID     string // prefix of its fields' ids, on a page with several forms
	Values map[string]string
	Errors map[string]string // field name to sentence; "" is the form as a whole
}

// Value returns what was typed in a field.
func (f Form) Value(field string) string { return f.Values[field] }

// Problem returns what is wrong with a field, or "".
func (f Form) Problem(field string) string { return f.Errors[field] }

// Choice is one option of a select or a set of radio buttons.
type Choice struct {
	Value, Label string
	Chosen       bool
}

// Input describes one labelled control of a form. Label and Hint are sentences
// already in the person's language.
type Input struct {
	Form         Form
	Name         string
	Label        string
	Hint         string
	Type         string // of a text field: "text" if empty
	Autocomplete string // a token of the HTML standard: "name", "email", "off"
	Required     bool
	Max          int  // characters; 0: no counter. The server counts, nothing is cut off.
	Rows         int  // of a text area; 6 if 0
	Own          bool // people's own words: direction by their script, spelling checked
}

// ID returns the id of the control, unique among the forms of a page by Form.ID.
func (in Input) ID() string { return in.Form.FieldID(in.Name) }

// FieldID returns the id of the control of a field: "f-name", or "ID-name".
func (f Form) FieldID(name string) string {
	if f.ID == "" {
		return "f-" + name
	}
	return f.ID + "-" + name
}

// Named returns the form with another prefix for the ids of its fields, for pages
// with several forms.
func (f Form) Named(id string) Form {
	f.ID = id
	return f
}

func (in Input) problem() string { return in.Form.Problem(in.Name) }

func (in Input) kind() string {
	if in.Type == "" {
		return "text"
	}
	return in.Type
}

func (in Input) rows() int {
	if in.Rows == 0 {
		return 6
	}
	return in.Rows
}

// described lists the ids of what explains the control: hint, problem, counter.
func (in Input) described() string {
	var ids []string
	if in.problem() != "" {
		ids = append(ids, in.ID()+"-error")
	}
	if in.Hint != "" {
		ids = append(ids, in.ID()+"-hint")
	}
	if in.Max > 0 {
		ids = append(ids, in.ID()+"-count")
	}
	return strings.Join(ids, " ")
}

func (in Input) direction() string {
	if in.Own {
		return "auto"
	}
	return ""
}

// fieldProblem is one line of the summary.
type fieldProblem struct{ name, text string }

// problems lists what is wrong: the form as a whole first, then the fields in
// the order given, then any others.
func (f Form) problems(order []string) (list []fieldProblem) {
	names := append([]string{""}, order...)
	for _, name := range append(names, slices.Sorted(maps.Keys(f.Errors))...) {
		if text := f.Errors[name]; text != "" && !slices.ContainsFunc(list, func(p fieldProblem) bool { return p.name == name }) {
			list = append(list, fieldProblem{name, text})
		}
	}
	return list
}

// counterText is what the script shows while somebody types; {n} is filled in there.
func counterText(l *i18n.Localizer, limit int) string {
	return l.T("form.counted", "max", l.Number(int64(limit)))
}

// attributes are those that text fields and areas share.
func (in Input) attributes() templ.Attributes {
	a := templ.Attributes{"required": in.Required}
	for name, value := range map[string]string{
		"autocomplete": in.Autocomplete, "aria-describedby": in.described(), "dir": in.direction(),
	} {
		if value != "" {
			a[name] = value
		}
	}
	if in.problem() != "" {
		a["aria-invalid"] = "true"
	}
	if in.Max > 0 {
		a["data-max"] = strconv.Itoa(in.Max)
	}
	return a
}

// optionID is the control's own id for the first option, so that the summary's
// link leads there.
func (in Input) optionID(i int) string {
	if i == 0 {
		return in.ID()
	}
	return in.ID() + "-" + strconv.Itoa(i+1)
}

func (in Input) chosen(c Choice) bool {
	if v, ok := in.Form.Values[in.Name]; ok {
		return v == c.Value
	}
	return c.Chosen
}

func (in Input) ticked(c Choice) bool {
	if v, ok := in.Form.Values[in.Name]; ok {
		return slices.Contains(strings.Split(v, ","), c.Value)
	}
	return c.Chosen
}
