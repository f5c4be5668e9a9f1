package service

import (
	"context"
	"strconv"

	"folkmoot/models"
)

// text is an item of any kind, with what all have in common.
type text struct {
	models.Contribution
	models.Text
	shown bool // found by a private link that a page has shown
}

// load reads an item. CodeNotFound.
func (s *Service) load(ctx context.Context, item models.Item) (text, error) {
	t, err := s.store.Text(ctx, item)
	if err != nil {
		return text{}, unknownItem(err)
	}
	return text{Contribution: t.Common(), Text: t}, nil
}

func unknownItem(err error) error {
	if models.IsNotFound(err) {
		return models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	return err
}

// publicPath returns the path where a published text stands in the consultation with a
// slug; "" for one that has no place of its own, or none yet.
func publicPath(slug string, t models.Text) string {
	switch {
	case t.Item().Kind == models.KindReply:
		return "/replies/" + t.Item().ID
	case t.Item().Kind == models.KindIdea && t.AtIdea() > 0:
		return "/consultations/" + slug + "/ideas/" + strconv.Itoa(t.AtIdea())
	}
	return ""
}
