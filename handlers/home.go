package handlers

import (
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views"
	"folkmoot/views/ui"
)

func (s *Server) showHome(c *fiber.Ctx) error {
	lists, err := s.svc.Home(c.UserContext(), c.Query("after"))
	if err != nil {
		return err
	}
	p := views.HomePage{
		LayoutData: s.layout(c, ""), NoAdmin: lists.Unused,
		Open: s.subjects(c, lists.Open), Coming: s.subjects(c, lists.Coming), Past: s.subjects(c, lists.Past),
	}
	if lists.NextPast != "" {
		p.NextPast = "/?after=" + escape(lists.NextPast) + "#past"
	}
	return ok(c, views.Home(p))
}

func (s *Server) subjects(c *fiber.Ctx, list []models.Consultation) []ui.Subject {
	out := make([]ui.Subject, len(list))
	for i, con := range list {
		out[i] = s.subject(c, con)
	}
	return out
}

func (s *Server) showSearch(c *fiber.Ctx) error {
	query := c.Query("q")
	hits, err := s.svc.Search(c.UserContext(), query)
	if err != nil {
		return err
	}
	f := s.layout(c, localizer(c).T("title.search"))
	return ok(c, views.Search(views.SearchPage{LayoutData: f, Query: query, Hits: hits}))
}

// hostPages are the host's own pages.
var hostPages = []string{"privacy", "terms", "accessibility", "rules", "contact"}

func (s *Server) showHostPage(name string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f := s.layout(c, localizer(c).T("title."+name))
		return ok(c, views.Host(views.HostPage{LayoutData: f, Name: name}))
	}
}
