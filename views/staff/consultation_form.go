package staff

import (
	"strings"

	"github.com/a-h/templ"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// ConsultationFormPage is "/organise/new" and "/organise/{slug}/edit".
type ConsultationFormPage struct {
	ui.LayoutData
	Form     ui.Form // slug, language, title, question, body, who_decides, can_change, contact, other_formats, time_zone, opens_at, suggestions_close_at, closes_at, answer_by, min_votes, capacities (comma-joined), bands, answer_top, reason, rev
	New      bool
	Slug     string
	Opened   bool // dates and rules need a public reason
	Begun    bool // it has opened: when cannot be changed
	Fixed    bool // voting has closed: dates and rules stand as they are
	TimeZone string
	C        models.Consultation // as it is; zero for a new one
}

// listed returns the values of a field that are joined by commas.
func (p ConsultationFormPage) listed(name string) []string {
	return strings.FieldsFunc(p.Form.Value(name), func(r rune) bool { return r == ',' })
}

// formFields are the fields in the order of the form.
var formFields = []string{
	"title", "question", "body", "slug", "language", "who_decides", "can_change", "contact", "other_formats",
	"time_zone", "opens_at", "suggestions_close_at", "closes_at", "answer_by",
	"capacities", "bands", "min_votes", "answer_top", "reason",
}

// commonZones are offered to choose from; any other name may be typed.
var commonZones = []string{
	"Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Madrid", "Europe/Paris", "Europe/Brussels",
	"Europe/Amsterdam", "Europe/Berlin", "Europe/Zurich", "Europe/Rome", "Europe/Vienna", "Europe/Prague",
	"Europe/Warsaw", "Europe/Stockholm", "Europe/Helsinki", "Europe/Athens", "Europe/Kyiv", "Europe/Istanbul",
	"Africa/Lagos", "Africa/Nairobi", "Africa/Johannesburg", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo",
	"Australia/Sydney", "Pacific/Auckland", "America/New_York", "America/Chicago", "America/Denver",
	"America/Los_Angeles", "America/Toronto", "America/Sao_Paulo", "UTC",
}

func (p ConsultationFormPage) action() string {
	if p.New {
		return "/organise/new"
	}
	return "/organise/" + p.Slug + "/edit"
}

func (p ConsultationFormPage) backURL() string {
	if p.New {
		return "/organise"
	}
	return "/organise/" + p.Slug
}

func (p ConsultationFormPage) backKey() string {
	if p.New {
		return "manage.all"
	}
	return "organise_form.back"
}

func (p ConsultationFormPage) headingKey() string {
	if p.New {
		return "organise_form.heading_new"
	}
	return "organise_form.heading"
}

func (p ConsultationFormPage) leadKey() string {
	switch {
	case p.New:
		return "organise_form.lead_new"
	case p.Fixed:
		return "organise_form.lead_fixed"
	case p.Opened:
		return "organise_form.lead_opened"
	}
	return "organise_form.lead"
}

func (p ConsultationFormPage) saveKey() string {
	if p.Opened {
		return "organise_form.publish"
	}
	return "organise_form.save"
}

func (p ConsultationFormPage) zone() string {
	if z := p.Form.Value("time_zone"); z != "" {
		return z
	}
	return p.TimeZone
}

// plain is a field with its label and hint from the catalogue.
func (p ConsultationFormPage) plain(name string, required bool) ui.Input {
	return ui.Input{
		Form: p.Form, Name: name, Required: required, Autocomplete: "off",
		Label: p.L.T("organise_form.field." + name), Hint: p.L.T("organise_form.hint." + name),
	}
}

func (p ConsultationFormPage) text(name string, limit int, required bool) ui.Input {
	in := p.plain(name, required)
	in.Max, in.Own = limit, true
	return in
}

func (p ConsultationFormPage) area(name string, limit, rows int) ui.Input {
	in := p.text(name, limit, false)
	in.Rows = rows
	return in
}

func (p ConsultationFormPage) date(name, kind string) ui.Input {
	in := p.plain(name, false)
	in.Type = kind
	return in
}

func (p ConsultationFormPage) number(name string) ui.Input {
	in := p.plain(name, false)
	in.Type = "number"
	return in
}

func (p ConsultationFormPage) zoneDescribed() string {
	if p.Form.Problem("time_zone") != "" {
		return "zone-error zone-hint"
	}
	return "zone-hint"
}

func (p ConsultationFormPage) zoneInvalid() templ.Attributes {
	if p.Form.Problem("time_zone") != "" {
		return templ.Attributes{"aria-invalid": "true"}
	}
	return nil
}
