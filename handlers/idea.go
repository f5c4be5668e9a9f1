package handlers

import (
	"context"
	"maps"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/ui"
)

func (s *Server) showIdea(c *fiber.Ctx) error {
	p, con, key, err := s.publicPage(c)
	switch {
	case err != nil:
		return err
	case p == nil:
		return s.sendIdeaPreview(c, key, con)
	}
	return s.sendReaders(c, p, func() (map[string]templ.Component, error) { return s.ideaSlots(c, p, con) })
}

// ideaSlots returns the reader's own contents of the page's slots.
func (s *Server) ideaSlots(c *fiber.Ctx, p *page, con models.Consultation) (contents map[string]templ.Component, err error) {
	own := views.IdeaPage{LayoutData: s.readersLayout(c, p), Subject: p.Data.subject, Pending: s.pendingVotesView(c, con)}
	if own.Reply, err = s.readersReply(c, p, con); err != nil {
		return nil, err
	}
	rows, err := s.readersVotes(c, p, con)
	if err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		own.Row = rows[0]
	}
	waiting, err := s.waitingReplies(c, p, &own.LayoutData, con)
	if err != nil {
		return nil, err
	}
	noticeAbove(&own.LayoutData)
	contents = own.SlotContents()
	maps.Copy(contents, waiting)
	return contents, nil
}

// rankedIdea returns the idea's place in the sealed result, nil before sealing.
func rankedIdea(ctx context.Context, svc *service.Service, con models.Consultation, number int) (*models.ResultIdea, error) {
	if con.SealedAt.IsZero() {
		return nil, nil
	}
	r, _, err := svc.Result(ctx, con)
	if err != nil {
		return nil, err
	}
	for i := range r.Ideas {
		if r.Ideas[i].Number == number {
			return &r.Ideas[i], nil
		}
	}
	return nil, nil
}

func (s *Server) showSuggest(c *fiber.Ctx) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	if err := sub.C.Accepts(models.ActSuggest, s.svc.Now()); err != nil {
		return err
	}
	p, err := s.suggestPage(c, sub)
	if err != nil {
		return err
	}
	return ok(c, views.Suggest(p))
}

func (s *Server) suggestPage(c *fiber.Ctx, sub ui.Subject) (views.SuggestPage, error) {
	wait, err := waitText(c.UserContext(), s.svc, localizer(c), sub.C.ID)
	p := views.SuggestPage{
		LayoutData: s.layout(c, localizer(c).T("title.suggest")), Subject: sub,
		Form: typed(c, "name", "email", "title", "body"), Wait: wait, NoMail: !s.CanMail,
	}
	p.SignedIn, p.Member = signedInName(c), actorOf(c).Participant != nil
	return p, err
}

func (s *Server) postIdea(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	if asked, err := s.cookieFirst(c); asked {
		return err
	}
	sent, err := s.svc.SuggestIdea(c.UserContext(), s.rememberGuest(c), service.IdeaInput{
		Slug: c.Params("slug"), Name: field(c, "name"), Email: field(c, "email"),
		Title: field(c, "title"), Body: field(c, "body"),
	})
	if err != nil {
		return s.suggestAgain(c, err)
	}
	s.wake()
	s.rememberName(c)
	s.doneAt(c, sent.Item.String(), "notice.idea.sent", map[string]any{"reference": sent.Reference})
	if wantsJSON(c) {
		return c.Status(fiber.StatusCreated).JSON(sentJSONOf(sent))
	}
	return seeOther(c, subjectPath(c.Params("slug"), 0)+"#"+sent.Item.String())
}

func (s *Server) suggestAgain(c *fiber.Ctx, cause error) error {
	form := typed(c, "name", "email", "title", "body")
	status, can := s.formProblem(c, &form, cause)
	if !can {
		return cause
	}
	sub, err := s.subjectOf(c)
	if err != nil {
		return cause
	}
	p, err := s.suggestPage(c, sub)
	if err != nil {
		return cause
	}
	p.Form = form
	return render(c, status, views.Suggest(p))
}
