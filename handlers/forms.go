package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// plainForm refuses a write that is not a plain form: nothing here uploads, and a
// packed or multipart body could hold far more than its length says.
func plainForm(c *fiber.Ctx) error {
	if safeMethod(c.Method()) || len(c.Request().Body()) == 0 {
		return c.Next()
	}
	kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), fiber.MIMEApplicationForm) || c.Get(fiber.HeaderContentEncoding) != "" {
		return models.Fail(models.CodeInvalid, "error.form_kind")
	}
	return c.Next()
}

// field returns what a form sent under a name; the address never stands in for it.
func field(c *fiber.Ctx, name string) string {
	return string(c.Request().PostArgs().Peek(name))
}

// typed returns what was typed in the named fields.
func typed(c *fiber.Ctx, fields ...string) ui.Form {
	f := ui.Form{Values: map[string]string{}, Errors: map[string]string{}}
	for _, name := range fields {
		f.Values[name] = field(c, name)
	}
	return f
}

// checkUTF8 refuses a form that is not text: stores, exports and hashes hold UTF-8 only.
func checkUTF8(c *fiber.Ctx) error {
	for k, v := range c.Request().PostArgs().All() {
		if !models.ValidUTF8(string(k)) || !models.ValidUTF8(string(v)) {
			return models.Fail(models.CodeInvalid, "error.utf8")
		}
	}
	return nil
}

// formProblem puts a refusal into the form, so that it can be shown again with what
// was typed, and gives the status. ok is false for what no form can show: a fault
// of ours, somebody who has to sign in, or a store that does not answer and so
// cannot give the page around the form (see sendAgain).
func (s *Server) formProblem(c *fiber.Ctx, f *ui.Form, err error) (status int, ok bool) {
	e := s.knownError(err)
	if e == nil || wantsJSON(c) || slices.Contains([]models.Code{models.CodeUnauthenticated, models.CodeNotFound, models.CodeUnavailable}, e.Code) {
		return 0, false
	}
	l := localizer(c)
	if f.Errors == nil {
		f.Errors = map[string]string{}
	}
	for _, fe := range e.Fields {
		if f.Errors[fe.Field] == "" {
			f.Errors[fe.Field] = fieldSentence(l, fe)
		}
	}
	if len(e.Fields) == 0 {
		f.Errors[""] = l.Args(e.Key, printable(l, e.Args))
	}
	s.retryAfter(c, e)
	return statuses[e.Code], true
}

// maxReturn bounds the address that a page hands on to come back to, in bytes.
const maxReturn = 500

// localPath returns p if it is a path of this site that is not too long, and "/" otherwise.
func localPath(p string) string {
	if len(p) > maxReturn {
		return "/"
	}
	u, err := url.Parse(p)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(p, "/") ||
		strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t") {
		return "/"
	}
	return p
}

func escape(s string) string { return url.QueryEscape(s) }

// sentence returns what an error says, for a place inside a page.
func sentence(l *i18n.Localizer, err error) string {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return l.Args(e.Key, printable(l, e.Args))
	}
	return ""
}

// shorten shows whose address it is without showing it: "m…@example.org".
func shorten(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return ""
	}
	return string([]rune(local)[:1]) + "…@" + domain
}
