package service

import (
	"context"

	"folkmoot/models"
)

// ChosenIdea is one vote that waits for its link, with the idea it is on.
type ChosenIdea struct {
	Number int
	Title  string
	Choice models.Choice
}

// LinkChoices gives what a ballot link would count: the choices on ideas that are
// published now, in the link's order, the consultation, and how many others are gone
// since, of which nothing is told. For another link all is empty. CodeNotFound if the
// consultation is not there.
func (s *Service) LinkChoices(ctx context.Context, link models.Link) (list []ChosenIdea, c models.Consultation, gone int, err error) {
	if link.ConsultationID == "" {
		return nil, c, 0, nil
	}
	if c, err = s.store.Consultation(ctx, link.ConsultationID); err != nil {
		return nil, c, 0, err
	}
	ideas, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: c.ID})
	if err != nil {
		return nil, c, 0, err
	}
	byID := map[string]models.Idea{}
	for _, i := range ideas {
		byID[i.ID] = i
	}
	for _, v := range link.Choices {
		i := byID[v.IdeaID]
		if i.Status != models.StatusPublished {
			gone++
			continue
		}
		list = append(list, ChosenIdea{Number: i.Number, Title: i.Title, Choice: v.Choice})
	}
	return list, c, gone, nil
}
