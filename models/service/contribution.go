package service

import (
	"context"
	"fmt"
	"strings"
	"time"

	"folkmoot/models"
)

// Own is what the author of a waiting text may know and do.
type Own struct {
	CanEdit   bool
	Token     string // of a private link, which proves no address
	Addressed bool   // word of it can be mailed: there is an address, or an account
	Confirmed bool   // that is the address of an account
}

// ownOf returns that for a text that waits.
func (s *Service) ownOf(item models.Item, by models.Contribution, canEdit bool) Own {
	return Own{
		CanEdit: canEdit, Token: s.shownToken(item, by), Confirmed: by.ParticipantID != "",
		Addressed: by.ParticipantID != "" || by.Address != "",
	}
}

// ContributionView is what a private link shows of a text to whoever holds it.
type ContributionView struct {
	Consultation models.Consultation
	Item         models.Item
	Thing        models.Contribution
	Title, HTML  string
	Number       int    // of an idea, once published
	MergedInto   int    // the number of the idea it was merged into in the end; 0: none
	IdeaNumber   int    // of the idea it is, or in whose thread it stands; 0: none
	Path         string // where it stands while it is published, else ""
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
	v := ContributionView{Consultation: c, Item: t.Item(), Thing: t.Contribution, IdeaNumber: t.AtIdea()}
	v.Title, _, v.HTML = t.Words()
	v.CanWithdraw = canWithdraw(c, t.Contribution) == nil
	if v.CanConfirm, err = s.canConfirm(ctx, t); err != nil {
		return ContributionView{}, err
	}
	if t.Status == models.StatusPublished {
		v.Path = publicPath(c.Slug, t)
	}
	if i, isIdea := t.Text.(models.Idea); isIdea {
		v.Number, v.Response = i.Number, i.Response
		v.MergedInto, err = s.mergedInto(ctx, i)
	}
	return v, err
}

