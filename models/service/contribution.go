package service

import (
	"context"
	"fmt"
	"strings"

	"folkmoot/models"
)

// ContributionView is what a private link shows of a text to whoever holds it.
type ContributionView struct {
	Consultation models.Consultation
	Item         models.Item
	Thing        models.Contribution
	Title, HTML  string
	Number       int // of an idea, once published
	MergedInto   int // the number of the idea it was merged into in the end; 0: none
	IdeaNumber   int // of the idea it is, or in whose thread it stands; 0: none
	Ranked       *models.ResultIdea
	Response     *models.Response // published
	CanWithdraw  bool
	CanConfirm   bool // its address is not confirmed, and this link went there
}

// Contribution returns what a private link stands for. Ranked is left nil: the
// result says it. CodeNotFound.
func (s *Service) Contribution(ctx context.Context, token string) (ContributionView, error) {
	t, err := s.byToken(ctx, token)
	if err != nil {
		return ContributionView{}, err
	}
	c, err := s.store.Consultation(ctx, t.ConsultationID)
	if err != nil {
		return ContributionView{}, fmt.Errorf("find the consultation: %w", err)
	}
	v := ContributionView{Consultation: c, Item: t.item(), Thing: t.Contribution, IdeaNumber: t.place()}
	v.Title, _, v.HTML = t.words()
	v.CanWithdraw = canWithdraw(c, t.Contribution) == nil
	if v.CanConfirm, err = s.canConfirm(ctx, t.Contribution); err != nil {
		return ContributionView{}, err
	}
	if t.Idea != nil {
		v.Number, v.Response = t.Idea.Number, t.Idea.Response
		v.MergedInto, err = s.mergedInto(ctx, *t.Idea)
	}
	return v, err
}

// byToken loads what a private link stands for.
func (s *Service) byToken(ctx context.Context, token string) (text, error) {
	item, err := s.store.ContributionByToken(ctx, models.HashToken(token))
	if models.IsNotFound(err) {
		return text{}, models.Fail(models.CodeNotFound, "error.contribution.unknown")
	}
	if err != nil {
		return text{}, fmt.Errorf("find the contribution: %w", err)
	}
	return s.load(ctx, item)
}

// mergedInto follows the merges of an idea to the last and returns its number; 0
// if it was not merged.
func (s *Service) mergedInto(ctx context.Context, i models.Idea) (int, error) {
	number := 0
	for seen := map[string]bool{i.ID: true}; i.MergedInto != "" && !seen[i.MergedInto]; {
		next, err := s.store.IdeaByID(ctx, i.MergedInto)
		if err != nil {
			return 0, fmt.Errorf("follow a merged idea: %w", err)
		}
		seen[next.ID], number, i = true, next.Number, next
	}
	return number, nil
}

// canWithdraw reports whether the author may take the text back: nil, CodeClosed
// once the result is sealed, or CodeConflict if there is nothing to take back.
func canWithdraw(c models.Consultation, by models.Contribution) error {
	if c.State == models.StateSealed || c.State == models.StateAnswered {
		return models.Fail(models.CodeClosed, "error.contribution.sealed")
	}
	if _, err := models.ActionWithdraw.Next(by); err != nil {
		return models.Fail(models.CodeConflict, "error.contribution.withdrawn")
	}
	return nil
}

// Withdraw takes a text back on its author's wish, as a decision in the chain.
// An idea keeps its number and place, without its words. CodeNotFound,
// CodeClosed once sealed, CodeConflict if it is withdrawn or was not published.
func (s *Service) Withdraw(ctx context.Context, token string) error {
	t, err := s.byToken(ctx, token)
	if err != nil {
		return err
	}
	c, err := s.store.Consultation(ctx, t.ConsultationID)
	if err != nil {
		return fmt.Errorf("find the consultation: %w", err)
	}
	if err := canWithdraw(c, t.Contribution); err != nil {
		return err
	}
	title, body, _ := t.words()
	_, err = s.store.Decide(ctx, models.Decision{
		ConsultationID: c.ID, Action: models.ActionWithdraw, ReasonSalt: NewToken(), ActorID: t.ParticipantID,
		Items: []models.DecisionItem{{
			Item: t.item(), Rev: t.Rev, From: t.Status, To: models.StatusRemoved,
			Digest: models.TextDigest(t.Salt, title, body),
		}},
	}, nil)
	return err
}

// canConfirm reports whether a private link may confirm the address it was mailed
// to: only if nothing has an account there yet. Such a link is long-lived and
// gets passed on, so it never opens an account that exists.
func (s *Service) canConfirm(ctx context.Context, by models.Contribution) (bool, error) {
	if by.ParticipantID != "" || by.Address == "" {
		return false, nil
	}
	p, err := s.accountAt(ctx, by.Address)
	return p == nil, err
}

// ConfirmContribution makes the account of the address that a private link was
// mailed to, takes over what was sent with it, and signs in. CodeNotFound,
// CodeConflict if there is nothing to confirm.
func (s *Service) ConfirmContribution(ctx context.Context, token string) (Used, error) {
	t, err := s.byToken(ctx, token)
	if err != nil {
		return Used{}, err
	}
	if ok, err := s.canConfirm(ctx, t.Contribution); err != nil || !ok {
		if err == nil {
			err = models.Fail(models.CodeConflict, "error.contribution.confirmed")
		}
		return Used{}, err
	}
	session := NewToken()
	p, err := s.store.ConfirmAddress(ctx, models.Participant{
		ID: newID(), Name: t.AuthorName, Address: t.Address, AddressKey: AddressKey(t.Address), Language: t.Language,
	}, models.Session{TokenHash: models.HashToken(session)})
	return Used{
		LinkUsed: models.LinkUsed{Participant: p, Created: true}, SessionToken: session,
		ReturnTo: "/contributions/" + strings.TrimSpace(token),
	}, err
}
