package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
)

const keyVisitor = "visitor"

// visit is who asks, and what their browser holds.
type visit struct {
	models.Actor
	session string // the token of the session cookie
	guestID string // what the guest cookie holds
}

// visitor finds out who asks, before any page.
func (s *Server) visitor(c *fiber.Ctx) error {
	v := &visit{}
	v.Language = "en"
	v.Network = s.svc.Keyed("network", s.network(c))
	if id, ok := s.svc.Unsign("guest", c.Cookies(guestCookie)); ok {
		v.guestID = id
		v.Guest = s.svc.Keyed("guest", id)
	}
	if token := c.Cookies(sessionCookie); token != "" {
		p, err := s.svc.Participant(c.UserContext(), token)
		if err != nil {
			return err
		}
		if p != nil {
			v.Participant, v.session = p, token
		}
	}
	c.Locals(keyVisitor, v)
	return c.Next()
}

// visitOf gives who asks; a request refused before visitor ran is a stranger's.
func visitOf(c *fiber.Ctx) *visit {
	if v, ok := c.Locals(keyVisitor).(*visit); ok {
		return v
	}
	return &visit{Actor: models.Actor{Language: "en"}}
}

func actorOf(c *fiber.Ctx) models.Actor { return visitOf(c).Actor }

// rememberGuest gives a browser that posts without an account the signed cookie
// by which it sees its own waiting texts.
func (s *Server) rememberGuest(c *fiber.Ctx) models.Actor {
	v := visitOf(c)
	if v.Participant == nil && v.Guest == "" {
		v.guestID = service.NewToken()
		v.Guest = s.svc.Keyed("guest", v.guestID)
		s.setCookie(c, guestCookie, s.svc.Sign("guest", v.guestID), 90*24*time.Hour)
	}
	return v.Actor
}

// requireSignIn is for pages that make no sense without a person.
func requireSignIn(c *fiber.Ctx) error {
	if visitOf(c).Participant == nil {
		return models.Fail(models.CodeUnauthenticated, "error.sign_in_first")
	}
	return nil
}
