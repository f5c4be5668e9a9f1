package service

import (
	"context"
	"slices"

	"folkmoot/models"
)

// VoteDone is what a vote did.
type VoteDone struct {
	Choice  models.Choice
	Changed bool  // false: the same was chosen before
	Voters  int64 // people who took part in the consultation
}

// CastVote counts the actor's choice (agree, disagree, pass or retract) on an
// idea; choosing the same again changes nothing. CodeUnauthenticated if nobody is
// signed in, CodeForbidden for staff and for who may not vote here,
// CodeNotFound, CodeClosed, CodeInvalid, CodeLimited.
func (s *Service) CastVote(ctx context.Context, actor models.Actor, slug string, number int, choice string) (VoteDone, error) {
	c, chosen, err := s.chosen(ctx, actor, slug, number, choice)
	if err != nil {
		return VoteDone{}, err
	}
	p, err := s.voter(actor, c)
	if p == nil || err != nil && chosen.Choice != models.ChoiceNone { // a vote may be taken back by anybody, staff too
		return VoteDone{}, err
	}
	if err := s.allow(ctx, models.LimitVotes, p.ID); err != nil {
		return VoteDone{}, err
	}
	kept, changed, err := s.store.PutVote(ctx, models.NewVote(c.ID, *p, chosen, s.Now()))
	if err != nil {
		return VoteDone{}, err
	}
	return s.voteDone(ctx, c.ID, kept, changed)
}

// CheckChoice checks what somebody who is not signed in chooses on an idea, to be
// kept in their browser until they sign in or use a link. A vote taken back is
// ChoiceNone. CodeNotFound, CodeClosed, CodeInvalid.
func (s *Service) CheckChoice(ctx context.Context, slug string, number int, choice string) (models.Choice, error) {
	_, chosen, err := s.chosen(ctx, models.Actor{}, slug, number, choice)
	return chosen.Choice, err
}

// chosen reads a choice on a published idea of a consultation that takes votes.
func (s *Service) chosen(ctx context.Context, actor models.Actor, slug string, number int, choice string) (models.Consultation, models.ChosenVote, error) {
	c, err := s.accepting(ctx, actor, slug, models.ActVote)
	if err != nil {
		return c, models.ChosenVote{}, err
	}
	parsed, err := models.ParseChoice(choice)
	if err != nil {
		return c, models.ChosenVote{}, err
	}
	i, err := publishedIdea(ctx, s.store.IdeaAlone, c, number)
	return c, models.ChosenVote{IdeaID: i.ID, Choice: parsed}, err
}

// voter returns who is signed in, if their votes count in c.
func (s *Service) voter(actor models.Actor, c models.Consultation) (*models.Participant, error) {
	p, err := signedIn(actor)
	if err != nil {
		return nil, models.Fail(models.CodeUnauthenticated, "error.vote.sign_in")
	}
	if err = p.CheckVote(c); err == nil {
		err = checkTier(c)
	}
	return p, err
}

// checkTier reports whether a voice confirmed by e-mail counts in c: nil or CodeForbidden.
func checkTier(c models.Consultation) error {
	if len(c.Settings.Tiers) > 0 && !slices.Contains(c.Settings.Tiers, models.TierEmail) {
		return models.Fail(models.CodeForbidden, "error.vote.tier")
	}
	return nil
}

// voteDone reads what may be shown after a vote.
func (s *Service) voteDone(ctx context.Context, consultationID string, v models.Vote, changed bool) (VoteDone, error) {
	c, err := s.store.Consultation(ctx, consultationID)
	if err != nil {
		return VoteDone{}, err
	}
	return VoteDone{Choice: v.Choice, Changed: changed, Voters: c.VoterCount}, nil
}