// byToken loads what a private link stands for.
func (s *Service) byToken(ctx context.Context, token string) (text, error) {
	if item, ok := s.shownItem(token); ok {
		t, err := s.load(ctx, item)
		t.shown = true
		return t, err
	}
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

// canWithdraw reports whether the author may take the text back: nil, CodeClosed in a draft
// and once the result is sealed, or CodeConflict if there is nothing to take back.
func canWithdraw(c models.Consultation, by models.Contribution) error {
	switch c.State {
	case models.StateDraft: // its ideas are the organiser's, who takes them out on the draft's page
		return models.Fail(models.CodeClosed, "error.consultation.not_open")
	case models.StateSealed, models.StateAnswered:
		return models.Fail(models.CodeClosed, "error.contribution.sealed")
	}
	if _, err := models.ActionWithdraw.Next(by); err != nil {
		return models.Fail(models.CodeConflict, "error.contribution.withdrawn")
	}
	return nil
}

// Withdraw takes a text back on its author's wish, as a decision in the chain.
// An idea keeps its number and place, without its words. One that is withdrawn already stays
// so. CodeNotFound, CodeClosed once sealed, CodeConflict if it was decided against.
func (s *Service) Withdraw(ctx context.Context, token string) error {
	t, err := s.byToken(ctx, token)
	if err != nil {
		return err
	}
	return s.withdraw(ctx, t)
}

// ForWithdrawal returns a text that the actor may withdraw, because they sent it from this
// account or with this cookie. To anybody else it is CodeNotFound; CodeClosed and
// CodeConflict as with Withdraw.
func (s *Service) ForWithdrawal(ctx context.Context, actor models.Actor, item models.Item) (ContributionView, error) {
	t, err := s.own(ctx, actor, item)
	if err != nil {
		return ContributionView{}, err
	}
	c, err := s.store.Consultation(ctx, t.ConsultationID)
	if err != nil {
		return ContributionView{}, fmt.Errorf("find the consultation: %w", err)
	}
	v := ContributionView{Consultation: c, Item: item, Thing: stranger(t.Contribution), IdeaNumber: t.AtIdea()}
	v.Title, _, v.HTML = t.Words()
	return v, canWithdraw(c, t.Contribution)
}

// WithdrawOwn is Withdraw for a text of the actor's. It returns where that stood.
func (s *Service) WithdrawOwn(ctx context.Context, actor models.Actor, item models.Item) (Place, error) {
	t, err := s.own(ctx, actor, item)
	if err != nil {
		return Place{}, err
	}
	c, err := s.store.Consultation(ctx, t.ConsultationID)
	if err != nil {
		return Place{}, fmt.Errorf("find the consultation: %w", err)
	}
	p := Place{Slug: c.Slug}
	if item.Kind == models.KindReply { // an idea was on the consultation's own page
		p.IdeaNumber = t.AtIdea()
	}
	return p, s.withdraw(ctx, t)
}

// own loads a text of the actor's. CodeNotFound for any other.
func (s *Service) own(ctx context.Context, actor models.Actor, item models.Item) (text, error) {
	t, err := s.load(ctx, item)
	if err == nil && !t.OwnedBy(actor.Author()) {
		err = models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	return t, err
}

func (s *Service) withdraw(ctx context.Context, t text) error {
	if t.Withdrawn { // the button was pressed twice
		return nil
	}
	c, err := s.store.Consultation(ctx, t.ConsultationID)
	if err != nil {
		return fmt.Errorf("find the consultation: %w", err)
	}
	if err := canWithdraw(c, t.Contribution); err != nil {
		return err
	}
	title, body, _ := t.Words()
	_, err = s.store.Decide(ctx, models.Decision{
		ConsultationID: c.ID, Action: models.ActionWithdraw, ReasonSalt: NewToken(), ActorID: t.ParticipantID,
		Items: []models.DecisionItem{{
			Item: t.Item(), Rev: t.Rev, From: t.Status, To: models.StatusRemoved,
			Digest: models.TextDigest(t.Salt, title, body),
		}},
	}, nil)
	if models.CodeOf(err) == models.CodeConflict { // at once, perhaps, by a second press
		if now, failed := s.load(ctx, t.Item()); failed == nil && now.Withdrawn {
			return nil
		}
	}
	return err
}

// canConfirm reports whether a private link may confirm the address it was mailed
// to: only if nothing has an account there yet. Such a link is long-lived and
// gets passed on, so it never opens an account that exists. One that a page has shown was
// not mailed, and confirms nothing.
func (s *Service) canConfirm(ctx context.Context, t text) (bool, error) {
	if t.shown || t.ParticipantID != "" || t.Address == "" {
		return false, nil
	}
	p, err := s.accountAt(ctx, t.Address)
	return p == nil, err
}

// ConfirmContribution makes the account of the address that a private link was
// mailed to, takes over what was sent with it, and signs in for life. CodeNotFound,
// CodeConflict if there is nothing to confirm.
func (s *Service) ConfirmContribution(ctx context.Context, token string, life time.Duration) (Used, error) {
	t, err := s.byToken(ctx, token)
	if err != nil {
		return Used{}, err
	}
	if ok, err := s.canConfirm(ctx, t); err != nil || !ok {
		if err == nil {
			err = models.Fail(models.CodeConflict, "error.contribution.confirmed")
		}
		return Used{}, err
	}
	session := NewToken()
	p, err := s.store.ConfirmAddress(ctx, models.Participant{
		ID: newID(), Name: t.AuthorName, Address: t.Address, AddressKey: AddressKey(t.Address), Language: t.Language,
	}, models.Session{TokenHash: models.HashToken(session), ExpiresAt: s.Now().Add(life)})
	return Used{
		LinkUsed: models.LinkUsed{Participant: p, Created: true}, SessionToken: session,
		ReturnTo: "/contributions/" + strings.TrimSpace(token),
	}, err
}
