package service

import (
	"context"

	"folkmoot/models"
)

// Undo takes back a decision: what it moved goes to where it was. CodeConflict if
// something of it was decided on since, or if the decision is not of a kind that
// can be taken back; CodeForbidden on the actor's own text.
func (s *Service) Undo(ctx context.Context, actor models.Actor, slug string, seq int64) (models.Decision, error) {
	c, err := s.forStaff(ctx, actor, models.MayModerate, slug)
	if err != nil {
		return models.Decision{}, err
	}
	d, err := s.store.Decision(ctx, c.ID, seq)
	if err != nil {
		return models.Decision{}, err
	}
	last, err := s.lastDecided(ctx, c.ID, seq)
	if err != nil {
		return models.Decision{}, err
	}
	if err := checkUndo(d, last); err != nil {
		return models.Decision{}, err
	}
	var picks []picked
	for _, it := range movedItems(d) {
		entry, err := s.ownDecision(ctx, actor, it.Item)
		if err != nil {
			return models.Decision{}, err
		}
		picks = append(picks, picked{entry, it.To, it.From})
	}
	return s.writeDecision(ctx, actor, models.Decision{Action: models.ActionUndo, Undoes: seq}, picks)
}

// checkUndo reports whether d can be taken back: a moderator's own kind of act that
// moved something, with no later decision on what it moved.
func checkUndo(d models.Decision, last map[models.Item]int64) error {
	if _, err := models.ParseAction(string(d.Action)); err != nil {
		return models.Fail(models.CodeConflict, "error.decision.not_undoable")
	}
	moved := movedItems(d)
	if len(moved) == 0 {
		return models.Fail(models.CodeConflict, "error.decision.nothing_moved")
	}
	for _, it := range moved {
		if last[it.Item] > d.Seq {
			return models.Fail(models.CodeConflict, "error.decision.decided_since", "seq", last[it.Item])
		}
	}
	return nil
}

// movedItems leaves out what a decision only confirmed, such as a kept text.
func movedItems(d models.Decision) (moved []models.DecisionItem) {
	for _, it := range d.Items {
		if it.From != it.To {
			moved = append(moved, it)
		}
	}
	return moved
}

// lastDecided gives, of the items decided after after, the Seq of the last decision.
func (s *Service) lastDecided(ctx context.Context, consultationID string, after int64) (map[models.Item]int64, error) {
	last := map[models.Item]int64{}
	err := s.eachDecision(ctx, consultationID, after, func(d models.Decision) error {
		for _, it := range d.Items {
			last[it.Item] = d.Seq
		}
		return nil
	})
	return last, err
}
