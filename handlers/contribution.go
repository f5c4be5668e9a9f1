package handlers

import (
	"github.com/gofiber/fiber/v2"

	"folkmoot/views/account"
	"folkmoot/views/ui"
)

// showContribution tells the holder of a private link what became of their text.
func (s *Server) showContribution(c *fiber.Ctx) error {
	v, err := s.svc.Contribution(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	p := account.ContributionPage{
		LayoutData: s.layout(c, localizer(c).T("title.contribution", "reference", v.Thing.Reference)),
		Subject:    s.subject(c, v.Consultation), Token: c.Params("token"), Item: v.Item, Thing: ui.ContributionOf(v.Thing),
		Title: v.Title, HTML: v.HTML, Number: v.Number, MergedNum: v.MergedInto, Response: ui.ResponseOf(v.Response),
		Withdraw: v.CanWithdraw, Confirm: v.CanConfirm, URL: v.Path,
	}
	p.Private = true
	private(c)
	if p.Wait, err = waitText(c.UserContext(), s.svc, localizer(c), v.Consultation.ID); err != nil {
		return err
	}
	if v.Number > 0 {
		p.Ranked, err = rankedIdea(c.UserContext(), s.svc, v.Consultation, v.Number)
	}
	if err != nil {
		return err
	}
	return ok(c, account.Contribution(p))
}

func (s *Server) postConfirmation(c *fiber.Ctx) error {
	used, err := s.svc.ConfirmContribution(c.UserContext(), c.Params("token"), sessionLife(c))
	if err != nil {
		return err
	}
	used.ReturnTo = "/contributions/" + c.Params("token")
	return s.signedIn(c, used)
}
