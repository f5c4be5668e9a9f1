package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/views"
)

// sentFields returns what a form sent, in its order.
func sentFields(c *fiber.Ctx) (list []views.SentField) {
	for name, value := range c.Request().PostArgs().All() {
		list = append(list, views.SentField{Name: strings.ToValidUTF8(string(name), "\uFFFD"), Value: strings.ToValidUTF8(string(value), "\uFFFD")})
	}
	return list
}

// sendStoreUnavailable answers a form that the store could not take now: everything in it is kept,
// and nothing has to be read for the page.
func (s *Server) sendStoreUnavailable(c *fiber.Ctx, cause error) error {
	s.log(c).Warn("not saved", "path", s.logPath(c.Context()), "error", cause)
	s.setSecureHeaders(&c.Response().Header)
	p := views.StoreUnavailablePage{
		LayoutData: s.layoutAlone(c, localizer(c).T("store_unavailable.title")), Sent: sentFields(c), Back: s.back(c),
		Action: localPath(c.OriginalURL()),
	}
	p.Private = true
	private(c)
	return render(c, fiber.StatusServiceUnavailable, views.StoreUnavailable(p))
}
