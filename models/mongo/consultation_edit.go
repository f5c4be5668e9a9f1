package mongo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/models"
)

// EditConsultation implements models.ConsultationStore.
func (s *Store) EditConsultation(ctx context.Context, c models.Consultation, revisions []models.ConsultationRevision) (now models.Consultation, err error) {
	err = s.act(ctx, func(a *act) error {
		old, err := a.editable(c)
		if err != nil {
			return err
		}
		if c.Slug != old.Slug {
			if err = a.reserve(slugKey(c.Slug), c.ID); err != nil {
				return err
			}
		}
		e, err := a.replaceTexts(old, c, revisions)
		if err == nil {
			return errorOr(a.follow(c.ID, e), func() error { now, err = s.Consultation(a.ctx, c.ID); return err })
		}
		if c.Slug != old.Slug && !unknown(err) {
			_ = a.release(slugKey(c.Slug)) // what stays, the sweep takes out
		}
		return err
	})
	return now, err
}

// editable reads the consultation once no other edit of it is on its way.
func (a *act) editable(c models.Consultation) (consultation, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		old, err := a.s.registered(a.ctx, c.ID)
		if err == nil {
			err = movable(old, c, a.now)
		}
		if err != nil || old.Rev != c.Rev {
			return old, changedSince(err)
		}
		if !old.holds(textsItem) {
			return old, nil
		}
		if err = a.s.help(a.ctx, c.ID, a.now); err != nil {
			return old, err
		}
		if err = a.wait(pause); err != nil {
			return old, err
		}
	}
}

// movable refuses to move dates or settings once voting has closed, at the store's
// time: the edit may have been checked a moment before.
func movable(d consultation, next models.Consultation, now time.Time) error {
	old := d.model()
	moved := old.SettingChanges(next)
	if state := old.StateAt(now); len(moved) == 0 || state == models.StateDraft || state == models.StateOpen || state == models.StatePaused {
		return nil
	}
	return models.Fail(models.CodeClosed, "error.edit.closed")
}

// changedSince tells why no consultation had that revision.
func changedSince(err error) error {
	if err != nil {
		return err
	}
	return models.Fail(models.CodeConflict, "error.consultation.changed")
}

// replaceTexts is the act of an edit: the consultation changes, under its revision,
// and says in an entry what follows.
func (a *act) replaceTexts(old consultation, c models.Consultation, revisions []models.ConsultationRevision) (entry, error) {
	if err := errorOr(a.ask(), func() error { return movable(old, c, a.now) }); err != nil {
		return entry{}, err
	}
	revisions = slices.Clone(revisions)
	for n := range revisions {
		revisions[n].At = a.now
	}
	e := entry{
		Op: a.id, Kind: kindTexts, At: a.now, Until: a.now.Add(a.s.o.actTime + slack), Items: []string{textsItem}, Rev: c.Rev + 1,
		Revisions: toJSON(revisions),
	}
	if c.Slug != old.Slug {
		e.Slug = old.Slug
	}
	set := eq("slug", c.Slug, "language", c.Language, "texts", storedTexts(c.Texts), "settings", settings(c.Settings),
		"zone", c.TimeZone, "opensAt", c.OpensAt, "suggestionsCloseAt", c.SuggestionsCloseAt, "closesAt", c.ClosesAt,
		"answerBy", c.AnswerBy, "op", a.id)
	if old.State != models.StateDraft {
		set = append(set, field{Key: "editedAt", Value: a.now})
	}
	a.commit()
	done, err := a.s.update(a.ctx, "consultations",
		eq("_id", c.ID, "rev", c.Rev, "inflight.kind", eq("$ne", kindSeal)),
		eq("$set", set, "$inc", eq("rev", int64(1), "version", int64(1)), "$push", eq("inflight", e)))
	if err == nil && !done { // by this act, and the answer was lost? Its entry tells
		done, err = a.s.has(a.ctx, "consultations", eq("_id", c.ID, "inflight.op", a.id))
	}
	if err == nil && !done {
		err = changedSince(nil)
	}
	return e, err
}

