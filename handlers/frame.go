package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

func localizer(c *fiber.Ctx) *i18n.Localizer { return i18n.For(visitOf(c).Language) }

// frame fills what the layout needs. The title is a whole sentence or name.
func (s *Server) frame(c *fiber.Ctx, title string) ui.Frame {
	v := visitOf(c)
	l := localizer(c)
	f := ui.Frame{
		L: l, Site: s.Site, Title: title, Path: c.OriginalURL(), Demo: s.Demo,
		Remembered: len(ourCookies(c)) > 0 || v.Guest != "",
		Notice:     s.takeNotice(c, l),
		Now:        s.svc.Now(),
	}
	if p := v.Participant; p != nil {
		f.Who = s.who(c, p)
	}
	if f.Remembered || f.Notice != nil || f.Who != nil {
		c.Set(fiber.HeaderCacheControl, "no-store")
	} else {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	c.Vary(fiber.HeaderCookie)
	return f
}

func (s *Server) who(c *fiber.Ctx, p *models.Participant) *ui.Who {
	w := &ui.Who{
		Name:      p.Name,
		Moderator: p.Has(models.RoleModerator, ""), Organiser: p.Has(models.RoleOrganiser, ""),
		Board: p.Has(models.RoleBoard, ""), Admin: p.Has(models.RoleAdmin, ""),
	}
	if w.Moderator {
		n, err := s.svc.QueueLength(c.UserContext(), actorOf(c))
		if err != nil { // the page matters more than the figure beside its menu
			s.log(c).Warn("queue length", "error", err)
		}
		w.Queue = n
	}
	return w
}

func (s *Server) subject(c *fiber.Ctx, con models.Consultation) views.Subject {
	now := s.svc.Now()
	return views.Subject{
		C: con, Text: con.Text(visitOf(c).Language), State: con.StateAt(now),
		Clock: ui.Clock{
			State: con.StateAt(now), Coming: con.Coming(now), OpensAt: con.OpensAt, ClosesAt: con.ClosesAt,
			AnswerBy: con.AnswerBy, Answered: con.AnsweredAt, Zone: con.TimeZone, Now: now,
		},
	}
}

// subjectOf loads the consultation of the address for this visitor.
func (s *Server) subjectOf(c *fiber.Ctx) (views.Subject, error) {
	con, err := s.svc.Consultation(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return views.Subject{}, err
	}
	return s.subject(c, con), nil
}

// ourCookies names the cookies of ours that the browser holds, but for the notice.
func ourCookies(c *fiber.Ctx) (names []string) {
	for k := range c.Request().Header.Cookies() {
		name := string(k)
		if strings.HasPrefix(name, "folkmoot_") && name != noticeCookie {
			names = append(names, name)
		}
	}
	return names
}

// seeOther answers a write: come and look, by GET.
func seeOther(c *fiber.Ctx, path string) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(path, fiber.StatusSeeOther)
}
