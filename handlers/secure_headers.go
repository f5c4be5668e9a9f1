package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secureHeaders sets what every answer carries. Handlers of pages with a token or a
// person's own parts tighten it.
func (s *Server) secureHeaders(c *fiber.Ctx) error {
	s.setSecureHeaders(&c.Response().Header)
	return c.Next()
}

func (s *Server) setSecureHeaders(h *fasthttp.ResponseHeader) {
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

func safeMethod(m string) bool { return m == "GET" || m == "HEAD" || m == "OPTIONS" }

func (s *Server) secure() bool { return strings.EqualFold(s.base.Scheme, "https") }
