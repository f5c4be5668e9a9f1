package handlers

import (
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
)

const keyVisitor = "visitor"

// visit is who asks, and what their browser holds.
type visit struct {
	models.Actor
	session  string            // the token of the session cookie
	guestID  string            // what the guest cookie holds
	cookies  map[string]string // ours, by name
	remember bool              // the browser keeps them beyond its session
	unread   bool              // there is a session cookie, and the store did not say whose
}

// stranger is who holds no cookie of ours.
func stranger() *visit { return &visit{Actor: models.Actor{Language: "en"}} }

// session finds out who asks, before any page.
func (s *Server) session(c *fiber.Ctx) error {
	v := stranger()
	v.cookies = s.ourCookies(c)
	v.remember = v.cookies[rememberCookie] != ""
	network := s.clientNetwork(c) // of reads too: it warns of a header that cannot be used
	if !safeMethod(c.Method()) {
		v.Network = s.svc.Keyed("network", network)
	}
	if id, ok := s.svc.Unsign("guest", v.cookies[guestCookie]); ok {
		v.guestID = id
		v.Guest = s.svc.Keyed("guest", id)
	}
	if token := v.cookies[sessionCookie]; token != "" {
		p, err := s.svc.Participant(c.UserContext(), token)
		if err != nil { // not a stranger: nobody can tell
			v.unread = true
			c.Locals(keyVisitor, v)
			return err
		}
		if p != nil {
			v.Participant, v.session = p, token
		}
	}
	c.Locals(keyVisitor, v)
	return c.Next()
}

// visitOf returns who asks; a request refused before visitor ran is a stranger's.
func visitOf(c *fiber.Ctx) *visit {
	if v, ok := c.Locals(keyVisitor).(*visit); ok {
		return v
	}
	return stranger()
}

func actorOf(c *fiber.Ctx) models.Actor { return visitOf(c).Actor }

// rememberGuest returns a browser that posts without an account the signed cookie
// by which it sees its own waiting texts.
func (s *Server) rememberGuest(c *fiber.Ctx) models.Actor {
	v := visitOf(c)
	if v.Participant != nil {
		return v.Actor
	}
	s.rememberDevice(c)
	if v.Guest == "" {
		v.guestID = service.NewToken()
		v.Guest = s.svc.Keyed("guest", v.guestID)
		s.keepCookie(c, guestCookie, s.svc.Sign("guest", v.guestID))
	}
	return v.Actor
}

// cookieFirst asks a browser that sends its first text without an account to send it once
// more, with the guest cookie, before anything is stored: a form that is sent twice then
// comes from one guest both times. Who takes no cookies, or is no browser, is not asked
// again. It reports whether it has answered.
func (s *Server) cookieFirst(c *fiber.Ctx) (asked bool, err error) {
	v := visitOf(c)
	if v.Participant != nil || v.Guest != "" || c.Get("Sec-Fetch-Mode") != "navigate" || c.Query("again") != "" {
		return false, nil
	}
	s.rememberGuest(c)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return true, c.Redirect(c.Path()+"?again=1", fiber.StatusTemporaryRedirect)
}

// remembered reports whether the browser holds more of us than a notice to be read once.
func (v *visit) remembered() bool {
	_, notice := v.cookies[noticeCookie]
	return len(v.cookies) > 1 || (len(v.cookies) == 1 && !notice) || v.Guest != ""
}

// requireSignIn is for pages that make no sense without a person.
func requireSignIn(c *fiber.Ctx) error {
	if visitOf(c).Participant == nil {
		return models.Fail(models.CodeUnauthenticated, "error.sign_in_first")
	}
	return nil
}
