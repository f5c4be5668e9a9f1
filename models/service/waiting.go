package service

import (
	"context"
	"fmt"
	"strings"
	"time"

	"folkmoot/models"
)

// WaitingRequest asks for the actor's own texts in a consultation that wait for a
// moderator, the newest first.
type WaitingRequest struct {
	Consultation models.Consultation
	IdeaID       string // of replies: the thread; "": the consultation's own
	After        string // the Next of the page before; "": from the newest
	Limit        int
}

// Waiting is one page of them. Total counts all; Next goes on after the page, "" at the end.
type Waiting[T any] struct {
	Items []T
	Total int64
	Next  string
}

// WaitingReplies lists the actor's own waiting replies in one thread. CodeInvalid for a
// cursor that we did not issue.
func (s *Service) WaitingReplies(ctx context.Context, actor models.Actor, r WaitingRequest) (w Waiting[ReplyView], err error) {
	q, err := s.ownQuery(actor, r)
	if err != nil || q.Author.Nobody() {
		return w, err
	}
	list, total, err := s.store.OwnReplies(ctx, q)
	if w.Total = total; err != nil {
		return w, err
	}
	for _, reply := range list {
		w.Items = append(w.Items, s.replyView(actor, r.Consultation, reply))
	}
	if len(list) == r.Limit {
		w.Next = s.waitingCursor(list[len(list)-1].Contribution)
	}
	return w, nil
}

// WaitingIdeas lists the actor's own waiting ideas. CodeInvalid for a cursor that we did
// not issue.
func (s *Service) WaitingIdeas(ctx context.Context, actor models.Actor, r WaitingRequest) (w Waiting[IdeaView], err error) {
	q, err := s.ownQuery(actor, r)
	if err != nil || q.Author.Nobody() {
		return w, err
	}
	list, total, err := s.store.OwnIdeas(ctx, q)
	if w.Total = total; err != nil {
		return w, err
	}
	for _, idea := range list {
		w.Items = append(w.Items, s.ideaView(actor, r.Consultation, idea))
	}
	if len(list) == r.Limit {
		w.Next = s.waitingCursor(list[len(list)-1].Contribution)
	}
	return w, nil
}

func (s *Service) ownQuery(actor models.Actor, r WaitingRequest) (models.OwnQuery, error) {
	q := models.OwnQuery{Author: actor.Author(), ConsultationID: r.Consultation.ID, IdeaID: r.IdeaID, Limit: r.Limit}
	cursor, err := s.openCursor("waiting cursor", r.After)
	if err != nil || cursor == "" {
		return q, err
	}
	at, id, _ := strings.Cut(cursor, "|")
	q.Before.ID = id
	q.Before.At, err = time.Parse(time.RFC3339Nano, at)
	return q, err
}

func (s *Service) waitingCursor(c models.Contribution) string {
	return s.Sign("waiting cursor", fmt.Sprint(c.CreatedAt.Format(time.RFC3339Nano), "|", c.ID))
}
