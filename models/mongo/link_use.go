package mongo

import (
	"cmp"
	"context"
	"time"

	"folkmoot/models"
)

// use is what one use of a link stands for, and what came of it.
type use struct {
	NewID     string    `bson:"newId"`
	TokenHash string    `bson:"session"`
	ExpiresAt time.Time `bson:"expiresAt"` // of the session
	Counted   int       `bson:"counted"`
	TooLate   int       `bson:"tooLate"`
	Refused   int       `bson:"refused"`
}

// UseLink implements models.LinkStore.
func (s *Store) UseLink(ctx context.Context, u models.LinkUse) (used models.LinkUsed, err error) {
	err = s.act(ctx, func(a *act) error {
		d, c, err := a.usable(u.TokenHash)
		if err != nil {
			return err
		}
		claim := func(consultation) (err error) {
			d, err = a.claimLink(d, u)
			return err
		}
		if len(d.Choices) == 0 {
			a.commit()
			if err = claim(c); err == nil {
				_, err = s.settleLink(a.ctx, d)
			}
		} else {
			check := func(c consultation) error { return d.model(c.ClosesAt).CheckUse(a.now) }
			err = a.run(d.ConsultationID, &entry{Kind: kindLink, Ref: d.ID}, check, claim)
		}
		if err == nil {
			used, err = s.linkUsed(a.ctx, d.ID, c)
		}
		return err
	})
	if err != nil {
		return models.LinkUsed{}, err
	}
	return used, nil
}

// usable reads a link that may be used now.
func (a *act) usable(tokenHash string) (link, consultation, error) {
	d, c, err := a.s.link(a.ctx, tokenHash)
	if err == nil {
		err = d.model(c.ClosesAt).CheckUse(a.now)
	}
	return d, c, err
}

// claimLink is the act: the link is used, by this operation alone.
func (a *act) claimLink(d link, u models.LinkUse) (link, error) {
	d.UsedAt, d.Op, d.Unsettled, d.Open, d.Remind = a.now, a.id, true, false, false
	d.Use = use{NewID: u.NewID, TokenHash: u.Session.TokenHash, ExpiresAt: u.Session.ExpiresAt}
	mine, err := a.s.swap(a.ctx, "links", d.ID, a.id, eq("_id", d.ID, "usedAt", int64(0)), eq("$set", eq(
		"usedAt", a.now, "op", a.id, "unsettled", true, "open", false, "remind", false, "use", d.Use)))
	if err == nil && !mine {
		err = models.Fail(models.CodeGone, "error.link.used")
	}
	return d, err
}

// linkUsed tells what came of a use.
func (s *Store) linkUsed(ctx context.Context, id string, c consultation) (models.LinkUsed, error) {
	d, _, err := get[link](ctx, s, "links", id)
	if err == nil && d.Unsettled {
		err = errBusy(nil)
	}
	if err != nil {
		return models.LinkUsed{}, err
	}
	p, err := s.accountOf(ctx, d)
	if err != nil {
		return models.LinkUsed{}, err
	}
	return models.LinkUsed{
		Link: d.model(c.ClosesAt), Participant: p.model(), Created: p.Op == d.Op,
		Counted: d.Use.Counted, TooLate: d.Use.TooLate, Refused: d.Use.Refused,
	}, nil
}

// accountOf reads the account that a used link has led to.
func (s *Store) accountOf(ctx context.Context, d link) (participant, error) {
	id := d.Use.NewID
	if d.AddressKey != "" {
		held, _, err := get[addressee](ctx, s, "addresses", d.AddressKey)
		if err != nil {
			return participant{}, err
		}
		id = held.Participant
	}
	p, _, err := get[participant](ctx, s, "participants", id)
	return p, err
}

// followLink settles a ballot that was used.
func (s *Store) followLink(ctx context.Context, consultationID string, e entry, late bool) error {
	d, _, err := get[link](ctx, s, "links", e.Ref)
	if err != nil {
		return err
	}
	votes, err := s.settleLink(ctx, d)
	if err != nil {
		return err
	}
	e.First = true
	seen, err := s.recountAfter(ctx, consultationID, votes, e, late)
	if err != nil {
		return err
	}
	inc := eq("voteSeq", int64(len(votes)))
	if seen || late {
		inc = append(inc, field{Key: "version", Value: int64(1)})
	}
	return s.complete(ctx, consultationID, e.Op, inc, nil)
}

// settleLink does all that the use of a link stands for: the account, the session, what
// was sent with the address, what waited for its confirmation, and the votes. It gives
// the entries that it has written, also when they were written before.
func (s *Store) settleLink(ctx context.Context, d link) ([]vote, error) {
	p, err := s.join(ctx, d)
	if err != nil {
		return nil, err
	}
	if d.Use.TokenHash != "" {
		v := models.Session{TokenHash: d.Use.TokenHash, ParticipantID: p.ID, ExpiresAt: d.Use.ExpiresAt}
		if err = s.addSession(ctx, v, d.UsedAt); err != nil {
			return nil, err
		}
	}
	if err = s.takeOver(ctx, d.AddressKey, p.ID); err != nil {
		return nil, err
	}
	if err = s.releaseDeferred(ctx, d.Address, d.UsedAt); err != nil {
		return nil, err
	}
	votes, err := s.countChoices(ctx, &d, p)
	if err == nil {
		err = s.closeSpent(ctx, d, p.ID)
	}
	if err != nil {
		return nil, err
	}
	_, err = s.update(ctx, "links", eq("_id", d.ID, "op", d.Op), eq("$set", eq("unsettled", false, "use", d.Use)))
	return votes, err
}

