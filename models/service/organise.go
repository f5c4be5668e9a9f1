package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/models"
)

// Organised lists the consultations that the actor organises, the newest first,
// with the signed cursor of the next page.
func (s *Service) Organised(ctx context.Context, actor models.Actor, after string) ([]models.Consultation, string, error) {
	if err := models.Require(actor.Participant, models.MayOrganise, ""); err != nil {
		return nil, "", err
	}
	cursor, err := s.staffCursor("organised", after)
	if err != nil {
		return nil, "", err
	}
	ids, all := actor.Participant.Scope(models.RoleOrganiser)
	if !all {
		list, err := s.consultations(ctx, ids)
		return list, "", err
	}
	list, next, err := s.store.Consultations(ctx, models.ConsultationFilter{After: cursor, Limit: staffPage})
	return list, s.staffNext("organised", next), err
}

// consultations loads consultations by id, the newest first; unknown ones are left out.
func (s *Service) consultations(ctx context.Context, ids []string) ([]models.Consultation, error) {
	var list []models.Consultation
	for _, id := range ids {
		c, err := s.store.Consultation(ctx, id)
		if models.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b models.Consultation) int {
		if d := b.CreatedAt.Compare(a.CreatedAt); d != 0 {
			return d
		}
		return strings.Compare(b.ID, a.ID)
	})
	return list, nil
}

// MayCreate reports whether the actor may add a consultation: nil, or an Error of
// CodeUnauthenticated or CodeForbidden. Only who organises everywhere may.
func (s *Service) MayCreate(actor models.Actor) error {
	if err := models.Require(actor.Participant, models.MayOrganise, ""); err != nil {
		return err
	}
	if _, all := actor.Participant.Scope(models.RoleOrganiser); !all {
		return models.Fail(models.CodeForbidden, "error.staff.organiser_everywhere")
	}
	return nil
}

// NewConsultation adds a draft. Only who organises everywhere may. Without a
// slug it gets one made of its title; one that is taken is CodeInvalid.
func (s *Service) NewConsultation(ctx context.Context, actor models.Actor, in ConsultationInput) (models.Consultation, error) {
	if err := s.MayCreate(actor); err != nil {
		return models.Consultation{}, err
	}
	c, f := in.apply(models.Consultation{ID: newID(), State: models.StateDraft, CreatedAt: s.Now()})
	if strings.TrimSpace(in.Slug) == "" && !f.noted("slug") {
		var err error
		taken := func(slug string) (bool, error) { return s.slugTaken(ctx, slug, "") }
		if c.Slug, err = freeSlug(c.Slug, taken); err != nil {
			return models.Consultation{}, err
		}
	}
	if err := s.checkSlug(ctx, f, c); err != nil {
		return models.Consultation{}, err
	}
	if err := s.store.AddConsultation(ctx, c, nil, onConsultation(actor, models.AuditConsultationAdded, c).With("slug", c.Slug)); err != nil {
		return models.Consultation{}, err
	}
	return s.store.Consultation(ctx, c.ID)
}

// checkSlug notes a slug that another consultation has, and returns what is wrong.
func (s *Service) checkSlug(ctx context.Context, f *form, c models.Consultation) error {
	taken, err := s.slugTaken(ctx, c.Slug, c.ID)
	if err != nil {
		return err
	}
	if taken {
		f.add("slug", "error.consultation.slug")
	}
	return f.err()
}

func (s *Service) slugTaken(ctx context.Context, slug, except string) (bool, error) {
	c, err := s.store.ConsultationBySlug(ctx, slug)
	if models.IsNotFound(err) {
		return false, nil
	}
	return err == nil && c.ID != except, err
}

