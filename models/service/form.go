package service

import (
	"strings"

	"folkmoot/models"
)

// form gathers what is wrong with the fields of one form, so that a person is
// told everything at once. Each check returns the text as it will be kept.
type form struct{ fields []models.FieldError }

// add notes a refusal of a field with alternating argument names and values.
func (f *form) add(field, key string, args ...any) {
	f.fields = append(f.fields, models.Field(field, key, args...))
}

// err returns all that was noted as one Error of CodeInvalid, or nil.
func (f *form) err() error { return models.Invalid(f.fields) }

// line checks one line of text: trimmed, well-formed, without control
// characters, at most limit characters. kind completes the keys of the sentences.
func (f *form) line(field, kind, s string, limit int) string {
	s = strings.TrimSpace(s)
	switch {
	case !models.ValidUTF8(s):
		f.add(field, "error.field.encoding")
	case models.HasControl(s):
		f.add(field, "error.field."+kind+"_control")
	case models.Chars(s) > limit:
		f.add(field, "error.field."+kind+"_long", "count", models.Chars(s), "max", limit)
	default:
		return s
	}
	return ""
}

// title checks the title of an idea, which there must be.
func (f *form) title(s string) string {
	before := len(f.fields)
	s = f.line("title", "title", s, models.MaxTitle)
	if len(f.fields) == before && !models.HasVisible(s) {
		f.add("title", "error.field.title_empty")
	}
	return s
}

// body checks a text of several lines, which must show something, and cleans it.
func (f *form) body(field, s string, limit int) string {
	if !models.ValidUTF8(s) {
		f.add(field, "error.field.encoding")
		return ""
	}
	s = models.CleanBody(s)
	switch n := models.Chars(s); {
	case n > limit:
		f.add(field, "error.field.body_long", "count", n, "max", limit)
	case !models.HasVisible(s):
		f.add(field, "error.field.body_empty")
	}
	return s
}

// address checks an e-mail address, which there must be, and returns it with its
// domain in IDNA, as mail is sent to it.
func (f *form) address(field, s string) string {
	s, bad := models.CheckAddress(field, s)
	if bad != nil {
		f.fields = append(f.fields, *bad)
		return ""
	}
	local, domain, _ := cutAddress(s)
	if domain, ok := asciiDomain(domain); ok && models.MailDomain(domain) {
		return local + "@" + domain
	}
	f.add(field, "error.field.address")
	return ""
}

// optionalAddress is address for a field that may stay empty.
func (f *form) optionalAddress(field, s string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return f.address(field, s)
}

// capacity checks in what capacity somebody takes part, which may be left unsaid. A
// business has a band of size, the others have none.
func (f *form) capacity(c models.Capacity, b models.Band) (models.Capacity, models.Band) {
	switch {
	case c != models.CapacityUnsaid && !c.Valid():
		f.add("capacity", "error.field.capacity")
	case c != models.CapacityBusiness:
		return c, ""
	case !b.Valid():
		f.add("band", "error.field.band")
	}
	return c, b
}
