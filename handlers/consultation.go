package handlers

import (
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/ui"
)

func (s *Server) consultation(c *fiber.Ctx) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	key, keep, err := s.pageKey(c, sub)
	if err != nil {
		return err
	}
	if !keep {
		return s.ownConsultation(c, sub)
	}
	kept, err := s.keep(c, key, func() (made, error) {
		p, err := s.consultationPage(c, sub)
		return made{views.Consultation(p), p.Ideas}, err
	})
	if err != nil {
		return err
	}
	s.gave(c, sub.C, sub.Clock.Now, kept)
	return s.sendConsultation(c, sub, kept)
}

func (s *Server) sendConsultation(c *fiber.Ctx, sub ui.Subject, kept *page) error {
	return s.send(c, kept, func() (map[string]templ.Component, error) {
		p := s.readersPage(c, sub)
		var err error
		p.Ideas, err = s.readersRows(c, sub, kept.rows)
		return p.SlotContents(), err
	})
}

// asOpen is a draft as it will look once it is open. Dates that are not set yet, or
// past, stand three weeks ahead; nothing of it is written anywhere.
func asOpen(con models.Consultation, now time.Time) models.Consultation {
	if con.State != models.StateDraft {
		return con
	}
	con.State, con.OpensAt = models.StateOpen, now
	if !con.ClosesAt.After(now) {
		con.ClosesAt = now.AddDate(0, 0, 21)
	}
	if !con.SuggestionsCloseAt.After(now) {
		con.SuggestionsCloseAt = con.ClosesAt.Add(-models.SuggestionsLead)
	}
	return con
}

// readersPage is the page with what differs from reader to reader alone.
func (s *Server) readersPage(c *fiber.Ctx, sub ui.Subject) views.ConsultationPage {
	p := views.ConsultationPage{
		LayoutData: s.frame(c, sub.Text.Title), Subject: sub, Pending: s.basketView(c, sub.C),
		Staff: s.svc.Rights(actorOf(c), sub.C).Manage,
	}
	p.Reply.SignedIn, p.Reply.Member = signedInName(c), actorOf(c).Participant != nil
	return p
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
	p, err := s.consultationPage(c, s.subject(c, asOpen(m.Consultation, s.svc.Now())))
	if err != nil {
		return err
	}
	p.Preview, p.Private, p.Staff = true, true, true
	private(c)
	return ok(c, views.Consultation(p))
}

func (s *Server) consultationPage(c *fiber.Ctx, sub ui.Subject) (views.ConsultationPage, error) {
	p := s.readersPage(c, sub)
	p.IdeaOrder, p.Preview, p.Changed = c.Query("ideas", "shuffled"), sub.State == models.StateDraft, !sub.C.EditedAt.IsZero()
	p.Suggest = sub.C.Accepts(models.ActSuggest, s.svc.Now()) == nil
	ideas, err := s.svc.Ideas(c.UserContext(), actorOf(c), service.IdeasRequest{
		Consultation: sub.C, Order: c.Query("ideas"), After: c.Query("ideas_after"),
	})
	if err != nil {
		return p, err
	}
	p.Ideas, p.IdeasFirst = s.ideaRows(c, sub, ideas.Items), ideas.First
	p.IdeasNext = onward(c, sub.URL(), "ideas_after", ideas.Next, "ideas")
	if p.Thread, err = s.thread(c, sub, "", sub.URL()); err != nil {
		return p, err
	}
	p.Thread.Total = max(0, sub.C.ReplyCount-ideas.Replies)
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
	p := views.ChangesPage{LayoutData: s.frame(c, localizer(c).T("title.changes", "title", sub.Text.Title)), Subject: sub}
	for _, r := range revisions {
		p.Changes = append(p.Changes, views.Change{At: r.At, Reason: r.Reason, Fields: textDiffs(r), Settings: r.Changes})
	}
	return ok(c, views.Changes(p))
}

func textDiffs(r models.ConsultationRevision) (diffs []ui.FieldDiff) {
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
			diffs = append(diffs, ui.FieldDiff{Name: f.name, Parts: diffRuns(service.WordDiff(f.before, f.after))})
		}
	}
	return diffs
}

func diffRuns(runs []service.DiffRun) []ui.DiffPart {
	out := make([]ui.DiffPart, len(runs))
	for i, r := range runs {
		out[i] = ui.DiffPart{Op: r.Op, Text: r.Text}
	}
	return out
}
