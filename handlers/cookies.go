package handlers

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// The cookies, as the handlers name them; none is set before it is needed. Under TLS a
// browser knows them with hostPrefix in front, so that no other host can set them.
const (
	hostPrefix     = "__Host-"
	cookiePrefix   = "folkmoot_"
	sessionCookie  = cookiePrefix + "session"  // a random token, hashed in the store
	guestCookie    = cookiePrefix + "guest"    // signed: shows a guest their own waiting texts
	noticeCookie   = cookiePrefix + "notice"   // encrypted: what was just done, for the next page
	choicesPrefix  = cookiePrefix + "choices_" // encrypted: votes that wait for an address, per consultation
	rememberCookie = cookiePrefix + "remember" // "1": the others outlive the browser's session
)

// rememberedFor is how long a device remembers somebody who wants it, from the last form
// on which they said so; votes that nobody confirms go earlier.
const (
	rememberedFor = 90 * 24 * time.Hour
	choicesLife   = 30 * 24 * time.Hour
)

// wireName returns the name by which browsers know a cookie.
func (s *Server) wireName(name string) string {
	if s.secure() {
		return hostPrefix + name
	}
	return name
}

// ourCookies returns the cookies of ours that the browser holds, by the names of the
// handlers. Nothing else reads cookies. Where a browser sends a name twice, the first
// counts, as it does in net/http.
func (s *Server) ourCookies(c *fiber.Ctx) map[string]string { return s.cookiesIn(&c.Request().Header) }

// cookiesIn is ourCookies before there is a Ctx.
func (s *Server) cookiesIn(h *fasthttp.RequestHeader) map[string]string {
	var ours map[string]string
	for k, v := range h.Cookies() {
		name, host := strings.CutPrefix(string(k), hostPrefix)
		if host != s.secure() || !strings.HasPrefix(name, cookiePrefix) {
			continue
		}
		if ours == nil {
			ours = map[string]string{}
		}
		if _, again := ours[name]; !again {
			ours[name] = string(v)
		}
	}
	return ours
}

// rememberDevice notes whether this browser keeps our cookies beyond its session, as the
// box of the form says that was sent.
func (s *Server) rememberDevice(c *fiber.Ctx) {
	v, before := visitOf(c), visitOf(c).remember
	v.remember = field(c, "remember") != ""
	switch {
	case v.remember:
		s.setCookie(c, rememberCookie, "1", rememberedFor)
	case before:
		s.dropCookie(c, rememberCookie)
	default:
		return
	}
	for name, value := range v.cookies {
		if name != noticeCookie && name != rememberCookie {
			s.keepCookie(c, name, value)
		}
	}
}

// keepCookie sets a cookie for as long as this browser is to remember it: for its session,
// unless its owner wants more.
func (s *Server) keepCookie(c *fiber.Ctx, name, value string) {
	life := rememberedFor
	switch {
	case !visitOf(c).remember:
		life = 0
	case name == sessionCookie:
		life = models.SessionLife * time.Second
	case strings.HasPrefix(name, choicesPrefix):
		life = choicesLife
	}
	s.setCookie(c, name, value, life)
}

// setCookie sets a cookie that lives for a time, 0 for the browser's session.
func (s *Server) setCookie(c *fiber.Ctx, name, value string, life time.Duration) {
	c.Cookie(&fiber.Cookie{
		Name: s.wireName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()), SessionOnly: life == 0,
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteLaxMode,
	})
}

func (s *Server) dropCookie(c *fiber.Ctx, name string) {
	c.Cookie(&fiber.Cookie{
		Name: s.wireName(name), Path: "/", Expires: time.Unix(1, 0), MaxAge: -1,
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// notice is one message for the next page, by key, so that nothing but our own
// sentences can ever be shown.
type notice struct {
	Kind string         `json:"k"`
	Key  string         `json:"m"`
	Args map[string]any `json:"a,omitempty"`
	At   string         `json:"t,omitempty"` // the place on that page; "": above it
	Undo *ui.Undo       `json:"u,omitempty"`
}

func (s *Server) notify(c *fiber.Ctx, n notice) {
	b, err := json.Marshal(n)
	if err == nil {
		s.setCookie(c, noticeCookie, s.svc.Encrypt("notice", string(b)), 5*time.Minute)
	}
}

// done is the usual notice.
func (s *Server) done(c *fiber.Ctx, key string, args map[string]any) {
	s.notify(c, notice{Kind: "done", Key: key, Args: args})
}

// doneAt is done for the place on the next page to which its address leads.
func (s *Server) doneAt(c *fiber.Ctx, at, key string, args map[string]any) {
	s.notify(c, notice{Kind: "done", Key: key, Args: args, At: at})
}

// toNotice is the address of a page at the notice above it, where a browser without a
// script puts its reader.
func toNotice(path string) string {
	path, _, _ = strings.Cut(path, "#")
	return path + "#notice"
}

// takeNotice reads the notice and drops it.
func (s *Server) takeNotice(c *fiber.Ctx, l *i18n.Localizer) *ui.Notice {
	raw := visitOf(c).cookies[noticeCookie]
	if raw == "" {
		return nil
	}
	s.dropCookie(c, noticeCookie)
	var n notice
	payload, ok := s.svc.Decrypt("notice", raw)
	if !ok || json.Unmarshal([]byte(payload), &n) != nil {
		return nil
	}
	if count, ok := n.Args["count"].(float64); ok {
		n.Args["count"] = int(count)
	}
	return &ui.Notice{Kind: n.Kind, Text: l.Args(n.Key, n.Args), At: n.At, Undo: n.Undo}
}

// postForget drops every cookie of ours and ends the session behind it.
func (s *Server) postForget(c *fiber.Ctx) error {
	if v := visitOf(c); v.session != "" {
		if err := s.svc.SignOut(c.UserContext(), v.session); err != nil {
			return err
		}
	}
	for name := range s.ourCookies(c) {
		s.dropCookie(c, name)
	}
	s.done(c, "notice.forgotten", nil)
	return seeOther(c, "/")
}
