package handlers

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/models"
)

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every answer carries. Handlers of pages with a token or a
// person's own parts tighten it.
func (s *Server) headers(c *fiber.Ctx) error {
	s.setHeaders(&c.Response().Header)
	return c.Next()
}

func (s *Server) setHeaders(h *fasthttp.ResponseHeader) {
	h.Set(fiber.HeaderContentSecurityPolicy, policy)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "strict-origin-when-cross-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if s.secure() {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// private marks an answer as one person's own.
func private(c *fiber.Ctx) {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin") // no-referrer would make browsers send "Origin: null" with our own forms
	c.Set("X-Robots-Tag", "noindex")
}

// sameOrigin refuses writes that another site caused, as net/http's
// CrossOriginProtection does, with the configured base URL as our own origin. A
// write that carries a session must say where it comes from.
func (s *Server) sameOrigin(c *fiber.Ctx) error {
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
	if !safeMethod(c.Method()) && site == "" && origin == "" && c.Cookies(sessionCookie) != "" {
		return models.Fail(models.CodeForbidden, "error.cross_site")
	}
	return c.Next()
}

func safeMethod(m string) bool { return m == "GET" || m == "HEAD" || m == "OPTIONS" }

func (s *Server) secure() bool { return strings.EqualFold(s.base.Scheme, "https") }
