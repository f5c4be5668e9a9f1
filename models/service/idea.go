package service

import (
	"context"
	"slices"
	"time"

	"folkmoot/models"
	"folkmoot/models/markup"
)

// IdeaInput is a suggested idea as it was typed: its title, and why.
type IdeaInput struct {
	Slug, Name, Email, Title, Body string
}

// SuggestIdea adds an idea, which waits for a moderator, with the messages that
// it causes. The same idea sent again adds nothing while the first one waits as it was sent.
// CodeNotFound, CodeClosed, CodeInvalid with the fields, CodeLimited.
func (s *Service) SuggestIdea(ctx context.Context, actor models.Actor, in IdeaInput) (Sent, error) {
	c, err := s.accepting(ctx, actor, in.Slug, models.ActSuggest)
	if err != nil {
		return Sent{}, err
	}
	var f form
	var i models.Idea
	if i.Contribution, err = s.newContribution(ctx, &f, actor, c, in.Name, in.Email); err != nil {
		return Sent{}, err
	}
	i.Title, i.Body = f.title(in.Title), f.body("body", in.Body, models.MaxText)
	if err := f.err(); err != nil {
		return Sent{}, err
	}
	if err := s.allow(ctx, models.LimitTexts, actor.Network); err != nil {
		return Sent{}, err
	}
	i.BodyHTML = markup.Public(i.Body)
	form := formOf("idea", actor, c.ID, i.AuthorName, i.AddressKey, i.Title, i.Body)
	return s.sendOnce(ctx, c, form, models.KindIdea, &i.Contribution, func(jobs []models.Job) error {
		_, err := s.store.AddIdea(ctx, i, jobs)
		return err
	})
}

// IdeaView is an idea as one person may see it. Idea holds no figure that Tally
// does not show.
type IdeaView struct {
	Idea    models.Idea
	Tally   *models.Tally // nil until the result is sealed
	Waiting bool          // the person's own, not published yet
	Own     Own           // of a waiting one
}

// ideasPage is how many ideas stand on one page.
const ideasPage = 30

// IdeasRequest asks for one page of the ideas of a consultation.
type IdeasRequest struct {
	Consultation models.Consultation
	Order        string    // "shuffled" (or ""), anew each hour and the same for everyone; "number"; "newest"
	After        string    // the Next of the page before; "": from the start
	At           time.Time // whose hour shuffles; zero: now
}

// IdeaSlice is one page of ideas, First from the start. Next goes on after it, "" at
// the end; it is signed and good for this consultation and order only. A shuffled
// order goes on as it began, when the hour has turned too, for a day.
type IdeaSlice struct {
	Items   []IdeaView
	Next    string
	First   bool
	Replies int64 // in the threads of all ideas, on this page or not
}

// Ideas returns one page of the ideas that everybody may see. CodeInvalid for an order or
// a cursor that we did not issue.
func (s *Service) Ideas(ctx context.Context, r IdeasRequest) (IdeaSlice, error) {
	out, numbers, err := s.ideaPlaces(ctx, r)
	if err != nil {
		return IdeaSlice{}, err
	}
	ideas, err := s.ideasNumbered(ctx, r.Consultation.ID, numbers)
	if err != nil {
		return IdeaSlice{}, err
	}
	out.Items = make([]IdeaView, 0, len(ideas))
	for _, i := range ideas {
		out.Items = append(out.Items, s.ideaView(models.Actor{}, r.Consultation, i))
	}
	return out, nil
}

// ideaPlaces begins a page with what follows from the places alone, and returns the
// numbers of its ideas in their order.
func (s *Service) ideaPlaces(ctx context.Context, r IdeasRequest) (out IdeaSlice, numbers []int, err error) {
	order, last, err := s.ideasFrom(r)
	if err != nil {
		return out, nil, err
	}
	places, err := s.store.IdeaPlaces(ctx, r.Consultation.ID)
	if err != nil {
		return out, nil, err
	}
	for _, p := range places {
		out.Replies += p.ReplyCount
	}
	order.sort(places)
	if out.First = last.Number == 0; !out.First {
		places = order.after(places, last)
	}
	if len(places) > ideasPage {
		places = places[:ideasPage]
		out.Next = s.Sign(ideasCursor, order.cursor(places[ideasPage-1]))
	}
	for _, p := range places {
		numbers = append(numbers, p.Number)
	}
	return out, numbers, nil
}

