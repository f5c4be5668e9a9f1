package handlers

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

const keyRequestID = "request_id"

// begin gives the request an id and a deadline, and logs how it went. Fiber's own
// context does not end when a visitor leaves, so the deadline does it.
func (s *Server) begin(c *fiber.Ctx) error {
	started := time.Now()
	id := uuid.NewString()
	c.Locals(keyRequestID, id)
	c.Set("X-Request-Id", id)
	ctx, cancel := context.WithTimeout(context.Background(), requestDeadline)
	defer cancel()
	c.SetUserContext(ctx)
	err := s.guard(c)
	if err != nil {
		err = s.handleError(c, err)
	}
	if s.AccessLog {
		s.Log.Info("request", "id", id, "method", c.Method(), "path", logPath(c), "status", c.Response().StatusCode(),
			"took", time.Since(started).Round(time.Microsecond))
	}
	return err
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
