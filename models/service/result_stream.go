package service

import (
	"context"
	"fmt"
	"slices"

	"folkmoot/models"
	"folkmoot/models/ranking"
)

// ResultStream is a result whose ideas come one after another, so that their words
// need no memory: Head is all the rest of it, each calls fn for every idea in the
// order of Result.Ideas and stops at fn's error.
type ResultStream struct {
	Head models.Result
	each func(ctx context.Context, fn func(models.ResultIdea) error) error
}

// Each calls fn for every idea. What it fails with is the store's error or fn's.
func (r ResultStream) Each(ctx context.Context, fn func(models.ResultIdea) error) error {
	return r.each(ctx, fn)
}

// StreamResult is Result for a download. All figures are there when it returns; what
// can be refused is refused by then. A sealed result is one document in the store
// and comes from memory.
func (s *Service) StreamResult(ctx context.Context, c models.Consultation) (ResultStream, error) {
	if c.State == models.StateSealed || c.State == models.StateAnswered || !c.TalliesShown(s.Now()) {
		r, _, err := s.Result(ctx, c)
		return inMemory(r), err
	}
	f := figures{store: s.store, id: c.ID, merged: map[string][]int{}, few: map[int]ranking.Idea{}}
	head, err := s.openHead(ctx, c)
	if err == nil {
		f.settings = ranking.Settings{MinVotes: int(head.MinVotes), Voters: head.Voters}
		err = f.read(ctx)
	}
	if err != nil {
		return ResultStream{}, err
	}
	head.Votes = f.votes
	head.AllOneBand = f.ranked.AllOneBand
	return ResultStream{head, f.each}, nil
}

// inMemory streams a result that is there whole.
func inMemory(r models.Result) ResultStream {
	ideas := r.Ideas
	r.Ideas = nil
	return ResultStream{r, func(_ context.Context, fn func(models.ResultIdea) error) error {
		for _, i := range ideas {
			if err := fn(i); err != nil {
				return err
			}
		}
		return nil
	}}
}

// figures are those of a result that is not sealed: of the ranked ideas, and of the
// others that anybody voted on. Ideas without a vote take no memory.
type figures struct {
	store    models.IdeaStore
	id       string // of the consultation
	settings ranking.Settings
	votes    int64
	ranked   ranking.Result
	few      map[int]ranking.Idea // by number
	merged   map[string][]int     // numbers by the id of what they were merged into
}

// read reads them and ranks.
func (f *figures) read(ctx context.Context) error {
	var enough []ranking.Idea
	into := map[string]string{}
	number := map[string]int{}
	err := f.store.EachFigure(ctx, f.id, func(i models.IdeaFigure) error {
		if i.MergedInto != "" {
			into[i.ID], number[i.ID] = i.MergedInto, i.Number
			return nil
		}
		if i.Status != models.StatusPublished {
			return nil
		}
		t := i.Tally.Stepped(models.TallyStep)
		f.votes += t.Total()
		x := ranking.Idea{Number: i.Number, Agree: t.Agree, Disagree: t.Disagree, Pass: t.Pass}
		switch {
		case f.settings.Enough(x):
			enough = append(enough, x)
		case t.Total() > 0:
			f.few[i.Number] = x
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the tallies: %w", err)
	}
	target := models.MergeTarget(into)
	for id, n := range number {
		f.merged[target(id)] = append(f.merged[target(id)], n)
	}
	f.ranked = ranking.Rank(enough, f.settings)
	return nil
}

// wordsAtATime is how many ranked ideas have their words read at once.
const wordsAtATime = 500

// each reads the words: of the ranked ideas in board order, then of the others. An
// idea that was taken down since the figures were read is left out.
func (f *figures) each(ctx context.Context, fn func(models.ResultIdea) error) error {
	placedOnes := map[int]bool{}
	for chunk := range slices.Chunk(f.ranked.Ranked, wordsAtATime) {
		words, err := f.words(ctx, chunk)
		if err != nil {
			return err
		}
		for _, r := range chunk {
			placedOnes[r.Number] = true
			i, ok := words[r.Number]
			if !ok {
				continue
			}
			x := ranking.Idea{Number: r.Number, Agree: r.Agree, Disagree: r.Disagree, Pass: r.Pass}
			if err := fn(r.Fill(f.row(i, x))); err != nil {
				return err
			}
		}
	}
	return f.store.EachWords(ctx, f.id, func(i models.IdeaWords) error {
		if placedOnes[i.Number] {
			return nil
		}
		x := f.few[i.Number]
		x.Number = i.Number
		return fn(f.settings.TooFew(x).Fill(f.row(i, x)))
	})
}

// words reads some ideas by number.
func (f *figures) words(ctx context.Context, chunk []ranking.Ranked) (map[int]models.IdeaWords, error) {
	numbers := make([]int, len(chunk))
	for n, r := range chunk {
		numbers[n] = r.Number
	}
	list, err := f.store.Ideas(ctx, models.IdeaFilter{ConsultationID: f.id, Numbers: numbers})
	if err != nil {
		return nil, fmt.Errorf("read the ideas: %w", err)
	}
	words := map[int]models.IdeaWords{}
	for _, i := range list {
		if i.Status == models.StatusPublished && i.MergedInto == "" {
			words[i.Number] = models.IdeaWords{ID: i.ID, Number: i.Number, Title: i.Title, Author: i.AuthorName, Body: i.Body}
		}
	}
	return words, nil
}

// row is an idea as it is printed, with the figures that were ranked.
func (f *figures) row(i models.IdeaWords, x ranking.Idea) models.ResultIdea {
	from := append([]int{}, f.merged[i.ID]...)
	slices.Sort(from)
	return models.ResultIdea{
		Number: i.Number, Title: i.Title, Author: i.Author, Body: i.Body,
		Tally: models.Tally{Agree: x.Agree, Disagree: x.Disagree, Pass: x.Pass}, MergedFrom: from,
	}
}
