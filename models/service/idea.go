package service

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
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
// it causes. CodeNotFound, CodeClosed, CodeInvalid with the fields, CodeLimited.
func (s *Service) SuggestIdea(ctx context.Context, actor models.Actor, in IdeaInput) (Sent, error) {
	c, err := s.taking(ctx, actor, in.Slug, models.ActSuggest)
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
	if err := s.allow(ctx, "texts", actor.Network, s.cfg.Limits.Texts); err != nil {
		return Sent{}, err
	}
	i.BodyHTML = markup.Public(i.Body)
	i.TokenHash = models.HashToken(s.contributionToken(i.Item()))
	jobs, err := s.sendJobs(ctx, c, i.Item(), i.Contribution)
	if err != nil {
		return Sent{}, err
	}
	if _, err = s.store.AddIdea(ctx, i, jobs); err != nil {
		return Sent{}, err
	}
	return s.sent(i.Item(), i.Contribution, jobs), nil
}

// IdeaView is an idea as one person may see it. Idea holds no figure that Tally
// does not show.
type IdeaView struct {
	Idea    models.Idea
	Mine    models.Choice // "" or ChoiceNone: no vote
	Tally   *models.Tally // nil while hidden, in steps while voting goes on
	Waiting bool          // the person's own, not published yet
	CanEdit bool
}

// The orders of ideas.
const (
	OrderShuffled = "shuffled"
	OrderNumber   = "number"
	OrderNewest   = "newest"
)

// Ideas gives the ideas that the actor may see in an order: "shuffled" (or ""),
// anew each hour and the same for everyone; "number"; "newest". The actor's own
// waiting ones come last. CodeInvalid for another order.
func (s *Service) Ideas(ctx context.Context, actor models.Actor, c models.Consultation, order string) ([]IdeaView, error) {
	ideas, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: c.ID})
	if err != nil {
		return nil, err
	}
	if err := arrange(ideas, order, c.ID, s.Now()); err != nil {
		return nil, err
	}
	mine, err := s.OwnVotes(ctx, actor, c.ID)
	if err != nil {
		return nil, err
	}
	own, err := s.waitingIdeas(ctx, actor, c.ID)
	if err != nil {
		return nil, err
	}
	views := make([]IdeaView, 0, len(ideas)+len(own))
	for _, i := range append(ideas, own...) {
		views = append(views, s.ideaView(actor, c, i, mine[i.ID]))
	}
	return views, nil
}

// arrange puts ideas, given by number, into the order asked for.
func arrange(ideas []models.Idea, order, consultationID string, now time.Time) error {
	switch order {
	case OrderNumber:
	case OrderNewest:
		slices.SortStableFunc(ideas, func(a, b models.Idea) int {
			if d := b.PublishedAt.Compare(a.PublishedAt); d != 0 {
				return d
			}
			return b.Number - a.Number
		})
	case OrderShuffled, "":
		hour := now.UTC().Truncate(time.Hour).Format(time.RFC3339)
		rng := rand.New(rand.NewChaCha8(sha256.Sum256([]byte("folkmoot-order-1 " + consultationID + " " + hour))))
		rng.Shuffle(len(ideas), func(i, j int) { ideas[i], ideas[j] = ideas[j], ideas[i] })
	default:
		return models.Fail(models.CodeInvalid, "error.order.unknown")
	}
	return nil
}

// OwnVotes gives the choices of who is signed in, by idea id.
func (s *Service) OwnVotes(ctx context.Context, actor models.Actor, consultationID string) (map[string]models.Choice, error) {
	if actor.Participant == nil {
		return nil, nil
	}
	return s.store.OwnVotes(ctx, consultationID, actor.ID())
}

// waitingIdeas gives the actor's own ideas that wait for a moderator.
func (s *Service) waitingIdeas(ctx context.Context, actor models.Actor, consultationID string) ([]models.Idea, error) {
	if actor.Author().Nobody() {
		return nil, nil
	}
	own, err := s.store.OwnIdeas(ctx, consultationID, actor.Author())
	return slices.DeleteFunc(own, func(i models.Idea) bool { return i.Status != models.StatusPending }), err
}

// ideaView takes out of an idea what the actor may not see.
func (s *Service) ideaView(actor models.Actor, c models.Consultation, i models.Idea, mine models.Choice) IdeaView {
	now := s.Now()
	v := IdeaView{Mine: mine, Waiting: i.Status == models.StatusPending}
	v.CanEdit = canEdit(c, i.Contribution, actor, now) == nil && i.FirstVote.IsZero()
	if c.TalliesShown(now) && !v.Waiting {
		t := shownTally(c, i.Tally, now)
		v.Tally, i.Tally = &t, t
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

// shownTally gives a tally as it may be shown: in steps until it is sealed.
func shownTally(c models.Consultation, t models.Tally, now time.Time) models.Tally {
	switch c.StateAt(now) {
	case models.StateSealed, models.StateAnswered:
		return t
	}
	return t.Stepped(models.TallyStep)
}

// stranger takes out what no page shows: where to write to the author, and by
// what they and the text are told again.
func stranger(c models.Contribution) models.Contribution {
	c.Address, c.AddressKey, c.Guest, c.Network, c.TokenHash, c.Salt = "", "", "", "", "", ""
	return c
}

// Idea gives one idea. CodeNotFound, CodeGone (error.idea.removed or
// error.idea.withdrawn) if it was published once.
func (s *Service) Idea(ctx context.Context, actor models.Actor, c models.Consultation, number int) (IdeaView, error) {
	i, err := s.publishedIdea(ctx, c, number)
	if err != nil {
		return IdeaView{}, err
	}
	mine, err := s.OwnVotes(ctx, actor, c.ID)
	if err != nil {
		return IdeaView{}, err
	}
	return s.ideaView(actor, c, i, mine[i.ID]), nil
}

// publishedIdea finds an idea by number. CodeNotFound, CodeGone.
func (s *Service) publishedIdea(ctx context.Context, c models.Consultation, number int) (models.Idea, error) {
	unknown := models.Fail(models.CodeNotFound, "error.idea.unknown", "number", number)
	if number < 1 {
		return models.Idea{}, unknown
	}
	i, err := s.store.Idea(ctx, c.ID, number)
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
