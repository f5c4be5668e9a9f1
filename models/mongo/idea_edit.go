package mongo

import (
	"context"

	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// EditIdea implements models.IdeaStore. The texts in other languages are replaced
// too where i has any.
func (s *Store) EditIdea(ctx context.Context, i models.Idea) (kept models.Idea, err error) {
	err = s.act(ctx, func(a *act) error {
		old, err := a.ideaToEdit(i)
		if err != nil {
			return err
		}
		e := &entry{Kind: kindEditIdea, Ref: i.ID, Items: holdsItem(i.Item())}
		err = a.run(old.Item.ConsultationID, e, freely, func(consultation) error {
			if old, err = a.ideaToEdit(i); err != nil {
				return err
			}
			return a.replaceIdea(old, i)
		})
		if err == nil {
			kept, err = s.IdeaByID(a.ctx, i.ID)
		}
		return err
	})
	return kept, err
}

// freely is the check of an act that no state of the consultation forbids.
func freely(consultation) error { return nil }

// ideaToEdit reads the idea and refuses one that has a vote, does not wait or changed since.
func (a *act) ideaToEdit(i models.Idea) (idea, error) {
	old, found, err := get[idea](a.ctx, a.s, "ideas", i.ID)
	switch {
	case err != nil || !found:
		return old, missing(found, err, "error.idea.unknown")
	case !old.FirstVote.IsZero():
		return old, models.Fail(models.CodeClosed, "error.idea.fixed")
	case old.Item.Status != models.StatusPending:
		return old, models.Fail(models.CodeClosed, "error.edit.published")
	case old.Item.Rev != i.Rev:
		return old, models.Fail(models.CodeConflict, "error.idea.changed")
	}
	return old, nil
}

func (a *act) replaceIdea(old idea, i models.Idea) error {
	err := a.s.keepWording(a.ctx, wording{
		C: old.Item.ConsultationID, Item: i.Item().String(), Rev: old.Item.Rev, Title: old.Title, Body: old.Body, At: a.now,
	})
	if err != nil {
		return err
	}
	set := eq("title", i.Title, "body", i.Body, "bodyHtml", i.BodyHTML, "editedAt", a.now, "op", a.id)
	for lang, t := range i.Texts {
		set = append(set, field{Key: "texts." + lang, Value: ideaText(t)})
	}
	return a.replaceText("ideas", old.Item, old.Standing, set, "error.idea.changed")
}

// replaceText is the act of an edit, under the item's fence.
func (a *act) replaceText(coll string, old contribution, at standing, set []field, changed string) error {
	done, err := a.s.swap(a.ctx, coll, old.ID, a.id, eq("c", old.ConsultationID, "_id", old.ID, "v", at.V),
		eq("$set", set, "$inc", eq("rev", int64(1), "v", int64(1))))
	if err == nil && !done {
		err = models.Fail(models.CodeConflict, changed)
	}
	return err
}

// followEdit has nothing to do: what waits is on no page and not searchable.
func (s *Store) followEdit(ctx context.Context, consultationID string, e entry, _ bool) error {
	return s.complete(ctx, consultationID, e.Op, nil, nil)
}

// errorOr goes on with then if there is no error.
func errorOr(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// numbering is the number that an idea is to have.
type numbering struct {
	ID string `bson:"id"`
	To int    `bson:"to"` // 0: it goes
}

// RemoveDraftIdea implements models.IdeaStore. CodeNotFound for the consultation
// and the idea; CodeConflict error.idea.kept for a participant's idea and one that
// has replies or stands in the chain.
func (s *Store) RemoveDraftIdea(ctx context.Context, consultationID string, number int) error {
	draft := func(c consultation) error {
		if c.State != models.StateDraft {
			return models.Fail(models.CodeConflict, "error.consultation.not_draft")
		}
		return nil
	}
	return s.act(ctx, func(a *act) error {
		e := &entry{Kind: kindRemove, Lock: true}
		return a.run(consultationID, e, draft, func(c consultation) error {
			plan, err := a.planRemoval(c.ID, number)
			if err != nil {
				return err
			}
			e.Numbers = plan
			done, err := s.update(a.ctx, "consultations", eq("_id", c.ID, "inflight.op", e.Op),
				eq("$set", eq("inflight.$.numbers", plan)))
			if err == nil && !done {
				err = errBusy(nil)
			}
			return err
		})
	})
}

// planRemoval checks that the idea may go and gives the numbers of those after it. The
// plan in the entry is the act.
func (a *act) planRemoval(consultationID string, number int) ([]numbering, error) {
	q := query{coll: "ideas", filter: eq("c", consultationID, "number", eq("$gte", max(number, 1))), sort: eq("number", 1)}
	list, err := all[idea](a.ctx, a.s, q)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || list[0].Number != number {
		return nil, models.Fail(models.CodeNotFound, "error.idea.unknown")
	}
	held, err := a.s.hasHistory(a.ctx, list[0])
	if err == nil && (held || !list[0].Organiser) {
		err = models.Fail(models.CodeConflict, "error.idea.kept")
	}
	plan := mapped(list, func(i idea) numbering { return numbering{i.Item.ID, i.Number - 1} })
	plan[0].To = 0
	return plan, err
}

// hasHistory tells whether there are replies on the idea or decisions.
func (s *Store) hasHistory(ctx context.Context, i idea) (bool, error) {
	if i.Standing.LastSeq > 0 {
		return true, nil
	}
	return s.has(ctx, "replies", eq("c", i.Item.ConsultationID, "idea", i.Item.ID))
}

func (s *Store) removalPlanned(_ context.Context, _ string, e entry) (bool, error) {
	return len(e.Numbers) > 0, nil
}

// followRemoval takes the idea out and closes up the numbers.
func (s *Store) followRemoval(ctx context.Context, consultationID string, e entry, _ bool) error {
	gone := models.Item{Kind: models.KindIdea, ID: e.Numbers[0].ID}
	if err := s.unindex(ctx, gone, consultationID); err != nil {
		return err
	}
	if err := s.remove(ctx, "ideas", eq("c", consultationID, "_id", gone.ID), false); err != nil {
		return err
	}
	changes := mapped(e.Numbers[1:], func(n numbering) driver.WriteModel {
		return driver.NewUpdateOneModel().SetFilter(eq("c", consultationID, "_id", n.ID)).
			SetUpdate(eq("$set", eq("number", n.To)))
	})
	if _, err := s.bulk(ctx, "ideas", changes); err != nil {
		return err
	}
	return s.complete(ctx, consultationID, e.Op, eq("ideaCount", int64(-1), "version", int64(1)), nil)
}
