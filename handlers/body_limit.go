package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/models"
	"folkmoot/models/service"
)

// encodedChar is how many bytes one character may take in a form: an emoji is four bytes,
// each sent as three.
const encodedChar = 12

// formField is a field of a form: how many characters it takes, and how often it may come.
type formField struct {
	name         string
	chars, times int
}

// The sizes of fields that hold no text, in characters.
const (
	wordChars = 40 // an id, a number, a time, a choice of a list
	pathChars = 500
)

func words(names ...string) (list []formField) {
	for _, name := range names {
		list = append(list, formField{name, wordChars, 1})
	}
	return list
}

func text(name string, chars int) formField { return formField{name, chars, 1} }

func formOf(words []formField, texts ...formField) []formField { return append(words, texts...) }

// The fields that several forms have.
var (
	nameField   = text("name", models.MaxName)
	emailField  = text("email", models.MaxAddress)
	titleField  = text("title", models.MaxTitle)
	bodyField   = text("body", models.MaxText)
	reasonField = text("reason", models.MaxReason)
	slugField   = text("slug", models.MaxSlug)
	returnField = text("return", pathChars)
)

// consultationForm is the form of a consultation.
var consultationForm = append(
	formOf(words("language", "opens_at", "suggestions_close_at", "closes_at", "answer_by", "min_votes", "answer_top", "rev"),
		slugField, titleField, text("question", models.MaxQuestion), text("body", models.MaxOrgText),
		text("who_decides", models.MaxOrgLines), text("can_change", models.MaxOrgLines), text("contact", models.MaxOrgLines),
		text("other_formats", models.MaxOrgLines), text("time_zone", models.MaxOrgLine), reasonField),
	formField{"capacities", wordChars, 10}, formField{"bands", wordChars, 10})

// forms are the forms of all routes that take one, with the same limits by which the
// service checks them. A form's size follows: see formSize.
var forms = map[string][]formField{
	"/forget":                                      nil,
	"/consultations/:slug/replies":                 formOf(words("parent", "idea", "remember"), nameField, emailField, bodyField),
	"/consultations/:slug/ideas":                   formOf(words("remember"), nameField, emailField, titleField, bodyField),
	"/consultations/:slug/ballot":                  formOf(words("capacity", "band", "remember"), nameField, emailField),
	"/edit/:item":                                  formOf(words("rev"), titleField, bodyField),
	"/withdraw/:item":                              nil,
	"/report/:item":                                formOf(nil, reasonField),
	"/contributions/:token/confirm":                words("remember"),
	"/contributions/:token/withdraw":               nil,
	"/consultations/:slug/ideas/:number<int>/vote": formOf(words("choice"), returnField),

	"/sign-in":                     formOf(nil, nameField, emailField, text("return_to", pathChars)),
	"/sign-in/:token":              words("remember"),
	"/sign-out":                    nil,
	"/account":                     formOf(words("capacity", "band"), nameField),
	"/account/sign-out-everywhere": nil,

	"/moderation": append(formOf(words("decision"), reasonField, returnField),
		formField{"items", wordChars, service.MaxBulk}, formField{"rev:reply-00000000-0000-0000-0000-000000000000", wordChars, service.MaxBulk}),
	"/moderation/undo":  formOf(words("seq"), slugField, returnField),
	"/moderation/:item": formOf(words("decision", "rev", "items"), reasonField, returnField),

	"/organise/new":                      consultationForm,
	"/organise/:slug/edit":               consultationForm,
	"/organise/:slug/ideas":              formOf(nil, titleField, bodyField),
	"/organise/:slug/ideas/:idea":        formOf(words("rev"), titleField, text("body", models.MaxOrgText)), // an imported one may be long
	"/organise/:slug/ideas/:idea/move":   words("to", "direction", "rev"),
	"/organise/:slug/ideas/:idea/remove": words("rev"),
	"/organise/:slug/open":               words("opens_at", "time_zone", "rev"),
	"/organise/:slug/pause":              formOf(words("rev"), reasonField),
	"/organise/:slug/resume":             formOf(words("rev"), reasonField),
	"/organise/:slug/withdraw":           formOf(words("rev"), reasonField),
	"/organise/:slug/seal":               words("rev"),
	"/board/:slug/:number<int>":          formOf(words("decision", "publish"), text("reason", models.MaxText), text("owner", models.MaxOrgLine), text("by", models.MaxOrgLine)),
	"/admin/settings":                    append(formOf(words("version"), reasonField), formField{"mail_mailbox", wordChars, 10}),
	"/admin/people":                      formOf(words("role", "consultation"), nameField, emailField),
	"/admin/people/:id/revoke":           words("role", "consultation"),
	"/admin/people/:id/link":             nil,
}

