package handlers

import (
	"log/slog"
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
		s.Log.Info("request", "id", requestID(ctx), "method", string(ctx.Method()), "path", s.logPath(ctx), "status", ctx.Response.StatusCode(),
			"took", time.Since(ctx.Time()).Round(time.Microsecond))
	}
}

// noRoute stands in the log for a path that matches no route: it may be a mangled link
// with a token in it.
const noRoute = "(no route)"

// logPath returns what the log may show of the path: the pattern of its route, whether or
// not the request came as far.
func (s *Server) logPath(ctx *fasthttp.RequestCtx) string {
	_, shown := s.table.find(string(ctx.Method()), string(ctx.URI().PathOriginal()))
	return first(shown, noRoute)
}

// log is the log with the request's id.
func (s *Server) log(c *fiber.Ctx) *slog.Logger { return s.Log.With("id", requestID(c.Context())) }
