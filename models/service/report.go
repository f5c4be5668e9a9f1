package service

import (
	"context"
	"slices"

	"folkmoot/models"
)

// ReportView is a published text that somebody may report.
type ReportView struct {
	Consultation models.Consultation
	Item         models.Item
	Name, HTML   string // who wrote it, and what; an idea's title is part of Title
	Title        string // of an idea
	IdeaNumber   int    // of the idea it is, or in whose thread it stands; 0: none
	Path         string // where it stands
}

// ForReport returns a published text. CodeNotFound for anything else.
func (s *Service) ForReport(ctx context.Context, item models.Item) (ReportView, error) {
	t, c, err := s.reportable(ctx, item)
	if err != nil {
		return ReportView{}, err
	}
	v := ReportView{Consultation: c, Item: item, Name: t.AuthorName, IdeaNumber: t.AtIdea(), Path: publicPath(c.Slug, t)}
	v.Title, _, v.HTML = t.Words()
	return v, nil
}

func (s *Service) reportable(ctx context.Context, item models.Item) (text, models.Consultation, error) {
	t, err := s.load(ctx, item)
	if err != nil {
		return t, models.Consultation{}, err
	}
	c, err := s.store.Consultation(ctx, t.ConsultationID)
	if err == nil && (!c.Public() || t.Status != models.StatusPublished || !item.Kind.Rules().Reportable) {
		err = models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	return t, c, err
}

// Report puts a published text into the queue, with the reason, and returns a
// reference to quote. Anybody may; the same report from one network is one while it is open.
// CodeNotFound, CodeInvalid without a reason,
// CodeLimited.
func (s *Service) Report(ctx context.Context, actor models.Actor, item models.Item, reason string) (reference string, err error) {
	t, c, err := s.reportable(ctx, item)
	if err != nil {
		return "", err
	}
	var f form
	reason = f.body("reason", reason, models.MaxReason)
	if err := f.err(); err != nil {
		return "", err
	}
	if err := s.allow(ctx, models.LimitReports, actor.Network); err != nil {
		return "", err
	}
	jobs, err := s.queueJobs(ctx, c, t.ParticipantID)
	if err != nil {
		return "", err
	}
	r := models.Report{
		Item: item, ConsultationID: c.ID, Reason: reason,
		Reference: NewReference(), Network: actor.Network, CreatedAt: s.Now(),
	}
	form := sameForm{"report", actor.ID(), actor.Network, item.String(), reason}
	_, err = s.addOnce(form, func(id string) error {
		r.ID = id
		return s.store.AddReport(ctx, r, jobs)
	}, func(id string) (bool, error) {
		entry, err := s.store.QueueEntry(ctx, item)
		at := slices.IndexFunc(entry.Reports, func(open models.Report) bool { return open.ID == id && open.ClosedBy == 0 })
		if at >= 0 {
			r.Reference = entry.Reports[at].Reference
		}
		return at >= 0, err
	})
	return r.Reference, err
}
