package service

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"folkmoot/models"
)

// BallotLinkInput is what somebody without a session chose in one consultation, and
// the address under which it shall count. Name is optional, and so is the capacity
// where everybody may vote.
type BallotLinkInput struct {
	Slug, Email, Name string
	Capacity          models.Capacity
	Band              models.Band
	Choices           map[int]models.Choice // by number of the idea
}

// Asked says where a link goes. Whether and when its message goes out is not in it: nobody
// is told what was sent to an address before. Token is for the demonstration on one
// machine alone, which shows it.
type Asked struct {
	Address   string
	Token     string
	TokenHash string // names the link to CountAskedVotes
}

// AskBallotLink sends one link for everything that was chosen. Nothing of it counts
// before the link is used. The same browser may ask again: a message that still waits is
// replaced, one that went out is followed by another, minutes later. CodeNotFound, CodeClosed, CodeForbidden for a capacity
// or band that may not vote here, CodeInvalid with the fields, CodeLimited.
func (s *Service) AskBallotLink(ctx context.Context, actor models.Actor, in BallotLinkInput) (Asked, error) {
	c, err := s.accepting(ctx, actor, in.Slug, models.ActVote)
	if err != nil {
		return Asked{}, err
	}
	l, token, err := s.ballotLink(ctx, actor, c, in)
	if err != nil {
		return Asked{}, err
	}
	ideas, err := s.chosenIdeas(ctx, c, in.Choices)
	if err != nil {
		return Asked{}, err
	}
	if len(ideas) == 0 {
		return Asked{}, models.Fail(models.CodeInvalid, "error.ballot.empty")
	}
	for _, i := range ideas {
		l.Choices = append(l.Choices, models.ChosenVote{IdeaID: i.ID, Choice: in.Choices[i.Number]})
	}
	l.Name = s.accountName(ctx, l.Name)
	if err := s.allow(ctx, models.LimitLinks, actor.Network); err != nil {
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
		"token", token, "slug", c.Slug, "title", c.Text(to.Language).Title, "choices", choiceLines(ideas, in.Choices))
	if by := askedBy(actor); by != "" {
		job.Topic = s.topic("ballot", c.ID+" "+by)
	}
	return s.sendLink(ctx, l, token, job)
}

// ballotLink checks the form and makes the link, still without choices.
func (s *Service) ballotLink(ctx context.Context, actor models.Actor, c models.Consultation, in BallotLinkInput) (models.Link, string, error) {
	var f form
	address, name := f.address("email", in.Email), f.optionalName("name", in.Name)
	capacity, band := f.capacity(in.Capacity, in.Band)
	if capacity == models.CapacityUnsaid && len(c.Settings.Capacities) > 0 {
		f.add("capacity", "error.field.capacity_needed")
	}
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

// chosenIdeas returns the published ideas among those with a choice, by number. What
// is not there any more, and what was taken back, is left out. CodeInvalid for
// something that is no choice.
func (s *Service) chosenIdeas(ctx context.Context, c models.Consultation, choices map[int]models.Choice) ([]models.Idea, error) {
	var numbers []int
	for number, choice := range choices {
		if choice == models.ChoiceNone {
			continue
		}
		if _, err := models.ParseChoice(string(choice)); err != nil {
			return nil, err
		}
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	ideas, err := s.ideasNumbered(ctx, c.ID, numbers)
	return slices.DeleteFunc(ideas, func(i models.Idea) bool { return i.Status != models.StatusPublished }), err
}

// choiceLines writes choices as the message with a ballot link takes them: number,
// choice and title between tabs, one idea a line.
func choiceLines(ideas []models.Idea, choices map[int]models.Choice) string {
	lines := make([]string, len(ideas))
	for n, i := range ideas {
		lines[n] = fmt.Sprintf("%d\t%s\t%s", i.Number, choices[i.Number], i.Title)
	}
	return strings.Join(lines, "\n")
}

// LinkVotes returns the votes that a ballot link would count: on ideas that are
// published now, in the link's order; the consultation; and how many others are gone
// since, of which nothing is told. For another link all is empty. CodeNotFound if the
// consultation is not there.
func (s *Service) LinkVotes(ctx context.Context, link models.Link) (list []models.PendingVote, c models.Consultation, gone int, err error) {
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
		list = append(list, models.PendingVote{Number: i.Number, Title: i.Title, Choice: v.Choice})
	}
	return list, c, gone, nil
}
