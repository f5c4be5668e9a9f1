package service

import (
	"context"
	"fmt"
	"slices"

	"folkmoot/models"
)

// Result returns the frozen ranking of c with today's published responses, and the sealed
// version. Until it is sealed it is forbidden to everybody (error.results.hidden).
func (s *Service) Result(ctx context.Context, c models.Consultation) (models.Result, *models.Sealed, error) {
	if !c.TalliesShown() {
		return models.Result{}, nil, models.Fail(models.CodeForbidden, "error.results.hidden", "date", c.ClosesAt)
	}
	return s.sealedResult(ctx, c)
}

// sealedResult returns the frozen figures with what may still change beside them:
// published responses come in, and words that were taken down since go.
func (s *Service) sealedResult(ctx context.Context, c models.Consultation) (models.Result, *models.Sealed, error) {
	sealed, err := s.store.Sealed(ctx, c.ID)
	if err != nil {
		return models.Result{}, nil, err
	}
	ideas, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: c.ID, All: true})
	if err != nil {
		return models.Result{}, nil, fmt.Errorf("read the ideas: %w", err)
	}
	responses, err := s.store.Responses(ctx, c.ID)
	if err != nil {
		return models.Result{}, nil, fmt.Errorf("read the responses: %w", err)
	}
	byNumber := map[int]models.Idea{}
	for _, i := range ideas {
		byNumber[i.Number] = i
	}
	result := sealed.Result
	result.Ideas = slices.Clone(result.Ideas)
	for i := range result.Ideas {
		row := &result.Ideas[i]
		idea := byNumber[row.Number]
		if idea.Status != models.StatusPublished {
			row.Title, row.Author, row.Body = "", "", ""
		}
		row.Response = answer(responses[idea.ID], c.TimeZone)
	}
	return result, &sealed, nil
}

// answer prints a response; nil while it is a draft or there is none.
func answer(r models.Response, zone string) *models.Answer {
	if r.PublishedAt.IsZero() {
		return nil
	}
	return &models.Answer{
		Decision: r.Decision, Reason: r.Reason, Owner: r.Owner, By: r.By,
		PublishedAt: models.In(r.PublishedAt, zone).Format("2006-01-02"),
	}
}

// resultHead begins a result with the question as it stands.
func resultHead(c models.Consultation, voters int64) models.Result {
	t := c.Text(c.Language)
	return models.Result{
		Slug: c.Slug, Title: t.Title, Question: t.Question,
		MinVotes: c.Settings.MinVotes, Voters: voters,
	}
}

// resultIdeas lists the ideas that are ranked, by number: published and not merged
// into another, each with the tally of its own and of what was merged into it.
func resultIdeas(ideas []models.Idea, tallies map[string]models.Tally) []models.ResultIdea {
	target, merged := mergeTarget(ideas), map[string][]int{}
	for _, i := range ideas {
		if i.MergedInto != "" && i.Number > 0 {
			merged[target(i.ID)] = append(merged[target(i.ID)], i.Number)
		}
	}
	rows := []models.ResultIdea{}
	for _, i := range ideas {
		if i.Status != models.StatusPublished || i.MergedInto != "" || i.Number == 0 {
			continue
		}
		from := append([]int{}, merged[i.ID]...)
		slices.Sort(from)
		rows = append(rows, models.ResultIdea{
			Number: i.Number, Title: i.Title, Author: i.AuthorName, Body: i.Body,
			Tally: tallies[i.ID], MergedFrom: from,
		})
	}
	slices.SortFunc(rows, func(a, b models.ResultIdea) int { return a.Number - b.Number })
	return rows
}

// mergeTarget returns the function from an idea's id to that of the idea it was
// finally merged into.
func mergeTarget(ideas []models.Idea) func(string) string {
	into := make(map[string]string, len(ideas))
	for _, i := range ideas {
		into[i.ID] = i.MergedInto
	}
	return models.MergeTarget(into)
}
