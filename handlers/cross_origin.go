package handlers

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
)

// crossOrigin refuses writes that another site caused, as net/http's
// CrossOriginProtection does, with the configured base URL as our own origin. A
// write that carries a session must say where it comes from.
func (s *Server) crossOrigin(c *fiber.Ctx) error {
	site, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
	r := &http.Request{Method: c.Method(), Host: s.base.Host, Header: http.Header{}, URL: s.base}
	if site != "" {
		r.Header.Set("Sec-Fetch-Site", site)
	}
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	if err := s.origin.Check(r); err != nil {
		return models.Fail(models.CodeForbidden, "error.cross_site")
	}
	if !safeMethod(c.Method()) && site == "" && origin == "" {
		if _, session := s.ourCookies(c)[sessionCookie]; session {
			return models.Fail(models.CodeForbidden, "error.cross_site")
		}
	}
	return c.Next()
}
