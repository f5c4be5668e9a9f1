package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views/staff"
)

func (s *Server) showAdmin(c *fiber.Ctx) error {
	p, err := s.adminPage(c)
	if err != nil {
		return err
	}
	return ok(c, staff.Admin(p))
}

func (s *Server) adminPage(c *fiber.Ctx) (staff.AdminPage, error) {
	private(c)
	staffOnly := c.Query("people") != "all"
	people, next, err := s.svc.People(c.UserContext(), actorOf(c), staffOnly, c.Query("after"))
	if err != nil {
		return staff.AdminPage{}, err
	}
	jobs, _, err := s.svc.WaitingMail(c.UserContext(), actorOf(c), "")
	if err != nil {
		return staff.AdminPage{}, err
	}
	cons, err := s.svc.GrantScopes(c.UserContext(), actorOf(c))
	if err != nil {
		return staff.AdminPage{}, err
	}
	p := staff.AdminPage{
		LayoutData: s.layout(c, localizer(c).T("title.admin")), People: people, Consultations: cons, StaffOnly: staffOnly,
		Waiting: len(jobs), Holds: !s.CanMail, Form: typed(c, "email", "name", "role", "consultation"),
	}
	p.Private = true
	if next != "" {
		p.NextURL = "/admin?after=" + escape(next)
		if !staffOnly {
			p.NextURL += "&people=all"
		}
	}
	return p, nil
}

func (s *Server) adminAgain(c *fiber.Ctx, cause error) error {
	p, err := s.adminPage(c)
	if err != nil {
		return err
	}
	status, can := s.formProblem(c, &p.Form, cause)
	if !can {
		return cause
	}
	return render(c, status, staff.Admin(p))
}

func (s *Server) postGrant(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	err := s.svc.GrantRole(c.UserContext(), actorOf(c), field(c, "email"), field(c, "name"),
		models.Role(field(c, "role")), field(c, "consultation"))
	return s.peopleChanged(c, err, "notice.role_given")
}

func (s *Server) postRevoke(c *fiber.Ctx) error {
	err := s.svc.RevokeRole(c.UserContext(), actorOf(c), c.Params("id"), models.Grant{
		Role: models.Role(field(c, "role")), ConsultationID: field(c, "consultation"),
	})
	return s.peopleChanged(c, err, "notice.role_taken")
}

func (s *Server) peopleChanged(c *fiber.Ctx, err error, key string) error {
	if err != nil {
		return s.adminAgain(c, err)
	}
	s.done(c, key, nil)
	return seeOther(c, "/admin")
}

// postAdminLink shows a one-time sign-in link to hand over; it is shown once and mailed nowhere.
func (s *Server) postAdminLink(c *fiber.Ctx) error {
	token, err := s.svc.AdminLink(c.UserContext(), actorOf(c), c.Params("id"))
	if err != nil {
		return s.adminAgain(c, err)
	}
	p, err := s.adminPage(c)
	if err != nil {
		return err
	}
	p.Link, p.LinkFor = s.BaseURL+"/sign-in/"+token, c.Params("id")
	return ok(c, staff.Admin(p))
}

// showHeldMail shows the messages that wait, as they would be sent.
func (s *Server) showHeldMail(c *fiber.Ctx) error {
	private(c)
	jobs, next, err := s.svc.WaitingMail(c.UserContext(), actorOf(c), c.Query("after"))
	if err != nil {
		return err
	}
	p := staff.HeldMailPage{LayoutData: s.layout(c, localizer(c).T("title.held_mail")), Holds: !s.CanMail}
	p.Private = true
	for _, j := range jobs {
		if !strings.HasPrefix(string(j.Kind), "mail.") {
			continue
		}
		delete(j.Args, "choices") // votes are secret, from the admin too; the link's own page lists them
		m, err := s.Mail.RenderMail(j)
		if err != nil {
			return err
		}
		p.Messages = append(p.Messages, staff.HeldMail{Job: j, Subject: m.Subject, Text: m.Text})
	}
	if next != "" {
		p.NextURL = "/admin/mail?after=" + escape(next)
	}
	return ok(c, staff.WaitingMail(p))
}
