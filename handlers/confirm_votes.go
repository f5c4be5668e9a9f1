package handlers

import (
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/account"
	"folkmoot/views/ui"
)

// showConfirmVotes asks under which address the chosen votes shall count.
func (s *Server) showConfirmVotes(c *fiber.Ctx) error {
	p, _, err := s.confirmVotesPage(c)
	if err != nil {
		return err
	}
	if len(p.Choices) == 0 {
		return seeOther(c, p.URL())
	}
	return ok(c, account.ConfirmVotes(p))
}

func (s *Server) confirmVotesPage(c *fiber.Ctx) (account.ConfirmVotesPage, pendingVotes, error) {
	sub, err := s.subjectOf(c)
	if err != nil {
		return account.ConfirmVotesPage{}, pendingVotes{}, err
	}
	if err := sub.C.Accepts(models.ActVote, s.svc.Now()); err != nil {
		return account.ConfirmVotesPage{}, pendingVotes{}, err
	}
	b := s.pendingVotes(c, sub.C.Slug)
	votes, err := s.svc.PendingVotes(c.UserContext(), sub.C, b.Choices)
	p := account.ConfirmVotesPage{
		LayoutData: s.layout(c, localizer(c).T("title.confirm_votes")), Subject: sub, Choices: votes, Asked: b.Asked, NoMail: !s.CanMail && !s.ShowLinks,
		Form: typed(c, "email", "name", "capacity", "band", "remember"),
	}
	p.Private = true
	private(c)
	return p, b, err
}

func (s *Server) postConfirmVotes(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	p, b, err := s.confirmVotesPage(c)
	if err != nil {
		return err
	}
	if len(p.Choices) == 0 {
		return models.Fail(models.CodeInvalid, "error.vote.none_chosen")
	}
	if b.Browser == "" {
		b.Browser = service.NewToken()
	}
	actor := actorOf(c)
	actor.Guest = s.svc.Keyed("ballot", b.Browser)
	asked, err := s.svc.AskBallotLink(c.UserContext(), actor, service.BallotLinkInput{
		Slug: p.C.Slug, Email: p.Form.Value("email"), Name: p.Form.Value("name"),
		Capacity: models.Capacity(p.Form.Value("capacity")), Band: models.Band(p.Form.Value("band")), Choices: b.Choices,
	})
	if err != nil {
		status, can := s.formProblem(c, &p.Form, err)
		if !can {
			return err
		}
		return render(c, status, account.ConfirmVotes(p))
	}
	s.wake()
	s.rememberDevice(c)
	b.Asked, b.Link = shorten(asked.Address), asked.TokenHash
	if err := s.keepPending(c, b); err != nil {
		return err
	}
	return s.mailSent(c, asked, models.PurposeBallot, p.URL(), p.Form)
}

// mailSent says where the link goes, and has the form to ask for it again.
func (s *Server) mailSent(c *fiber.Ctx, asked service.Asked, purpose models.Purpose, back string, form ui.Form) error {
	p := account.MailSentPage{
		LayoutData: s.layout(c, ""), Address: asked.Address, Purpose: purpose,
		Minutes: int(models.SignInLife.Minutes()), NoMail: !s.CanMail, Return: back, Form: form,
	}
	p.Private = true
	private(c)
	p.Title = p.Heading()
	if s.ShowLinks && s.onThisMachine(c) {
		p.DemoLink = s.BaseURL + "/sign-in/" + asked.Token
	}
	return ok(c, account.MailSent(p))
}
