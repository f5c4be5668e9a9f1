package handlers

import (
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// The cookies; none is set before it is needed.
const (
	cookiePrefix  = "folkmoot_"
	sessionCookie = cookiePrefix + "session"  // a random token, hashed in the store
	guestCookie   = cookiePrefix + "guest"    // signed: shows a guest their own waiting texts
	noticeCookie  = cookiePrefix + "notice"   // signed: what was just done, for the next page
	choicesPrefix = cookiePrefix + "choices_" // signed: votes that wait for an address, per consultation
)

func (s *Server) setCookie(c *fiber.Ctx, name, value string, life time.Duration) {
	c.Cookie(&fiber.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteLaxMode,
	})
}

func (s *Server) dropCookie(c *fiber.Ctx, name string) {
	c.Cookie(&fiber.Cookie{
		Name: name, Path: "/", Expires: time.Unix(1, 0), MaxAge: -1,
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// notice is one message for the next page, by key, so that nothing but our own
// sentences can ever be shown.
type notice struct {
	Kind string         `json:"k"`
	Key  string         `json:"m"`
	Args map[string]any `json:"a,omitempty"`
	Link string         `json:"l,omitempty"`
	Undo *ui.Undo       `json:"u,omitempty"`
}

func (s *Server) notify(c *fiber.Ctx, n notice) {
	b, err := json.Marshal(n)
	if err == nil {
		s.setCookie(c, noticeCookie, s.svc.Sign("notice", string(b)), 5*time.Minute)
	}
}

// done is the usual notice.
func (s *Server) done(c *fiber.Ctx, key string, args map[string]any) {
	s.notify(c, notice{Kind: "done", Key: key, Args: args})
}

// takeNotice reads the notice and drops it.
func (s *Server) takeNotice(c *fiber.Ctx, l *i18n.Localizer) *ui.Notice {
	raw := visitOf(c).cookies[noticeCookie]
	if raw == "" {
		return nil
	}
	s.dropCookie(c, noticeCookie)
	var n notice
	payload, ok := s.svc.Unsign("notice", raw)
	if !ok || json.Unmarshal([]byte(payload), &n) != nil {
		return nil
	}
	if count, ok := n.Args["count"].(float64); ok {
		n.Args["count"] = int(count)
	}
	return &ui.Notice{Kind: n.Kind, Text: l.Args(n.Key, n.Args), Link: n.Link, Undo: n.Undo}
}

// postForget drops every cookie of ours and ends the session behind it.
func (s *Server) postForget(c *fiber.Ctx) error {
	if v := visitOf(c); v.session != "" {
		if err := s.svc.SignOut(c.UserContext(), v.session); err != nil {
			return err
		}
	}
	for name := range ourCookies(c) {
		s.dropCookie(c, name)
	}
	s.done(c, "notice.forgotten", nil)
	return seeOther(c, "/")
}