// followTexts keeps the revisions, makes the words searchable and settles the slugs.
func (s *Store) followTexts(ctx context.Context, id string, e entry, _ bool) error {
	if err := s.keepRevisions(ctx, id, e); err != nil {
		return err
	}
	c, err := s.consultation(ctx, eq("_id", id))
	if err != nil {
		return err
	}
	if err = s.indexConsultation(ctx, c); err != nil {
		return err
	}
	if e.Rev == 1 {
		if err = s.indexIdeas(ctx, eq("c", id)); err != nil {
			return err
		}
	}
	if err = s.settleReservation(ctx, slugKey(c.Slug), id); err != nil {
		return err
	}
	if e.Slug != "" {
		if err = s.remove(ctx, "reservations", eq("_id", slugKey(e.Slug), "c", id), false); err != nil {
			return err
		}
	}
	return s.complete(ctx, id, e.Op, nil, nil)
}

// revision is a models.ConsultationRevision as it is stored.
type revision struct {
	ID       string    `bson:"_id"` // consultation, revision, place in the edit: lists go by it
	C        string    `bson:"c"`
	Revision string    `bson:"id"`
	Language string    `bson:"language"`
	Before   string    `bson:"before"` // JSON of a text
	After    string    `bson:"after"`
	Reason   string    `bson:"reason"`
	Changes  string    `bson:"changes"` // JSON
	At       time.Time `bson:"at"`
}

func (s *Store) keepRevisions(ctx context.Context, id string, e entry) error {
	list, err := fromJSON[[]models.ConsultationRevision](e.Revisions)
	for n, r := range list {
		if err != nil {
			return err
		}
		d := revision{
			ID: strings.Join([]string{id, hex(e.Rev), fmt.Sprintf("%04d", n)}, "."), C: id, Revision: r.ID, Language: r.Language,
			Before: toJSON(r.Before), After: toJSON(r.After), Reason: r.Reason, Changes: toJSON(r.Changes), At: r.At,
		}
		_, err = s.insert(ctx, "revisions", d.ID, "", d)
	}
	return err
}

// ConsultationRevisions implements models.ConsultationStore.
func (s *Store) ConsultationRevisions(ctx context.Context, id string) (list []models.ConsultationRevision, err error) {
	q := query{coll: "revisions", filter: eq("c", id), sort: eq("_id", 1)}
	err = each(ctx, s, q, func(d revision) error {
		r, err := d.model()
		list = append(list, r)
		return err
	})
	return list, err
}

func (d revision) model() (models.ConsultationRevision, error) {
	r := models.ConsultationRevision{ID: d.Revision, ConsultationID: d.C, Language: d.Language, Reason: d.Reason, At: d.At}
	var err error
	if r.Before, err = fromJSON[models.ConsultationText](d.Before); err != nil {
		return r, err
	}
	if r.After, err = fromJSON[models.ConsultationText](d.After); err != nil {
		return r, err
	}
	r.Changes, err = fromJSON[[]models.SettingChange](d.Changes)
	return r, err
}

// MoveConsultation implements models.ConsultationStore.
func (s *Store) MoveConsultation(ctx context.Context, c models.Consultation) (now models.Consultation, err error) {
	err = s.act(ctx, func(a *act) error {
		if _, err := s.rules(a.ctx, c.ID); err != nil {
			return err
		}
		a.commit()
		done, err := s.swap(a.ctx, "consultations", c.ID, a.id, eq("_id", c.ID, "rev", c.Rev, "inflight.kind", eq("$ne", kindSeal)), eq(
			"$set", eq("state", c.State, "stateReason", c.StateReason, "opensAt", c.OpensAt, "pausedAt", c.PausedAt, "op", a.id),
			"$inc", eq("rev", int64(1), "version", int64(1))))
		if err == nil && !done {
			err = changedSince(nil)
		}
		return errorOr(err, func() error { now, err = s.Consultation(a.ctx, c.ID); return err })
	})
	return now, err
}
