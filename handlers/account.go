package handlers

import (
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/account"
)

func (s *Server) showAccount(c *fiber.Ctx) error {
	if err := requireSignIn(c); err != nil {
		return err
	}
	return ok(c, account.Account(s.accountPage(c)))
}

func (s *Server) accountPage(c *fiber.Ctx) account.AccountPage {
	who := visitOf(c).Participant
	p := account.AccountPage{LayoutData: s.layout(c, localizer(c).T("title.account")), Address: who.Address, Form: typed(c, "name", "capacity", "band")}
	if c.Method() == fiber.MethodGet {
		p.Form.Values = map[string]string{"name": who.Name, "capacity": string(who.Capacity), "band": string(who.Band)}
	}
	p.Private = true
	private(c)
	return p
}

func (s *Server) postAccount(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	if err := requireSignIn(c); err != nil {
		return err
	}
	err := s.svc.EditAccount(c.UserContext(), actorOf(c), service.AccountInput{
		Name: field(c, "name"), Capacity: models.Capacity(field(c, "capacity")), Band: models.Band(field(c, "band")),
	})
	if err == nil {
		s.done(c, "notice.account_saved", nil)
		return seeOther(c, "/account")
	}
	p := s.accountPage(c)
	status, can := s.formProblem(c, &p.Form, err)
	if !can {
		return err
	}
	return render(c, status, account.Account(p))
}

func (s *Server) postSignOutEverywhere(c *fiber.Ctx) error {
	if err := requireSignIn(c); err != nil {
		return err
	}
	if err := s.svc.SignOutEverywhere(c.UserContext(), actorOf(c)); err != nil {
		return err
	}
	s.dropCookie(c, sessionCookie)
	s.done(c, "notice.signed_out_everywhere", nil)
	return seeOther(c, "/")
}
