package handlers

import (
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// serve answers a request and logs it: from the page cache where that is all it takes, and
// through Fiber otherwise.
func (s *Server) serve(ctx *fasthttp.RequestCtx) {
	if !s.serveCached(ctx) {
		s.fiber(ctx)
	}
	if s.AccessLog {
		s.Log.Info("request", "id", requestID(ctx), "method", string(ctx.Method()), "path", logPath(ctx), "status", ctx.Response.StatusCode(),
			"took", time.Since(ctx.Time()).Round(time.Microsecond))
	}
}

// logPath is the path without the token that may be in it, whether or not the
// request came as far as its route.
func logPath(ctx *fasthttp.RequestCtx) string {
	path := string(ctx.URI().PathOriginal())
	for _, secret := range []string{"/sign-in/", "/contributions/"} {
		if len(path) > len(secret) && strings.EqualFold(path[:len(secret)], secret) {
			return secret + "…"
		}
	}
	return path
}

// log is the log with the request's id.
func (s *Server) log(c *fiber.Ctx) *slog.Logger { return s.Log.With("id", requestID(c.Context())) }
