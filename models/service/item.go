package service

import (
	"context"

	"folkmoot/models"
)

// text is a reply or an idea, loaded by its item.
type text struct {
	models.Contribution
	Reply *models.Reply
	Idea  *models.Idea
	shown bool // found by a private link that a page has shown
}

// load reads a reply or an idea. CodeNotFound.
func (s *Service) load(ctx context.Context, item models.Item) (text, error) {
	switch item.Kind {
	case models.KindReply:
		r, err := s.store.Reply(ctx, item.ID)
		return text{Contribution: r.Contribution, Reply: &r}, unknownItem(err)
	case models.KindIdea:
		i, err := s.store.IdeaByID(ctx, item.ID)
		return text{Contribution: i.Contribution, Idea: &i}, unknownItem(err)
	}
	return text{}, models.Fail(models.CodeNotFound, "error.item.unknown")
}

func unknownItem(err error) error {
	if models.IsNotFound(err) {
		return models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	return err
}

func (t text) item() models.Item {
	if t.Idea != nil {
		return t.Idea.Item()
	}
	return t.Reply.Item()
}

// words returns title, body and HTML; a reply has no title.
func (t text) words() (title, body, html string) {
	if t.Idea != nil {
		return t.Idea.Title, t.Idea.Body, t.Idea.BodyHTML
	}
	return "", t.Reply.Body, t.Reply.BodyHTML
}

// place returns the number of the idea it is, or in whose thread it stands; 0: neither.
func (t text) place() int {
	if t.Idea != nil {
		return t.Idea.Number
	}
	return t.Reply.IdeaNumber
}
