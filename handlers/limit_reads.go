package handlers

import (
	"github.com/gofiber/fiber/v2"
)

// limitReads limits reads that cost much: searches, and whole files made anew for each
// request. Pages that are kept need no limit.
func (s *Server) limitReads(c *fiber.Ctx) error {
	actor := actorOf(c)
	actor.Network = s.svc.Keyed("network", s.clientNetwork(c))
	if err := s.svc.AllowRead(c.UserContext(), actor); err != nil {
		return err
	}
	return c.Next()
}