// ideasFrom returns the order asked for and the place of the last idea already seen,
// without a number at the start. CodeInvalid.
func (s *Service) ideasFrom(r IdeasRequest) (order ideaOrder, last models.IdeaPlace, err error) {
	now := r.At
	if now.IsZero() {
		now = s.Now()
	}
	if order, err = orderOf(r.Consultation.ID, r.Order, now); err != nil {
		return order, last, err
	}
	cursor, err := s.openCursor(ideasCursor, r.After)
	if err != nil || cursor == "" {
		return order, last, err
	}
	then, last, ok := order.at(cursor)
	switch {
	case !ok:
		return order, last, models.Fail(models.CodeInvalid, "error.cursor")
	case then.name == OrderShuffled && !now.Before(then.hour.Add(orderLife)):
		return order, models.IdeaPlace{}, nil
	}
	return then, last, nil
}

// ideasNumbered reads shown ideas in the order of the numbers.
func (s *Service) ideasNumbered(ctx context.Context, consultationID string, numbers []int) ([]models.Idea, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	ideas, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: consultationID, Numbers: numbers})
	slices.SortFunc(ideas, func(a, b models.Idea) int {
		return slices.Index(numbers, a.Number) - slices.Index(numbers, b.Number)
	})
	return ideas, err
}

// OwnVotes returns the choices of who is signed in, by idea id.
func (s *Service) OwnVotes(ctx context.Context, actor models.Actor, consultationID string) (map[string]models.Choice, error) {
	if actor.Participant == nil {
		return nil, nil
	}
	return s.store.OwnVotes(ctx, consultationID, actor.ID())
}

// ideaView takes out of an idea what the actor may not see.
func (s *Service) ideaView(actor models.Actor, c models.Consultation, i models.Idea) IdeaView {
	v := IdeaView{Waiting: i.Status == models.StatusPending}
	if v.Waiting {
		v.Own = s.ownOf(i.Item(), i.Contribution, i.CheckEdit(c, actor.Author(), s.Now()) == nil && i.FirstVote.IsZero())
	}
	if c.TalliesShown() && !v.Waiting {
		t := i.Tally
		v.Tally = &t
	} else {
		i.Tally, i.FirstVote = models.Tally{}, models.Time{}
	}
	if i.Status != models.StatusPublished && !v.Waiting {
		i.Title, i.Body, i.BodyHTML, i.Texts, i.AuthorName = "", "", "", nil, ""
	}
	i.Contribution = stranger(i.Contribution)
	v.Idea = i
	return v
}

// stranger takes out what no page shows: where to write to the author, and by
// what they and the text are told again.
func stranger(c models.Contribution) models.Contribution {
	c.Address, c.AddressKey, c.Guest, c.Network, c.TokenHash, c.Salt = "", "", "", "", "", ""
	return c
}

// Idea returns one idea as everybody may see it. CodeNotFound, CodeGone
// (error.idea.removed or error.idea.withdrawn) if it was published once.
func (s *Service) Idea(ctx context.Context, c models.Consultation, number int) (IdeaView, error) {
	i, err := publishedIdea(ctx, s.store.Idea, c, number)
	if err != nil {
		return IdeaView{}, err
	}
	return s.ideaView(models.Actor{}, c, i), nil
}

// ideaFinder finds an idea of a consultation by its number, as models.IdeaStore does.
type ideaFinder func(ctx context.Context, consultationID string, number int) (models.Idea, error)

// publishedIdea finds a published idea by number. CodeNotFound, CodeGone.
func publishedIdea(ctx context.Context, find ideaFinder, c models.Consultation, number int) (models.Idea, error) {
	unknown := models.Fail(models.CodeNotFound, "error.idea.unknown", "number", number)
	if number < 1 {
		return models.Idea{}, unknown
	}
	i, err := find(ctx, c.ID, number)
	switch {
	case models.IsNotFound(err):
		return models.Idea{}, unknown
	case err != nil:
		return models.Idea{}, err
	case i.Status == models.StatusPublished:
		return i, nil
	case i.Withdrawn:
		return models.Idea{}, models.Fail(models.CodeGone, "error.idea.withdrawn", "number", number)
	case i.Shown():
		return models.Idea{}, models.Fail(models.CodeGone, "error.idea.removed", "number", number)
	}
	return models.Idea{}, unknown
}
