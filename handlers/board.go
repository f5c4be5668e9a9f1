package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/staff"
	"folkmoot/views/ui"
)

func (s *Server) showBoard(c *fiber.Ctx) error {
	private(c)
	list, err := s.svc.BoardList(c.UserContext(), actorOf(c))
	if err != nil {
		return err
	}
	p := staff.BoardPage{LayoutData: s.layout(c, localizer(c).T("title.board"))}
	p.Private = true
	for _, e := range list {
		p.Rows = append(p.Rows, staff.BoardRow{Subject: s.subject(c, e.Consultation), MustAnswer: e.MustAnswer, Answered: e.Answered})
	}
	return ok(c, staff.Board(p))
}

func (s *Server) showRespond(c *fiber.Ctx) error {
	p, err := s.respondPage(c)
	if err != nil {
		return err
	}
	return ok(c, staff.Respond(p))
}

func (s *Server) respondPage(c *fiber.Ctx) (staff.RespondPage, error) {
	private(c)
	board, err := s.svc.Board(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return staff.RespondPage{}, err
	}
	sub := s.subject(c, board.Consultation)
	p := staff.RespondPage{
		LayoutData: s.placingLayout(c, localizer(c).T("title.respond", "title", sub.Text.Title)), Subject: sub,
		Publish: board.CanPublish,
	}
	p.Private = true
	for _, r := range board.Rows {
		p.Rows = append(p.Rows, staff.RespondRow{Ranked: r.Ranked, Must: r.Must, Response: r.Response, Form: responseForm(r.Response)})
	}
	return p, nil
}

func responseForm(r *models.Response) ui.Form {
	f := ui.Form{Values: map[string]string{}, Errors: map[string]string{}}
	if r != nil {
		f.Values = map[string]string{"decision": string(r.Decision), "reason": r.Reason, "owner": r.Owner, "by": r.By}
	}
	return f
}

func (s *Server) postResponse(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	number, err := ideaNumber(c)
	if err != nil {
		return err
	}
	publish := field(c, "publish") != ""
	err = s.svc.Respond(c.UserContext(), actorOf(c), service.ResponseInput{
		Slug: c.Params("slug"), Number: number, Decision: models.ResponseDecision(field(c, "decision")),
		Reason: field(c, "reason"), Owner: field(c, "owner"), By: field(c, "by"), Publish: publish,
	})
	if err != nil {
		return s.respondAgain(c, number, err)
	}
	s.wake()
	key := "notice.response_saved"
	if publish {
		key = "notice.response_published"
	}
	place := "idea-" + strconv.Itoa(number)
	s.doneAt(c, place, key, map[string]any{"number": number})
	return seeOther(c, "/board/"+c.Params("slug")+"#"+place)
}

func (s *Server) respondAgain(c *fiber.Ctx, number int, cause error) error {
	p, err := s.respondPage(c)
	if err != nil {
		return cause
	}
	form := typed(c, "decision", "reason", "owner", "by")
	status, can := s.formProblem(c, &form, cause)
	if !can {
		return cause
	}
	for i := range p.Rows {
		if p.Rows[i].Ranked.Number == number {
			p.Rows[i].Form = form
		}
	}
	return render(c, status, staff.Respond(p))
}
