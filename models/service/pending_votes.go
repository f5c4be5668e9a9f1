package service

import (
	"context"

	"folkmoot/models"
)

// PendingVotes returns what was chosen in a browser without a session, by number of
// the idea, as its page shows it. Ideas that are not published any more are left out.
func (s *Service) PendingVotes(ctx context.Context, c models.Consultation, choices map[int]models.Choice) ([]models.PendingVote, error) {
	ideas, err := s.chosenIdeas(ctx, c, choices)
	list := make([]models.PendingVote, len(ideas))
	for n, i := range ideas {
		list[n] = models.PendingVote{Number: i.Number, Title: i.Title, Choice: choices[i.Number]}
	}
	return list, err
}

// CountPendingVotes counts at once what was chosen in a browser before its owner
// signed in, and returns how many votes were cast. A vote that the account has
// already stands: such ideas are passed over, and those that are gone since.
// CodeNotFound, CodeClosed, CodeForbidden, CodeUnauthenticated, CodeInvalid; votes
// cast before an error stay cast.
func (s *Service) CountPendingVotes(ctx context.Context, actor models.Actor, slug string, choices map[int]models.Choice) (cast int, err error) {
	c, err := s.accepting(ctx, actor, slug, models.ActVote)
	if err != nil {
		return 0, err
	}
	p, err := s.voter(actor, c)
	if err != nil {
		return 0, err
	}
	ideas, err := s.chosenIdeas(ctx, c, choices)
	if err != nil {
		return 0, err
	}
	own, err := s.store.OwnVotes(ctx, c.ID, p.ID)
	if err != nil {
		return 0, err
	}
	for _, i := range ideas {
		if _, voted := own[i.ID]; voted {
			continue
		}
		vote := models.NewVote(c.ID, *p, models.ChosenVote{IdeaID: i.ID, Choice: choices[i.Number]}, s.Now())
		_, changed, err := s.store.PutVote(ctx, vote)
		if err != nil {
			return cast, err
		}
		if changed {
			cast++
		}
	}
	return cast, nil
}

// CountAskedVotes counts the votes for which a browser has asked for a link, once its owner
// is signed in with the address of that link: that proves as much as using it, and mail gets
// lost. It returns how many count; 0 for a link of another address, or one that was used.
func (s *Service) CountAskedVotes(ctx context.Context, actor models.Actor, tokenHash string) (int, error) {
	p, err := signedIn(actor)
	if err != nil {
		return 0, err
	}
	l, err := s.store.Link(ctx, tokenHash)
	if models.IsNotFound(err) {
		return 0, nil
	}
	if err != nil || l.Purpose != models.PurposeBallot || l.AddressKey != p.AddressKey || l.CheckUse(s.Now()) != nil {
		return 0, err
	}
	used, err := s.store.UseLink(ctx, models.LinkUse{TokenHash: tokenHash, NewID: newID(), Guest: actor.Guest})
	if models.CodeOf(err) == models.CodeGone { // by somebody who was faster
		err = nil
	}
	return used.Counted, err
}
