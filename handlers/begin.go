package handlers

import (
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

const keyRequestID = "request_id"

// begin answers at once what it can, sends the rest through the routes, and logs how
// it went.
func (s *Server) begin(c *fiber.Ctx) error {
	started := time.Now()
	done, err := s.again(c)
	if !done && err == nil {
		err = s.route(c)
	}
	if err != nil {
		err = s.handleError(c, err)
	}
	if s.AccessLog {
		s.Log.Info("request", "id", idOf(c), "method", c.Method(), "path", logPath(c), "status", c.Response().StatusCode(),
			"took", time.Since(started).Round(time.Microsecond))
	}
	return err
}

// route gives the request an id and a deadline and goes through the routes. Fiber's own
// context does not end when a visitor leaves, so the deadline does it.
func (s *Server) route(c *fiber.Ctx) error {
	idOf(c)
	ctx := newDeadline(requestDeadline)
	c.SetUserContext(ctx)
	err := s.guard(c)
	if err != nil {
		err = s.handleError(c, err)
	}
	ctx.stop()
	return err
}

// idOf gives the id of a request, by which the log and an error page name it.
func idOf(c *fiber.Ctx) string {
	if id, ok := c.Locals(keyRequestID).(string); ok {
		return id
	}
	id := requestID()
	c.Locals(keyRequestID, id)
	c.Set("X-Request-Id", id)
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
func logPath(c *fiber.Ctx) string {
	path := c.Path()
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
