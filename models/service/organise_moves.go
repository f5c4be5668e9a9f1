package service

import (
	"context"
	"errors"
	"time"

	"folkmoot/models"
)

// movesOf lists the states to which an organiser may move c now.
func movesOf(c models.Consultation, now time.Time) (moves []models.State) {
	for _, next := range []models.State{
		models.StateOpen, models.StatePaused, models.StateSealed, models.StateWithdrawn,
	} {
		if c.CheckMove(next, "because", now) == nil {
			moves = append(moves, next)
		}
	}
	return moves
}

// Missing lists what is missing before c can open now.
func (s *Service) Missing(c models.Consultation) []models.FieldError {
	e, ok := errors.AsType[*models.Error](c.CheckOpening(s.Now(), s.cfg.CanMail))
	if !ok {
		return nil
	}
	return e.Fields
}

// Open opens a draft at opensAt, or now if that is zero or past; until then it is
// announced as coming. CodeInvalid lists what is missing, CodeConflict if it is no
// draft or was edited since rev.
func (s *Service) Open(ctx context.Context, actor models.Actor, slug string, opensAt time.Time, rev int64) (models.Consultation, error) {
	return s.move(ctx, actor, models.AuditConsultationOpened, slug, rev, func(c *models.Consultation, now time.Time) error {
		if c.State != models.StateDraft {
			return models.Fail(models.CodeConflict, "error.consultation.move",
				"from", string(c.StateAt(now)), "to", string(models.StateOpen))
		}
		c.OpensAt = models.Millis(opensAt)
		if !c.OpensAt.After(now) {
			c.OpensAt = now
		}
		c.State, c.StateReason = models.StateOpen, ""
		return c.CheckOpening(now, s.cfg.CanMail)
	})
}

// Pause stops everything the public can do, with a public reason.
func (s *Service) Pause(ctx context.Context, actor models.Actor, slug, reason string, rev int64) (models.Consultation, error) {
	return s.move(ctx, actor, models.AuditConsultationPaused, slug, rev, func(c *models.Consultation, now time.Time) error {
		c.PausedAt = now
		return moveWithReason(c, models.StatePaused, reason, now)
	})
}

// Resume goes on after a pause. The reason, if there is one, is public; the
// closing time stands.
func (s *Service) Resume(ctx context.Context, actor models.Actor, slug, reason string, rev int64) (models.Consultation, error) {
	return s.move(ctx, actor, models.AuditConsultationResumed, slug, rev, func(c *models.Consultation, now time.Time) error {
		if c.State != models.StatePaused {
			return models.Fail(models.CodeConflict, "error.consultation.move",
				"from", string(c.StateAt(now)), "to", string(models.StateOpen))
		}
		c.PausedAt = time.Time{}
		return moveWithReason(c, models.StateOpen, reason, now)
	})
}

// WithdrawConsultation ends it for good, with a public reason.
func (s *Service) WithdrawConsultation(ctx context.Context, actor models.Actor, slug, reason string, rev int64) (models.Consultation, error) {
	return s.move(ctx, actor, models.AuditWithdrawn, slug, rev, func(c *models.Consultation, now time.Time) error {
		return moveWithReason(c, models.StateWithdrawn, reason, now)
	})
}

// moveWithReason checks the move and its reason and sets both.
func moveWithReason(c *models.Consultation, next models.State, reason string, now time.Time) error {
	var f form
	reason = f.text("reason", reason, models.MaxReason)
	if err := f.err(); err != nil {
		return err
	}
	if err := c.CheckMove(next, reason, now); err != nil {
		return err
	}
	c.State, c.StateReason = next, reason
	return nil
}

// move loads a consultation for its organiser, lets set move it and stores it, as an act of
// the audit log.
func (s *Service) move(ctx context.Context, actor models.Actor, act models.AuditAct, slug string, rev int64, set func(*models.Consultation, time.Time) error) (models.Consultation, error) {
	c, err := s.forStaff(ctx, actor, models.MayOrganise, slug)
	if err != nil {
		return models.Consultation{}, err
	}
	if rev != c.Rev {
		return models.Consultation{}, models.Fail(models.CodeConflict, "error.consultation.changed")
	}
	if err := set(&c, s.Now()); err != nil {
		return models.Consultation{}, err
	}
	by := onConsultation(actor, act, c).Because(c.StateReason)
	if act == models.AuditConsultationOpened {
		by = by.With("opens_at", c.OpensAt.Format(time.RFC3339))
	}
	return s.store.MoveConsultation(ctx, c, by)
}
