package handlers

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/handlers/httpconn"
	"folkmoot/models"
	"folkmoot/views"
	"folkmoot/views/i18n"
)

// statuses is the one table from what went wrong to the status of the answer.
var statuses = map[models.Code]int{
	models.CodeInvalid:         fiber.StatusUnprocessableEntity,
	models.CodeUnauthenticated: fiber.StatusUnauthorized,
	models.CodeForbidden:       fiber.StatusForbidden,
	models.CodeNotFound:        fiber.StatusNotFound,
	models.CodeConflict:        fiber.StatusConflict,
	models.CodeClosed:          fiber.StatusConflict,
	models.CodeGone:            fiber.StatusGone,
	models.CodeTooLarge:        fiber.StatusRequestEntityTooLarge,
	models.CodeLimited:         fiber.StatusTooManyRequests,
	models.CodeUnavailable:     fiber.StatusServiceUnavailable,
}

// handleError turns an error into an answer, as a page or as JSON.
func (s *Server) handleError(c *fiber.Ctx, err error) error {
	e := s.knownError(err)
	if e == nil {
		return s.internal(c, err)
	}
	if e.Code == models.CodeUnauthenticated && c.Method() == fiber.MethodGet && !wantsJSON(c) {
		return seeOther(c, "/sign-in?return_to="+escape(c.OriginalURL()))
	}
	if e.Code == models.CodeUnavailable {
		if sent, err := s.sendStale(c); sent {
			return err
		}
	}
	if e.Code == models.CodeTooLarge {
		e = s.tooLarge(c)
		httpconn.DrainBeforeClose(c.Context().Conn())
	}
	s.retryAfter(c, e)
	if e.Code == models.CodeUnavailable && !safeMethod(c.Method()) && !wantsJSON(c) {
		return s.sendStoreUnavailable(c, err)
	}
	return s.answer(c, statuses[e.Code], e, "")
}

// knownError returns the refusal behind err, or nil if it is a fault of ours.
func (s *Server) knownError(err error) *models.Error {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &models.Error{Code: models.CodeUnavailable, Key: "error.store.busy", Err: err}
	}
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		return fromFiber(e)
	}
	return nil
}

func fromFiber(e *fiber.Error) *models.Error {
	switch {
	case e.Code == fiber.StatusRequestEntityTooLarge:
		return models.Fail(models.CodeTooLarge, "error.too_large", "limit", otherFormBody/1000) // see tooLarge
	case e.Code == fiber.StatusNotFound || e.Code == fiber.StatusMethodNotAllowed:
		return models.Fail(models.CodeNotFound, "error.page.unknown")
	case e.Code >= 400 && e.Code < 500:
		return models.Fail(models.CodeInvalid, "error.request")
	}
	return nil
}

// internal answers a fault of ours: a reference for the visitor, the details for the log.
func (s *Server) internal(c *fiber.Ctx, err error) error {
	id := s.logInternal(c, err)
	return s.answer(c, fiber.StatusInternalServerError, models.Fail(models.CodeInternal, "error.internal"), id)
}

// logInternal logs a fault of ours and returns the reference under which it stands
// in the log.
func (s *Server) logInternal(c *fiber.Ctx, err error) (reference string) {
	reference = requestID(c.Context())
	attrs := []any{"id", reference, "path", s.logPath(c.Context()), "error", err}
	if p, ok := errors.AsType[*panicError](err); ok {
		attrs = append(attrs, "stack", p.stack)
	}
	s.Log.Error("internal error", attrs...)
	return reference
}

// problemOf puts an error into words; a fault of ours is logged.
func (s *Server) problemOf(c *fiber.Ctx, err error) problemJSON {
	l, e := localizer(c), s.knownError(err)
	if e == nil {
		id := s.logInternal(c, err)
		return problemJSON{models.CodeInternal, l.T("error.internal"), id}
	}
	if len(e.Fields) > 0 {
		return problemJSON{Code: e.Code, Message: fieldSentence(l, e.Fields[0])}
	}
	return problemJSON{Code: e.Code, Message: l.Args(e.Key, printable(l, e.Args))}
}

func (s *Server) answer(c *fiber.Ctx, status int, e *models.Error, reference string) error {
	s.setSecureHeaders(&c.Response().Header)
	private(c)
	l := localizer(c)
	sentence := l.Args(e.Key, printable(l, e.Args))
	if len(e.Fields) > 0 {
		sentence = fieldSentence(l, e.Fields[0])
	}
	if wantsJSON(c) {
		return c.Status(status).JSON(errorJSONOf(l, e, sentence, reference))
	}
	layout := s.layout
	if e.Code == models.CodeUnavailable {
		layout = s.layoutAlone
	}
	p := views.ErrorPage{LayoutData: layout(c, ""), Status: status, Kind: troubleKind(e), Sentence: sentence, Reference: reference, Back: s.back(c)}
	p.Title, p.Private = p.Heading(), true
	private(c)
	return render(c, status, views.Error(p))
}

// troubleKind tells refusals apart that share a status and want other advice.
func troubleKind(e *models.Error) string {
	switch {
	case e.Code == models.CodeClosed:
		return "closed"
	case e.Key == "error.role":
		return "role"
	}
	return ""
}

// back is where to go on after a refusal: the consultation, or the front page.
func (s *Server) back(c *fiber.Ctx) string {
	if !slices.Contains(c.Route().Params, "slug") { // a request may be refused before it has a route
		return "/"
	}
	if slug := c.Params("slug"); models.ValidSlug(slug) {
		return subjectPath(slug, 0)
	}
	return "/"
}

func fieldSentence(l *i18n.Localizer, f models.FieldError) string {
	return l.Args(f.Key, printable(l, f.Args))
}

// printable writes the times among an error's arguments as dates, in the zone that
// stands beside them.
func printable(l *i18n.Localizer, args map[string]any) map[string]any {
	zone, _ := args["zone"].(string)
	out := make(map[string]any, len(args))
	for k, v := range args {
		switch v := v.(type) {
		case time.Time:
			out[k] = l.DateTime(v, zone)
		case time.Duration:
			out[k] = int(v.Round(time.Minute).Minutes())
		case models.Status:
			out[k] = l.T("status." + string(v))
		case models.State:
			out[k] = l.T("state." + string(v))
		default:
			out[k] = v
		}
	}
	return out
}

// retryAfter says when to try again, where that is known or can be guessed.
func (s *Server) retryAfter(c *fiber.Ctx, e *models.Error) {
	switch wait, ok := e.Args["wait"].(time.Duration); {
	case ok:
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, int(wait.Seconds()+0.5))))
	case e.Code == models.CodeUnavailable:
		c.Set(fiber.HeaderRetryAfter, "2")
	}
}

func (s *Server) notFound(*fiber.Ctx) error {
	return models.Fail(models.CodeNotFound, "error.page.unknown")
}
