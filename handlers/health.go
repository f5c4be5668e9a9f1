package handlers

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
)

// showHealth tells that the process answers.
func (s *Server) showHealth(c *fiber.Ctx) error { return c.SendString("ok\n") }

// readyWithin is how long the store may take to say that it answers: whoever watches
// asks every few seconds.
const readyWithin = 3 * time.Second

// showReady tells that the store answers too. The log says it once, and once when it does again.
func (s *Server) showReady(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), readyWithin)
	defer cancel()
	err := s.svc.Ready(ctx)
	switch told := s.unready.Swap(err != nil); {
	case err != nil && !told:
		s.log(c).Warn("not ready", "error", err)
	case err == nil && told:
		s.log(c).Info("ready again")
	}
	if err != nil {
		return models.Fail(models.CodeUnavailable, "error.store.unavailable")
	}
	return c.SendString("ready\n")
}
