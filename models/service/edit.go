package service

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/markup"
)

// EditView is a text that its author may change now.
type EditView struct {
	Item         models.Item
	Consultation models.Consultation
	Contribution models.Contribution
	Title, Body  string
	Left         time.Duration
	Earlier      []models.TextRevision
	IdeaNumber   int // of the idea it is, or in whose thread it stands; 0: none
}

// editable loads a text and its consultation for whoever may change it. What is
// not public does not exist for anybody else.
func (s *Service) editable(ctx context.Context, actor models.Actor, item models.Item) (text, models.Consultation, error) {
	t, err := s.load(ctx, item)
	if err != nil {
		return t, models.Consultation{}, err
	}
	c, err := s.store.Consultation(ctx, t.ConsultationID)
	if err != nil {
		return t, c, err
	}
	err = t.CheckEdit(c, actor.Author(), s.Now())
	if models.CodeOf(err) == models.CodeForbidden && (!c.Public() || t.Status != models.StatusPublished) {
		err = models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	if !item.Kind.Rules().Editable {
		err = models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	if i, isIdea := t.Text.(models.Idea); err == nil && isIdea && !i.FirstVote.IsZero() {
		err = models.Fail(models.CodeClosed, "error.idea.fixed")
	}
	return t, c, err
}

// ForEdit returns a text for changing. CodeNotFound, CodeForbidden for anybody but
// who sent it, CodeClosed after the window, once it is published, or once an idea
// has a vote.
func (s *Service) ForEdit(ctx context.Context, actor models.Actor, item models.Item) (EditView, error) {
	t, c, err := s.editable(ctx, actor, item)
	if err != nil {
		return EditView{}, err
	}
	v := EditView{
		Item: item, Consultation: c, Contribution: stranger(t.Contribution),
		Left: t.CreatedAt.Add(models.EditWindow).Sub(s.Now()), IdeaNumber: t.AtIdea(),
	}
	v.Title, v.Body, _ = t.Words()
	v.Earlier, err = s.store.TextRevisions(ctx, item)
	return v, err
}

// EditInput is a changed text. Rev is that of the text it was made from.
type EditInput struct {
	Item        models.Item
	Rev         int64
	Title, Body string
}

// Edit changes a text that waits, inside its window, keeping the old wording. The same change
// sent twice, even to two nodes at once, is made once. The
// refusals are those of ForEdit, also where it is published at the same moment,
// CodeInvalid with the fields, and CodeConflict if it changed since.
func (s *Service) Edit(ctx context.Context, actor models.Actor, in EditInput) error {
	t, _, err := s.editable(ctx, actor, in.Item)
	if err != nil {
		return err
	}
	var f form
	title, body := "", f.body("body", in.Body, models.MaxText)
	if in.Item.Kind.Rules().Titled {
		title = f.title(in.Title)
	}
	if err := f.err(); err != nil {
		return err
	}
	oldTitle, oldBody, _ := t.Words()
	if title == oldTitle && body == oldBody {
		return nil
	}
	if err = s.putWords(ctx, t, in.Rev, title, body); models.CodeOf(err) == models.CodeConflict {
		if now, failed := s.load(ctx, in.Item); failed == nil {
			if nowTitle, nowBody, _ := now.Words(); nowTitle == title && nowBody == body {
				return nil
			}
		}
	}
	return err
}

// putWords writes the words of a text whose revision is still rev. CodeConflict.
func (s *Service) putWords(ctx context.Context, t text, rev int64, title, body string) (err error) {
	switch x := t.Text.(type) {
	case models.Idea:
		x.Rev, x.Title, x.Body, x.BodyHTML = rev, title, body, markup.Public(body)
		_, err = s.store.EditIdea(ctx, x)
	case models.Reply:
		x.Rev, x.Body, x.BodyHTML = rev, body, markup.Public(body)
		_, err = s.store.EditReply(ctx, x)
	}
	return err
}
