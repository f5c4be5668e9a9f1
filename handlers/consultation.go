package handlers

import (
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
)

func (s *Server) consultation(c *fiber.Ctx) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	p, err := s.consultationPage(c, sub)
	if err != nil {
		return err
	}
	return ok(c, views.Consultation(p))
}

// preview is the real page of a draft, for its organiser.
func (s *Server) preview(c *fiber.Ctx) error {
	if err := requireSignIn(c); err != nil {
		return err
	}
	m, err := s.svc.Manage(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	p, err := s.consultationPage(c, s.subject(c, m.Consultation))
	if err != nil {
		return err
	}
	p.Preview, p.Private = true, true
	private(c)
	return ok(c, views.Consultation(p))
}

func (s *Server) consultationPage(c *fiber.Ctx, sub views.Subject) (views.ConsultationPage, error) {
	actor := actorOf(c)
	p := views.ConsultationPage{
		Frame: s.frame(c, sub.Text.Title), Subject: sub, IdeaOrder: c.Query("ideas", "shuffled"),
		Preview: sub.State == models.StateDraft, Changed: !sub.C.EditedAt.IsZero(),
		Suggest: sub.C.Accepts(models.ActSuggest, s.svc.Now()) == nil,
		Staff:   models.Require(actor.Participant, models.MayOrganise, sub.C.ID) == nil,
		Basket:  s.basketView(c, sub.C),
	}
	ideas, err := s.svc.Ideas(c.UserContext(), actor, sub.C, c.Query("ideas"))
	if err != nil {
		return p, err
	}
	p.Ideas = s.ideaRows(c, sub, ideas)
	if p.Thread, err = s.thread(c, sub, "", sub.URL()); err != nil {
		return p, err
	}
	p.Thread.Total = sub.C.ReplyCount
	p.Reply, err = s.replyForm(c, sub, 0)
	return p, err
}

// changes shows what was edited after opening, word by word.
func (s *Server) changes(c *fiber.Ctx) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	revisions, err := s.svc.Changes(c.UserContext(), sub.C)
	if err != nil {
		return err
	}
	p := views.ChangesPage{Frame: s.frame(c, localizer(c).T("title.changes", "title", sub.Text.Title)), Subject: sub}
	for _, r := range revisions {
		p.Changes = append(p.Changes, views.Change{At: r.At, Reason: r.Reason, Fields: textDiffs(r), Settings: r.Changes})
	}
	return ok(c, views.Changes(p))
}

func textDiffs(r models.ConsultationRevision) (diffs []views.FieldDiff) {
	for _, f := range []struct{ name, before, after string }{
		{"field.title", r.Before.Title, r.After.Title},
		{"field.question", r.Before.Question, r.After.Question},
		{"field.body", r.Before.Body, r.After.Body},
		{"field.who_decides", r.Before.WhoDecides, r.After.WhoDecides},
		{"field.can_change", r.Before.CanChange, r.After.CanChange},
		{"field.contact", r.Before.Contact, r.After.Contact},
		{"field.other_formats", r.Before.OtherFormats, r.After.OtherFormats},
	} {
		if f.before != f.after {
			diffs = append(diffs, views.FieldDiff{Name: f.name, Runs: diffRuns(service.WordDiff(f.before, f.after))})
		}
	}
	return diffs
}

func diffRuns(runs []service.DiffRun) []views.DiffRun {
	out := make([]views.DiffRun, len(runs))
	for i, r := range runs {
		out[i] = views.DiffRun{Op: r.Op, Text: r.Text}
	}
	return out
}
