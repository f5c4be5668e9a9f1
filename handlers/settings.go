package handlers

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views/staff"
	"folkmoot/views/ui"
)

// showSettings shows the site's settings in a form.
func (s *Server) showSettings(c *fiber.Ctx) error {
	private(c)
	v, err := s.svc.Settings(c.UserContext(), actorOf(c))
	if err != nil {
		return err
	}
	f := ui.Form{Values: map[string]string{"version": strconv.FormatInt(v.Version, 10)}}
	for _, kind := range models.LimitKinds() {
		f.Values[string(kind)] = strconv.Itoa(*v.Limits.Of(kind))
	}
	return ok(c, staff.Settings(s.settingsPage(c, f)))
}

func (s *Server) settingsPage(c *fiber.Ctx, f ui.Form) staff.SettingsPage {
	p := staff.SettingsPage{LayoutData: s.layout(c, localizer(c).T("title.settings")), Form: f}
	p.Private = true
	return p
}

// postSettings changes them. What is no number is as wrong as one out of range.
func (s *Server) postSettings(c *fiber.Ctx) error {
	private(c)
	if err := checkUTF8(c); err != nil {
		return err
	}
	f := typed(c, "version", "reason")
	next := models.DefaultSiteSettings()
	next.Version, _ = strconv.ParseInt(f.Values["version"], 10, 64)
	for _, kind := range models.LimitKinds() {
		f.Values[string(kind)] = field(c, string(kind))
		*next.Limits.Of(kind), _ = strconv.Atoi(strings.TrimSpace(f.Values[string(kind)]))
	}
	_, err := s.svc.EditSettings(c.UserContext(), actorOf(c), next, f.Values["reason"])
	if err != nil {
		status, can := s.formProblem(c, &f, err)
		if !can {
			return err
		}
		return render(c, status, staff.Settings(s.settingsPage(c, f)))
	}
	s.done(c, "notice.settings_saved", nil)
	return seeOther(c, "/admin/settings")
}