// join finds or adds the account of the link's address. What the account does not say
// yet of itself is taken from the link.
func (s *Store) join(ctx context.Context, d link) (models.Participant, error) {
	p := models.Participant{
		ID: d.Use.NewID, Name: d.Name, Address: d.Address, AddressKey: d.AddressKey,
		Capacity: d.Capacity, Band: d.Band, Language: d.Language,
	}
	kept, created, err := s.ensure(ctx, p, d.Op, d.UsedAt)
	if err != nil || created {
		return kept, err
	}
	if kept.Capacity == "" && d.Capacity != "" {
		kept.Capacity, kept.Band = d.Capacity, d.Band
		_, err = s.update(ctx, "participants", eq("_id", kept.ID, "capacity", ""),
			eq("$set", eq("capacity", d.Capacity, "band", d.Band)))
	}
	if err == nil && kept.Name == "" && d.Name != "" {
		_, err = s.update(ctx, "participants", eq("_id", kept.ID, "name", ""), eq("$set", eq("name", d.Name)))
	}
	kept.Name = cmp.Or(kept.Name, d.Name)
	return kept, err
}

// takeOver gives to the account what guests sent with its address.
func (s *Store) takeOver(ctx context.Context, addressKey, participantID string) error {
	if addressKey == "" {
		return nil
	}
	for _, coll := range []string{"replies", "ideas"} {
		q := query{coll: coll, filter: eq("addressKey", addressKey, "participant", ""), fields: eq("c", 1)}
		list, err := all[contribution](ctx, s, q)
		for _, d := range list {
			if err == nil {
				_, err = s.update(ctx, coll, eq("c", d.ConsultationID, "_id", d.ID, "participant", ""),
					eq("$set", eq("participant", participantID)))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// countChoices puts the votes that waited, at the time when they were chosen, by the
// rules as they were when the link was used.
func (s *Store) countChoices(ctx context.Context, d *link, p models.Participant) (written []vote, err error) {
	d.Use.Counted, d.Use.TooLate, d.Use.Refused = 0, 0, 0
	if len(d.Choices) == 0 {
		return nil, nil
	}
	c, err := s.rules(ctx, d.ConsultationID)
	if err != nil {
		return nil, err
	}
	for _, choice := range d.Choices {
		switch {
		case p.CheckVote(c.model()) != nil:
			d.Use.Refused++
		case c.model().AcceptsLateLink(d.CreatedAt, d.UsedAt) != nil:
			d.Use.TooLate++
		default:
			v, err := s.countChoice(ctx, c, d, p, choice)
			if err != nil {
				return nil, err
			}
			written = append(written, v...)
		}
	}
	return written, nil
}

// countChoice puts one; a vote that was changed since by the same person stands as changed.
func (s *Store) countChoice(ctx context.Context, c consultation, d *link, p models.Participant, choice chosen) ([]vote, error) {
	_, err := s.votedOn(ctx, c.ID, choice.IdeaID)
	if models.IsNotFound(err) {
		d.Use.Refused++
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b := &casting{
		act:  &act{s: s, ctx: ctx, id: d.Op, now: d.UsedAt},
		vote: models.NewVote(c.ID, p, models.ChosenVote(choice), d.CreatedAt),
	}
	kept, changed, err := b.cast(c)
	if err != nil {
		return nil, err
	}
	if kept.Choice == choice.Choice {
		d.Use.Counted++
	}
	if !changed {
		return nil, nil
	}
	return []vote{{Vote: newBallot(kept, d.Op), Prev: b.previous()}}, nil
}

// closeSpent closes the other ballot links of the address that have nothing left to
// say: on each of their ideas the account's vote is the same, or was made later.
func (s *Store) closeSpent(ctx context.Context, d link, participantID string) error {
	if d.Purpose != models.PurposeBallot {
		return nil
	}
	q := query{coll: "links", filter: eq("addressKey", d.AddressKey, "purpose", models.PurposeBallot, "usedAt", int64(0))}
	waiting, err := all[link](ctx, s, q)
	for _, w := range waiting {
		if err != nil {
			return err
		}
		if w.ConsultationID != d.ConsultationID {
			continue
		}
		var spent bool
		if spent, err = s.isSpent(ctx, w, participantID); spent && err == nil {
			_, err = s.update(ctx, "links", eq("_id", w.ID, "usedAt", int64(0)),
				eq("$set", eq("usedAt", d.UsedAt, "open", false, "remind", false)))
		}
	}
	return err
}

func (s *Store) isSpent(ctx context.Context, w link, participantID string) (bool, error) {
	for _, c := range w.Choices {
		v, there, err := within[vote](ctx, s, "votes", w.ConsultationID, voteID(c.IdeaID, participantID))
		if err != nil || !there || v.Vote.Choice != c.Choice && !v.Vote.At.After(w.CreatedAt) {
			return false, err
		}
	}
	return true, nil
}