// EditConsultation replaces texts (in one language), settings, dates and, before
// opening, the slug. After opening the rules of CheckEdit hold, nothing that was
// needed to open may be emptied, and each edit is kept with its difference. An
// edit that changes nothing writes nothing. CodeConflict (error.consultation.changed) if
// the consultation was edited since in.Rev.
func (s *Service) EditConsultation(ctx context.Context, actor models.Actor, slug string, in ConsultationInput) (models.Consultation, error) {
	c, err := s.forStaff(ctx, actor, models.MayOrganise, slug)
	if err != nil {
		return models.Consultation{}, err
	}
	if in.Rev != c.Rev {
		return models.Consultation{}, models.Fail(models.CodeConflict, "error.consultation.changed")
	}
	in.Slug, in.Language = orElse(strings.TrimSpace(in.Slug), c.Slug), orElse(strings.TrimSpace(in.Language), c.Language)
	if c.State != models.StateDraft && !c.Coming(s.Now()) {
		in.OpensAt = c.OpensAt // it has begun
	}
	next, f := in.apply(c)
	reason := f.text("reason", in.Reason, models.MaxReason)
	if err := s.checkEdit(f, c, next, reason); err != nil {
		return models.Consultation{}, err
	}
	if err := s.checkSlug(ctx, f, next); err != nil {
		return models.Consultation{}, err
	}
	r, changed := revision(c, next, in.Language, reason)
	if !changed && next.Slug == c.Slug && next.Language == c.Language {
		return c, nil
	}
	var kept []models.ConsultationRevision
	if c.State != models.StateDraft {
		kept = append(kept, r)
	}
	return s.store.EditConsultation(ctx, next, kept, editEntry(actor, c, next, in.Language, reason))
}

// checkEdit adds the rules for what is public already to the form.
func (s *Service) checkEdit(f *form, c, next models.Consultation, reason string) error {
	if c.State == models.StateDraft {
		return nil
	}
	if err := f.take(c.CheckEdit(next, reason, s.Now())); err != nil {
		return err
	}
	// Measured before its opening, so that passed dates are no fault.
	return f.take(next.CheckOpening(next.OpensAt.Add(-1), true))
}

// Managed is everything about one consultation that its organiser works with.
type Managed struct {
	Consultation    models.Consultation
	Ideas           []models.Idea  // all of them, without tallies
	Waiting         int64          // items in the queue
	OpenBallotLinks int64          // voting links that can still be used
	Unconfirmed     int64          // votes that wait for a link
	Sealed          *models.Sealed // nil: not sealed
	Moves           []models.State // to which it may be moved by hand now
}

// Manage reads what the organiser's page of a consultation shows. It returns no
// tallies, which show with the sealed result alone.
func (s *Service) Manage(ctx context.Context, actor models.Actor, slug string) (m Managed, err error) {
	c, err := s.forStaff(ctx, actor, models.MayOrganise, slug)
	if err != nil {
		return Managed{}, err
	}
	m.Consultation, m.Moves = c, movesOf(c, s.Now())
	if m.Ideas, err = s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: c.ID, All: true}); err != nil {
		return Managed{}, fmt.Errorf("read the ideas: %w", err)
	}
	for i := range m.Ideas {
		m.Ideas[i].Tally, m.Ideas[i].FirstVote = models.Tally{}, time.Time{}
	}
	if m.Waiting, err = s.waiting(ctx, c.ID); err != nil {
		return Managed{}, err
	}
	if m.OpenBallotLinks, err = s.store.OpenBallotLinks(ctx, c.ID); err != nil {
		return Managed{}, fmt.Errorf("count the open links: %w", err)
	}
	if m.Unconfirmed, err = s.store.UnconfirmedVotes(ctx, c.ID); err != nil {
		return Managed{}, fmt.Errorf("count the unconfirmed votes: %w", err)
	}
	sealed, err := s.store.Sealed(ctx, c.ID)
	if err == nil {
		m.Sealed = &sealed
	} else if !models.IsNotFound(err) {
		return Managed{}, err
	}
	return m, nil
}

// waiting counts what the moderators of one consultation have before them.
func (s *Service) waiting(ctx context.Context, consultationID string) (int64, error) {
	n, err := s.store.QueueLength(ctx, models.QueueFilter{ConsultationIDs: []string{consultationID}})
	if err != nil {
		return 0, fmt.Errorf("count the queue: %w", err)
	}
	return n, nil
}
