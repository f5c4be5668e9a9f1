package handlers

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

func localizer(c *fiber.Ctx) *i18n.Localizer { return i18n.For(visitOf(c).Language) }

// layout fills what the layout needs. The title is a whole sentence or name.
func (s *Server) layout(c *fiber.Ctx, title string) ui.LayoutData {
	f := s.placingLayout(c, title)
	noticeAbove(&f)
	return f
}

// noticeAbove puts the notice above the page, whatever place it was meant for.
func noticeAbove(f *ui.LayoutData) {
	if f.Notice != nil {
		f.Notice.At = ""
	}
}

// placingLayout is layout for a page that shows a notice in the place that it names.
func (s *Server) placingLayout(c *fiber.Ctx, title string) ui.LayoutData {
	f := s.fillLayout(c, title)
	if f.Who != nil && f.Who.Moderator {
		f.Who.Queue = s.queueLength(c)
	}
	return f
}

// layoutAlone is layout without asking the store, for when it does not answer.
func (s *Server) layoutAlone(c *fiber.Ctx, title string) ui.LayoutData {
	f := s.fillLayout(c, title)
	noticeAbove(&f)
	return f
}

// fillLayout fills what can be told without the store.
func (s *Server) fillLayout(c *fiber.Ctx, title string) ui.LayoutData {
	v := visitOf(c)
	l := localizer(c)
	f := ui.LayoutData{
		L: l, Site: s.Site, Title: title, Path: pagePath(c), Demo: s.Demo,
		Remembered: v.remembered(), Remember: v.remember,
		Notice: s.takeNotice(c, l),
		Now:    s.svc.Now(),
	}
	if p := v.Participant; p != nil {
		f.Who = who(p)
	}
	f.Unsure = f.Who == nil && v.unread
	if f.Remembered || f.Notice != nil || f.Who != nil {
		c.Set(fiber.HeaderCacheControl, "no-store")
	} else {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	c.Vary(fiber.HeaderCookie)
	return f
}

// understood are the words of a query that choose what a page of one reader's own shows.
// Pages that all share have the address of their key.
var understood = []string{"after", "before", "ideas_after", "people", "q"}

// pagePath is the address of this page to come back to, with what it understands of the
// query, in one order. What is too long is left out.
func pagePath(c *fiber.Ctx) string {
	q := url.Values{}
	for _, k := range understood {
		if v := c.Query(k); v != "" && isGet(c) {
			q.Set(k, v)
		}
	}
	path := c.Path()
	if long := path + "?" + q.Encode(); len(q) > 0 && len(long) <= maxReturn {
		return long
	}
	if len(path) > maxReturn {
		return "/"
	}
	return path
}

func who(p *models.Participant) *ui.Who {
	return &ui.Who{
		Name:      p.Name,
		Moderator: p.Has(models.RoleModerator, ""), Organiser: p.Has(models.RoleOrganiser, ""),
		Board: p.Has(models.RoleBoard, ""), Admin: p.Has(models.RoleAdmin, ""),
	}
}

func (s *Server) queueLength(c *fiber.Ctx) int64 {
	n, err := s.svc.QueueLength(c.UserContext(), actorOf(c))
	if err != nil { // the page matters more than the figure beside its menu
		s.log(c).Warn("queue length", "error", err)
	}
	return n
}

func (s *Server) subject(c *fiber.Ctx, con models.Consultation) ui.Subject {
	return subjectAt(con, visitOf(c).Language, s.svc.Now())
}

// subjectOf loads the consultation of the address for this visitor.
func (s *Server) subjectOf(c *fiber.Ctx) (ui.Subject, error) {
	con, err := s.svc.Consultation(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return ui.Subject{}, err
	}
	return s.subject(c, con), nil
}

// seeOther answers a write: come and look, by GET.
func seeOther(c *fiber.Ctx, path string) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(path, fiber.StatusSeeOther)
}
