package service

import (
	"context"

	"folkmoot/models"
)

// ModeratedItem reads one item with its context, whatever its status, for who
// moderates its consultation. CodeNotFound, for an item of a draft too unless the actor
// organises it; CodeForbidden, CodeUnauthenticated.
func (s *Service) ModeratedItem(ctx context.Context, actor models.Actor, item models.Item) (QueueItem, error) {
	if err := models.Require(actor.Participant, models.MayModerate, ""); err != nil {
		return QueueItem{}, err
	}
	entry, err := s.moderatedEntry(ctx, actor, item)
	if err != nil {
		return QueueItem{}, err
	}
	items, err := s.forModerator(ctx, actor, entry)
	if err != nil {
		return QueueItem{}, err
	}
	return items[0], nil
}

// moderatedEntry reads one item if the actor may moderate it. CodeNotFound for an item of
// a draft that the actor may not see.
func (s *Service) moderatedEntry(ctx context.Context, actor models.Actor, item models.Item) (models.QueueEntry, error) {
	entry, err := s.store.QueueEntry(ctx, item)
	if err != nil {
		return models.QueueEntry{}, err
	}
	c, err := s.store.Consultation(ctx, entry.ConsultationID)
	if err == nil && !mayRead(actor, c) {
		err = models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	if err == nil {
		err = models.Require(actor.Participant, models.MayModerate, c.ID)
	}
	if err != nil {
		return models.QueueEntry{}, err
	}
	return entry, nil
}

// moderatedLimit bounds how many consultations a moderator's desk names.
const moderatedLimit = 50

// Moderated lists the consultations that the actor moderates and the public can
// read, the newest first, at most 50.
func (s *Service) Moderated(ctx context.Context, actor models.Actor) (list []models.Consultation, err error) {
	f := models.ConsultationFilter{Limit: 200}
	for len(list) < moderatedLimit {
		page, next, err := s.store.Consultations(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if c.Public() && models.Require(actor.Participant, models.MayModerate, c.ID) == nil && len(list) < moderatedLimit {
				list = append(list, c)
			}
		}
		if next == "" {
			break
		}
		f.After = next
	}
	return list, nil
}