// The limits of a request that is no form, or has one that is not listed.
const (
	noFormBody    = 4 << 10
	otherFormBody = 64 << 10
	formSlack     = 1 << 10 // for what a browser or its extensions add
)

// formSize returns how many bytes a form may take when it is sent.
func formSize(fields []formField) int {
	size := formSlack
	for _, f := range fields {
		size += f.times * (encodedChar*(f.chars+len(f.name)) + len("=&"))
	}
	return size
}

// longest returns how many characters the longest field of a form takes.
func longest(fields []formField) (chars int) {
	for _, f := range fields {
		chars = max(chars, f.chars)
	}
	return chars
}

// publicBody is the largest form that anybody may send. A larger one is read only for a
// session of staff, so that strangers cannot fill the memory with organisers' forms.
var publicBody = formSize(forms["/consultations/:slug/ideas"])

// headerReceived sets how much of the body of a request is read.
func (s *Server) headerReceived(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	return fasthttp.RequestConfig{MaxRequestBodySize: s.bodyLimit(h)}
}

func (s *Server) bodyLimit(h *fasthttp.RequestHeader) int {
	pattern, path := s.formRoute(h)
	fields, known := forms[pattern]
	switch limit, sent := formSize(fields), h.ContentLength(); {
	case pattern == "":
		return noFormBody
	case !known:
		return otherFormBody
	case limit <= publicBody, sent >= 0 && sent <= publicBody:
		return limit
	default:
		return s.staffBodyLimit(h, pattern, path, limit)
	}
}

// formRoute returns the pattern of the route that a form is sent to, "" for none, and its
// path.
func (s *Server) formRoute(h *fasthttp.RequestHeader) (pattern, path string) {
	if !h.IsPost() {
		return "", ""
	}
	u := fasthttp.AcquireURI()
	defer fasthttp.ReleaseURI(u)
	if err := u.Parse(nil, h.RequestURI()); err != nil {
		return "", ""
	}
	path = string(u.PathOriginal())
	pattern, _ = s.table.find(fasthttp.MethodPost, path)
	return pattern, path
}

// staffBodyLimit returns limit for staff, and publicBody for anybody else. A consultation
// that was imported with more text than people may type can be sent with all of it. Where
// nobody can tell who it is, limit: what an organiser typed is not to be lost for that.
func (s *Server) staffBodyLimit(h *fasthttp.RequestHeader, pattern, path string, limit int) int {
	ctx, cancel := context.WithTimeout(context.Background(), fastpathTimeout)
	defer cancel()
	p, err := s.svc.Participant(ctx, s.cookiesIn(h)[sessionCookie])
	switch {
	case err != nil:
		return limit
	case p == nil || len(p.Grants) == 0:
		return publicBody
	case pattern != "/organise/:slug/edit":
		return limit
	}
	con, err := s.svc.Consultation(ctx, models.Actor{Participant: p}, segments(path)[2])
	if err != nil {
		return limit
	}
	for _, t := range con.Texts {
		limit = max(limit, formSize(consultationForm)+encodedChar*(models.Chars(t.Body)-models.MaxOrgText))
	}
	return limit
}

// tooLarge says how much a request may hold: characters, as the form does, where it has a
// field for text.
func (s *Server) tooLarge(c *fiber.Ctx) *models.Error {
	h := &c.Request().Header
	pattern, _ := s.formRoute(h)
	if chars := longest(forms[pattern]); chars >= models.MaxReason {
		return models.Fail(models.CodeTooLarge, "error.too_large_text", "max", chars)
	}
	return models.Fail(models.CodeTooLarge, "error.too_large", "limit", max(1, s.bodyLimit(h)/1000))
}
