package handlers

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/ui"
)

func (s *Server) idea(c *fiber.Ctx) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(c.Params("number"))
	if err != nil {
		return models.Fail(models.CodeNotFound, "error.page.unknown")
	}
	key, keep, err := s.pageKey(c, sub)
	if err != nil {
		return err
	}
	if !keep {
		p, err := s.ideaPage(c, sub, number)
		if err != nil {
			return err
		}
		return ok(c, views.Idea(views.IdeaPage(p)))
	}
	kept, err := s.keep(c, key, func() (made, error) {
		p, err := s.ideaPage(c, sub, number)
		return made{views.Idea(views.IdeaPage(p)), []views.IdeaRow{p.Row}}, err
	})
	if err != nil {
		return err
	}
	s.gave(c, sub.C, sub.Clock.Now, kept)
	return s.send(c, kept, func() (map[string]templ.Component, error) {
		p := views.IdeaPage{LayoutData: s.frame(c, ""), Subject: sub, Pending: s.basketView(c, sub.C)}
		p.Reply.SignedIn, p.Reply.Member = signedInName(c), actorOf(c).Participant != nil
		rows, err := s.readersRows(c, sub, kept.rows)
		if len(rows) > 0 {
			p.Row = rows[0]
		}
		return p.SlotContents(), err
	})
}

// readersRows gives those of the rows whose ballot this reader sees otherwise than a
// stranger, for whom they were made.
func (s *Server) readersRows(c *fiber.Ctx, sub ui.Subject, rows []views.IdeaRow) ([]views.IdeaRow, error) {
	mine, err := s.svc.OwnVotes(c.UserContext(), actorOf(c), sub.C.ID)
	if err != nil {
		return nil, err
	}
	var own []views.IdeaRow
	basket, why := s.basket(c, sub.C.Slug), s.whyNoVote(c, sub.C)
	for _, row := range rows {
		strangers := row.Vote
		row.Vote.Choice, row.Vote.Why = mine[row.Idea.ID], why
		if row = basket.onto(c, row); row.Vote != strangers {
			own = append(own, row)
		}
	}
	return own, nil
}

// onto shows what a browser without a session chose on an idea, as waiting.
func (b basket) onto(c *fiber.Ctx, row views.IdeaRow) views.IdeaRow {
	if chosen, ok := b.Choices[row.Idea.Number]; ok && actorOf(c).Participant == nil {
		row.Vote.Choice, row.Vote.Waiting = chosen, true
	}
	return row
}

func (s *Server) ideaPage(c *fiber.Ctx, sub ui.Subject, number int) (p ideaReplyPage, err error) {
	v, err := s.svc.Idea(c.UserContext(), actorOf(c), sub.C, number)
	if err != nil {
		return p, err
	}
	p = ideaReplyPage{
		LayoutData: s.frame(c, localizer(c).T("title.idea", "number", number, "title", v.Idea.Title)),
		Subject:    sub, Row: s.ideaRows(c, sub, []service.IdeaView{v})[0], Pending: s.basketView(c, sub.C),
	}
	if p.Thread, err = s.thread(c, sub, v.Idea.ID, subjectPath(sub.C.Slug, number)); err != nil {
		return p, err
	}
	p.Thread.Total = v.Idea.ReplyCount
	if p.Reply, err = s.replyForm(c, sub, number); err != nil {
		return p, err
	}
	p.Ranked, err = s.rankedIdea(c, sub.C, number)
	return p, err
}

// rankedIdea gives the idea's place in the sealed result, nil before sealing.
func (s *Server) rankedIdea(c *fiber.Ctx, con models.Consultation, number int) (*models.ResultIdea, error) {
	if con.SealedAt.IsZero() {
		return nil, nil
	}
	r, _, err := s.svc.Result(c.UserContext(), con)
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

// ideaRows adds to each idea the reader's ballot on it.
func (s *Server) ideaRows(c *fiber.Ctx, sub ui.Subject, list []service.IdeaView) []views.IdeaRow {
	basket := s.basket(c, sub.C.Slug)
	why := s.whyNoVote(c, sub.C)
	wait, err := s.waitText(c, sub.C.ID)
	if err != nil {
		s.log(c).Warn("usual wait", "error", err)
	}
	rows := make([]views.IdeaRow, len(list))
	for i, v := range list {
		b := views.VoteForm{
			Slug: sub.C.Slug, Number: v.Idea.Number, Title: v.Idea.Title, Choice: v.Mine, Why: why,
			Closed: sub.C.Accepts(models.ActVote, s.svc.Now()) != nil, Return: pagePath(c, sub.URL()),
		}
		rows[i] = basket.onto(c, views.IdeaRow{Idea: views.PublicIdeaOf(v.Idea), Slug: sub.C.Slug, Vote: b, Tally: v.Tally, Waiting: v.Waiting, Wait: wait, CanEdit: v.CanEdit})
	}
	return rows
}

// whyNoVote says why this person cannot vote here; "" for who can, or may yet sign in.
func (s *Server) whyNoVote(c *fiber.Ctx, con models.Consultation) string {
	if p := actorOf(c).Participant; p != nil {
		return s.sentence(localizer(c), p.CheckVote(con))
	}
	return ""
}

func (s *Server) suggestForm(c *fiber.Ctx) error {
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
	wait, err := s.waitText(c, sub.C.ID)
	p := views.SuggestPage{
		LayoutData: s.frame(c, localizer(c).T("title.suggest")), Subject: sub,
		Form: typed(c, "name", "email", "title", "body"), Wait: wait,
	}
	p.SignedIn, p.Member = signedInName(c), actorOf(c).Participant != nil
	return p, err
}

func (s *Server) suggest(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
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
	s.sentNotice(c, "idea", sent)
	if wantsJSON(c) {
		return c.Status(fiber.StatusCreated).JSON(fiber.Map{"reference": sent.Reference, "item": sent.Item.String()})
	}
	return seeOther(c, subjectPath(c.Params("slug"), 0)+"#"+sent.Item.String())
}

func (s *Server) suggestAgain(c *fiber.Ctx, cause error) error {
	form := typed(c, "name", "email", "title", "body")
	status, can := s.problem(c, &form, cause)
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
