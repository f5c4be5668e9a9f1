package handlers

import (
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

const keyRequestID = "request_id"

// begin answers at once what it can, sends the rest through Fiber, and logs how it went.
func (s *Server) begin(ctx *fasthttp.RequestCtx) {
	if done, err := s.again(ctx); err != nil {
		s.fail(ctx, err)
	} else if !done {
		s.fiber(ctx)
	}
	if s.AccessLog {
		s.Log.Info("request", "id", idOf(ctx), "method", string(ctx.Method()), "path", logPath(ctx), "status", ctx.Response.StatusCode(),
			"took", time.Since(ctx.Time()).Round(time.Microsecond))
	}
}

// fail answers with an error where no route has begun.
func (s *Server) fail(ctx *fasthttp.RequestCtx, err error) {
	c := s.app.AcquireCtx(ctx)
	defer s.app.ReleaseCtx(c)
	if err := s.handleError(c, err); err != nil {
		s.Log.Error("cannot answer with an error", "error", err)
		ctx.SetStatusCode(fiber.StatusInternalServerError)
	}
}

// route gives the request an id and a deadline and goes through the routes. Fiber's own
// context does not end when a visitor leaves, so the deadline does it.
func (s *Server) route(c *fiber.Ctx) error {
	idOf(c.Context())
	ctx := newDeadline(time.Now().Add(requestDeadline))
	c.SetUserContext(ctx)
	err := s.guard(c)
	if err != nil {
		err = s.handleError(c, err)
	}
	ctx.stop()
	return err
}

// idOf gives the id of a request, by which the log and an error page name it.
func idOf(ctx *fasthttp.RequestCtx) string {
	if id, ok := ctx.UserValue(keyRequestID).(string); ok {
		return id
	}
	id := requestID()
	ctx.SetUserValue(keyRequestID, id)
	ctx.Response.Header.Set("X-Request-Id", id)
	return id
}

// requestID names a request in the log. It is no secret.
func requestID() string {
	var b [16]byte
	binary.NativeEndian.PutUint64(b[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(b[8:], rand.Uint64())
	return hex.EncodeToString(b[:])
}

// guard turns a panic into an error, so that one bad page takes nobody else with it.
func (s *Server) guard(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: p, stack: stack()}
		}
	}()
	return c.Next()
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

func (s *Server) log(c *fiber.Ctx) *slog.Logger {
	id, _ := c.Locals(keyRequestID).(string)
	return s.Log.With("id", id)
}
