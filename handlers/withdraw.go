package handlers

import (
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/account"
	"folkmoot/views/ui"
)

// showWithdrawal asks who came by a private link whether they mean it.
func (s *Server) showWithdrawal(c *fiber.Ctx) error {
	v, err := s.svc.Contribution(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	back := "/contributions/" + c.Params("token")
	if !v.CanWithdraw {
		return seeOther(c, back)
	}
	return s.askToWithdraw(c, v, back+"/withdraw", back)
}

func (s *Server) postWithdrawal(c *fiber.Ctx) error {
	if err := s.svc.Withdraw(c.UserContext(), c.Params("token")); err != nil {
		return err
	}
	s.done(c, "notice.withdrawn", nil)
	return seeOther(c, toNotice("/contributions/"+c.Params("token")))
}

// showOwnWithdrawal asks the same of who sent a text from this browser or account.
func (s *Server) showOwnWithdrawal(c *fiber.Ctx) error {
	item, err := models.ParseItem(c.Params("item"))
	if err != nil {
		return err
	}
	v, err := s.svc.ForWithdrawal(c.UserContext(), actorOf(c), item)
	if err != nil {
		return err
	}
	place, err := s.svc.WaitingPlace(c.UserContext(), v.Item)
	if err != nil {
		return err
	}
	return s.askToWithdraw(c, v, "/withdraw/"+v.Item.String(), placeURL(place)+"#"+v.Item.String())
}

func (s *Server) postOwnWithdrawal(c *fiber.Ctx) error {
	item, err := models.ParseItem(c.Params("item"))
	if err != nil {
		return err
	}
	place, err := s.svc.WithdrawOwn(c.UserContext(), actorOf(c), item)
	if err != nil {
		return err
	}
	s.done(c, "notice.withdrawn."+string(item.Kind), nil)
	return seeOther(c, toNotice(placeURL(place)))
}

// askToWithdraw shows the text once more, with a button that withdraws it by action.
func (s *Server) askToWithdraw(c *fiber.Ctx, v service.ContributionView, action, back string) error {
	p := account.WithdrawPage{
		LayoutData: s.layout(c, localizer(c).T("title.withdraw")), Subject: s.subject(c, v.Consultation), Item: v.Item,
		Thing: ui.ContributionOf(v.Thing), Title: v.Title, HTML: v.HTML, Action: action, Back: back,
	}
	p.Private = true
	private(c)
	return ok(c, account.Withdraw(p))
}
