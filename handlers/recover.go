package handlers

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
)

// answerErrors returns the request an id and a deadline, and turns what the handlers return into an
// answer. Fiber's own context does not end when a visitor leaves, so the deadline does it.
func (s *Server) answerErrors(c *fiber.Ctx) error {
	requestID(c.Context())
	ctx, cancel := context.WithTimeout(context.Background(), requestDeadline)
	defer cancel()
	c.SetUserContext(ctx)
	if err := recovered(c.Next); err != nil {
		return s.handleError(c, err)
	}
	return nil
}

// recovered calls next and turns a panic into an error, so that one bad page takes nobody
// else with it.
func recovered(next func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: p, stack: stack()}
		}
	}()
	return next()
}

// panicError is a panic that was recovered from.
type panicError struct {
	value any
	stack string
}

func (p *panicError) Error() string { return fmt.Sprint("panic: ", p.value) }

func stack() string { return string(debug.Stack()) }
