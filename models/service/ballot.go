package service

import (
	"context"
	"fmt"
	"strings"

	"folkmoot/models"
)

// BallotInput is what somebody without a session chose in one consultation, and
// the address under which it shall count. Name is optional; nothing said of the
// capacity is resident.
type BallotInput struct {
	Slug, Email, Name string
	Capacity          models.Capacity
	Band              models.Band
	Choices           []models.ChosenVote
}

// Asked says where a link was sent. Token is for the demonstration on one
// machine alone, which shows it.
type Asked struct {
	Address  string
	Token    string
	Deferred bool // the message waits: this address was written to today
}

// AskBallot sends one link for everything that was chosen. Nothing of it counts
// before the link is used. CodeNotFound, CodeClosed, CodeForbidden for a capacity
// or band that may not vote here, CodeInvalid with the fields, CodeLimited.
func (s *Service) AskBallot(ctx context.Context, actor models.Actor, in BallotInput) (Asked, error) {
	c, err := s.taking(ctx, actor, in.Slug, models.ActVote)
	if err != nil {
		return Asked{}, err
	}
	l, token, err := s.ballotLink(ctx, actor, c, in)
	if err != nil {
		return Asked{}, err
	}
	chosen, err := s.checkChoices(ctx, c, in.Choices)
	if err != nil {
		return Asked{}, err
	}
	l.Choices, l.Name = chosen.votes, s.accountName(ctx, l.Name)
	if err := s.allow(ctx, "links", actor.Network, s.cfg.Limits.Links); err != nil {
		return Asked{}, err
	}
	to, err := s.guestAt(ctx, l.Address, l.Language)
	if err != nil {
		return Asked{}, err
	}
	if p := actor.Participant; p != nil && p.AddressKey == l.AddressKey {
		to.Unconfirmed = false // who is signed in writes to their own account
	}
	job := to.job(models.JobBallot,
		"token", token, "slug", c.Slug, "title", c.Text(to.Language).Title, "choices", chosen.lines)
	return s.sendLink(ctx, l, token, job)
}

// ballotLink checks the form and makes the link, still without choices.
func (s *Service) ballotLink(ctx context.Context, actor models.Actor, c models.Consultation, in BallotInput) (models.Link, string, error) {
	var f form
	address, name := f.address("email", in.Email), f.optionalName("name", in.Name)
	capacity, band := f.capacity(in.Capacity, in.Band)
	if err := f.err(); err != nil {
		return models.Link{}, "", err
	}
	if err := c.Settings.CheckEligible(capacity, band); err != nil {
		return models.Link{}, "", err
	}
	if err := checkTier(c); err != nil {
		return models.Link{}, "", err
	}
	l, token := s.newLink(models.PurposeBallot, address, orElse(actor.Language, c.Language))
	l.Name, l.Capacity, l.Band, l.ConsultationID = name, capacity, band, c.ID
	l.ExpiresAt, l.ReturnTo = c.ClosesAt.Add(models.LateLinks), "/consultations/"+c.Slug
	return l, token, nil
}

// choices are what a ballot will count, and the same as lines of number, choice and
// title between tabs, for the message.
type choices struct {
	votes []models.ChosenVote
	lines string
}

// checkChoices keeps the last choice on each idea, in the order of the ideas, and
// leaves out what was taken back. CodeInvalid for nothing, for an idea that is not
// published here, and for no choice.
func (s *Service) checkChoices(ctx context.Context, c models.Consultation, list []models.ChosenVote) (choices, error) {
	ideas, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: c.ID})
	if err != nil {
		return choices{}, err
	}
	last := map[string]models.Choice{}
	for _, v := range list {
		last[v.IdeaID] = v.Choice
	}
	var out choices
	var lines []string
	for _, i := range ideas {
		choice, ok := last[i.ID]
		if !ok || i.Status != models.StatusPublished {
			continue
		}
		delete(last, i.ID)
		if choice == models.ChoiceNone {
			continue
		}
		if _, err := models.ParseChoice(string(choice)); err != nil {
			return choices{}, err
		}
		out.votes = append(out.votes, models.ChosenVote{IdeaID: i.ID, Choice: choice})
		lines = append(lines, fmt.Sprintf("%d\t%s\t%s", i.Number, choice, i.Title))
	}
	if len(last) > 0 {
		return choices{}, models.Fail(models.CodeInvalid, "error.ballot.idea")
	}
	if len(lines) == 0 {
		return choices{}, models.Fail(models.CodeInvalid, "error.ballot.empty")
	}
	out.lines = strings.Join(lines, "\n")
	return out, nil
}

// CountBasket counts at once what was chosen in a browser before its owner signed
// in, and gives how many votes were cast. A vote that the account has already stands:
// such ideas are passed over, and those that are gone since. CodeNotFound, CodeClosed,
// CodeForbidden, CodeUnauthenticated; votes cast before an error stay cast.
func (s *Service) CountBasket(ctx context.Context, actor models.Actor, slug string, list []models.ChosenVote) (cast int, err error) {
	c, err := s.taking(ctx, actor, slug, models.ActVote)
	if err != nil {
		return 0, err
	}
	p, err := s.voter(actor, c)
	if err != nil {
		return 0, err
	}
	free, err := s.withoutVote(ctx, c.ID, p.ID)
	if err != nil {
		return 0, err
	}
	for _, v := range list {
		if _, bad := models.ParseChoice(string(v.Choice)); bad != nil || !free[v.IdeaID] {
			continue
		}
		_, changed, err := s.store.PutVote(ctx, models.NewVote(c.ID, *p, v, s.Now()))
		if err != nil {
			return cast, err
		}
		free[v.IdeaID] = false
		if changed {
			cast++
		}
	}
	return cast, nil
}

// withoutVote gives the published ideas on which a participant has no vote.
func (s *Service) withoutVote(ctx context.Context, consultationID, participantID string) (map[string]bool, error) {
	ideas, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: consultationID})
	if err != nil {
		return nil, err
	}
	mine, err := s.store.OwnVotes(ctx, consultationID, participantID)
	if err != nil {
		return nil, err
	}
	free := map[string]bool{}
	for _, i := range ideas {
		_, voted := mine[i.ID]
		free[i.ID] = i.Status == models.StatusPublished && !voted
	}
	return free, nil
}
