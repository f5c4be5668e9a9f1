package service

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/markup"
)

// ReplyInput is a reply as it was typed. ParentID and IdeaNumber are optional.
type ReplyInput struct {
	Slug, Name, Email, Body, ParentID string
	IdeaNumber                        int
}

// PostReply adds a reply, which waits for a moderator, with the messages that it
// causes. The same reply sent again adds nothing while the first one waits as it was sent.
// CodeNotFound, CodeClosed, CodeInvalid with the fields, CodeLimited.
func (s *Service) PostReply(ctx context.Context, actor models.Actor, in ReplyInput) (Sent, error) {
	c, err := s.accepting(ctx, actor, in.Slug, models.ActReply)
	if err != nil {
		return Sent{}, err
	}
	r, err := s.replyPlace(ctx, c, in)
	if err != nil {
		return Sent{}, err
	}
	var f form
	if r.Contribution, err = s.newContribution(ctx, &f, actor, c, in.Name, in.Email); err != nil {
		return Sent{}, err
	}
	r.Body = f.body("body", in.Body, models.MaxText)
	if err := f.err(); err != nil {
		return Sent{}, err
	}
	if err := s.allow(ctx, models.LimitTexts, actor.Network); err != nil {
		return Sent{}, err
	}
	r.BodyHTML = markup.Public(r.Body)
	form := formOf("reply", actor, c.ID, r.IdeaID, r.ParentID, r.AuthorName, r.AddressKey, r.Body)
	return s.sendOnce(ctx, c, form, models.KindReply, &r.Contribution, func(jobs []models.Job) error {
		_, err := s.store.AddReply(ctx, r, jobs)
		return err
	})
}

// replyPlace finds where a reply belongs: in the consultation's own thread, in
// an idea's, or under a parent, in whose thread it then stands.
func (s *Service) replyPlace(ctx context.Context, c models.Consultation, in ReplyInput) (models.Reply, error) {
	parent, err := s.parent(ctx, c, in.ParentID)
	if err != nil {
		return models.Reply{}, err
	}
	number := in.IdeaNumber
	if parent != nil && number == 0 {
		number = parent.IdeaNumber
	}
	if parent != nil && number != parent.IdeaNumber {
		return models.Reply{}, models.Fail(models.CodeInvalid, "error.reply.parent")
	}
	r := models.Reply{IdeaNumber: number}
	if parent != nil {
		r.ParentID = parent.ID
	}
	if number != 0 {
		i, err := publishedIdea(ctx, s.store.IdeaAlone, c, number)
		if models.IsNotFound(err) || models.CodeOf(err) == models.CodeGone {
			return r, models.Fail(models.CodeInvalid, "error.reply.idea")
		}
		r.IdeaID = i.ID
		return r, err
	}
	return r, nil
}

// parent finds a published reply of the consultation; nil for no id. CodeInvalid
// for one that is not published or stands elsewhere.
func (s *Service) parent(ctx context.Context, c models.Consultation, id string) (*models.Reply, error) {
	if id == "" {
		return nil, nil
	}
	p, err := s.store.Reply(ctx, id)
	if models.IsNotFound(err) || err == nil && (p.ConsultationID != c.ID || p.Status != models.StatusPublished) {
		return nil, models.Fail(models.CodeInvalid, "error.reply.parent")
	}
	if err != nil {
		return nil, err
	}
	p.Contribution = stranger(p.Contribution)
	return &p, nil
}

// ParentForReply returns the reply that is to be answered in the thread of an idea
// (0: the consultation's own); nil for no id. CodeInvalid if it is not published
// or stands elsewhere.
func (s *Service) ParentForReply(ctx context.Context, c models.Consultation, ideaNumber int, parentID string) (*models.Reply, error) {
	p, err := s.parent(ctx, c, parentID)
	if p != nil && p.IdeaNumber != ideaNumber {
		return nil, models.Fail(models.CodeInvalid, "error.reply.parent")
	}
	return p, err
}
