package handlers

import (
	"maps"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"folkmoot/handlers/pagecache"
	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/ui"
)

func (s *Server) showConsultation(c *fiber.Ctx) error {
	p, con, key, err := s.publicPage(c)
	switch {
	case err != nil:
		return err
	case p == nil:
		return s.sendDraft(c, key, con)
	}
	return s.sendReaders(c, p, func() (map[string]templ.Component, error) { return s.consultationSlots(c, p, con) })
}

// consultationSlots returns the reader's own contents of the page's slots.
func (s *Server) consultationSlots(c *fiber.Ctx, p *page, con models.Consultation) (contents map[string]templ.Component, err error) {
	own := views.ConsultationPage{LayoutData: s.readersLayout(c, p), Subject: p.Data.subject}
	if own.Reply, err = s.readersReply(c, p, con); err != nil {
		return nil, err
	}
	if own.Ideas, err = s.readersVotes(c, p, con); err != nil {
		return nil, err
	}
	if err = s.waitingIdeas(c, p, con, &own); err != nil {
		return nil, err
	}
	waiting, err := s.waitingReplies(c, p, &own.LayoutData, con)
	if err != nil {
		return nil, err
	}
	noticeAbove(&own.LayoutData)
	s.personalise(c, con, &own)
	contents = own.SlotContents()
	maps.Copy(contents, waiting)
	return contents, nil
}

// personalise puts what is this reader's onto the page, apart from votes and texts.
func (s *Server) personalise(c *fiber.Ctx, con models.Consultation, p *views.ConsultationPage) {
	p.Pending = s.pendingVotesView(c, con)
	p.Staff = s.svc.Rights(actorOf(c), con).Manage
}

// sendDraft sends the page of a draft to its organiser. It is no public page: nothing of
// it is kept.
func (s *Server) sendDraft(c *fiber.Ctx, key pagecache.Key, con models.Consultation) error {
	layout := s.layout(c, "")
	p, err := s.public.consultation(c.UserContext(), key, layout, subjectAt(con, key.Language().String(), layout.Now))
	if err != nil {
		return err
	}
	return s.renderDraft(c, con, p)
}

func (s *Server) renderDraft(c *fiber.Ctx, con models.Consultation, p views.ConsultationPage) error {
	s.personalise(c, con, &p)
	for i := range p.Ideas {
		p.Ideas[i].Vote.Why = s.whyNoVote(c, con)
	}
	p.Preview, p.Reply.SignedIn, p.Reply.Member = true, signedInName(c), true
	return ok(c, views.Consultation(p))
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

// showPreview is the real page of a draft, for its organiser.
func (s *Server) showPreview(c *fiber.Ctx) error {
	if err := requireSignIn(c); err != nil {
		return err
	}
	m, err := s.svc.Manage(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	key, err := s.keys.Parse(subjectPath(m.Consultation.Slug, 0), localizer(c).Language(), pagecache.Query{})
	if err != nil {
		return err
	}
	layout := s.layout(c, "")
	p, err := s.public.consultation(c.UserContext(), key, layout, s.subject(c, asOpen(m.Consultation, layout.Now)))
	if err != nil {
		return err
	}
	p.Private = true
	private(c)
	return s.renderDraft(c, m.Consultation, p)
}

// showChanges shows what was edited after opening, word by word.
func (s *Server) showChanges(c *fiber.Ctx) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	revisions, err := s.svc.Changes(c.UserContext(), sub.C)
	if err != nil {
		return err
	}
	p := views.ChangesPage{LayoutData: s.layout(c, localizer(c).T("title.changes", "title", sub.Text.Title)), Subject: sub}
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
			diffs = append(diffs, ui.FieldDiff{Name: f.name, Parts: diffParts(service.WordDiff(f.before, f.after))})
		}
	}
	return diffs
}

func diffParts(parts []service.DiffPart) []ui.DiffPart {
	out := make([]ui.DiffPart, len(parts))
	for i, p := range parts {
		out[i] = ui.DiffPart{Op: p.Op, Text: p.Text}
	}
	return out
}
