package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views/staff"
)

func (s *Server) postOrganiserIdea(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	_, err := s.svc.AddOrganiserIdea(c.UserContext(), actorOf(c), c.Params("slug"), field(c, "title"), field(c, "body"))
	return s.managed(c, err, ideaForm, "notice.idea_added")
}

// showDraftIdea is the form of one of the organiser's ideas of a draft.
func (s *Server) showDraftIdea(c *fiber.Ctx) error {
	p, err := s.draftIdeaPage(c)
	if err != nil {
		return err
	}
	return ok(c, staff.DraftIdea(p))
}

func (s *Server) draftIdeaPage(c *fiber.Ctx) (staff.DraftIdeaPage, error) {
	private(c)
	con, i, err := s.svc.DraftIdea(c.UserContext(), actorOf(c), c.Params("slug"), c.Params("idea"))
	if err != nil {
		return staff.DraftIdeaPage{}, err
	}
	p := staff.DraftIdeaPage{
		LayoutData: s.layout(c, localizer(c).T("title.draft_idea", "number", i.Number)), Subject: s.subject(c, con),
		ID: i.ID, Number: i.Number, Last: con.IdeaCount, Form: typed(c), MaxBody: max(models.MaxText, models.Chars(i.Body)),
	}
	p.Form.Values = map[string]string{"title": i.Title, "body": i.Body, "rev": strconv.FormatInt(i.Rev, 10)}
	p.Private = true
	return p, nil
}

func (s *Server) postDraftIdea(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	rev, _ := strconv.ParseInt(field(c, "rev"), 10, 64) // a rev that is no number matches no idea
	err := s.svc.EditOrganiserIdea(c.UserContext(), actorOf(c), c.Params("slug"), c.Params("idea"), rev, field(c, "title"), field(c, "body"))
	if err == nil {
		s.done(c, "notice.idea_saved", nil)
		return seeOther(c, "/organise/"+c.Params("slug")+"#idea-"+c.Params("idea"))
	}
	p, pageErr := s.draftIdeaPage(c)
	if pageErr != nil {
		return err
	}
	rereads := p.Form.Values["rev"]
	p.Form = typed(c, "title", "body", "rev")
	status, can := s.formProblem(c, &p.Form, err)
	if !can {
		return err
	}
	if models.CodeOf(err) == models.CodeConflict { // what was typed is kept; sending it again replaces what stands now
		p.Form.Values["rev"] = rereads
	}
	return render(c, status, staff.DraftIdea(p))
}

// postMoveDraftIdea puts an idea into another place among those of a draft.
func (s *Server) postMoveDraftIdea(c *fiber.Ctx) error {
	to, _ := strconv.Atoi(field(c, "to")) // no number is no place
	if err := s.svc.MoveOrganiserIdea(c.UserContext(), actorOf(c), c.Params("slug"), c.Params("idea"), to); err != nil {
		return s.manageAgain(c, err, ideaForm)
	}
	s.done(c, "notice.idea_moved", nil)
	return seeOther(c, "/organise/"+c.Params("slug")+"#idea-"+c.Params("idea"))
}

func (s *Server) postRemoveOrganiserIdea(c *fiber.Ctx) error {
	err := s.svc.RemoveOrganiserIdea(c.UserContext(), actorOf(c), c.Params("slug"), c.Params("idea"))
	return s.managed(c, err, ideaForm, "notice.idea_removed")
}
