package handlers

import (
	"maps"
	"slices"
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
		return s.sendPreview(c, key, con)
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

// sendPreview sends the page of a draft to its organiser: the one that strangers will be
// sent once it is open, with a line above that says so. Nothing of it is kept.
func (s *Server) sendPreview(c *fiber.Ctx, key pagecache.Key, con models.Consultation) error {
	layout, subject := s.previewOf(c, key, con)
	p, err := s.public.consultation(c.UserContext(), key, layout, subject)
	if err != nil {
		return err
	}
	p.Preview = views.Preview{Slug: con.Slug, DatesAssumed: subject.C.ClosesAt != con.ClosesAt || subject.C.SuggestionsCloseAt != con.SuggestionsCloseAt}
	return ok(c, views.Consultation(p))
}

// sendIdeaPreview is sendPreview for the page of an idea.
func (s *Server) sendIdeaPreview(c *fiber.Ctx, key pagecache.Key, con models.Consultation) error {
	layout, subject := s.previewOf(c, key, con)
	p, err := s.public.idea(c.UserContext(), key, layout, subject)
	if err != nil {
		return err
	}
	p.Preview = views.Preview{Slug: con.Slug}
	return ok(c, views.Idea(p))
}

// previewOf returns the layout of a stranger's page and the draft as it will be once open.
func (s *Server) previewOf(c *fiber.Ctx, key pagecache.Key, con models.Consultation) (ui.LayoutData, ui.Subject) {
	private(c)
	now := s.svc.Now()
	layout := s.public.layout(key, now)
	layout.Private = true
	return layout, subjectAt(asOpen(con, now), key.Language().String(), now)
}

// asOpen is a draft as it will look once it is open. Dates that are not set yet, or
// past, stand three weeks ahead; nothing of it is written anywhere.
func asOpen(con models.Consultation, now time.Time) models.Consultation {
	con.State, con.OpensAt = models.StateOpen, now
	if !con.ClosesAt.After(now) {
		con.ClosesAt = now.AddDate(0, 0, 21)
	}
	if !con.SuggestionsCloseAt.After(now) {
		con.SuggestionsCloseAt = con.ClosesAt.Add(-models.SuggestionsLead)
	}
	return con
}

// showPreview is the page of a draft as strangers will see it, for its organiser. Once the
// consultation is open it leads to the page itself.
func (s *Server) showPreview(c *fiber.Ctx) error {
	if err := requireSignIn(c); err != nil {
		return err
	}
	m, err := s.svc.Manage(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	if m.Consultation.Public() {
		return seeOther(c, subjectPath(m.Consultation.Slug, 0))
	}
	key, err := s.keys.Parse(subjectPath(m.Consultation.Slug, 0), localizer(c).Language(), pagecache.Query{})
	if err != nil {
		return err
	}
	return s.sendPreview(c, key, m.Consultation)
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
	for _, r := range slices.Backward(revisions) { // the newest first
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
