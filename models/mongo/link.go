package mongo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// link is its document.
type link struct {
	ID             string          `bson:"_id"`
	TokenHash      string          `bson:"token"`
	TokenHash2     string          `bson:"token2"`
	Purpose        models.Purpose  `bson:"purpose"`
	Address        string          `bson:"address"`
	AddressKey     string          `bson:"addressKey"`
	Name           string          `bson:"name"`
	Capacity       models.Capacity `bson:"capacity"`
	Band           models.Band     `bson:"band"`
	Grant          *grant          `bson:"grant"`
	ConsultationID string          `bson:"c"`
	Choices        []chosen        `bson:"choices"`
	ReturnTo       string          `bson:"returnTo"`
	Language       string          `bson:"language"`
	CreatedAt      time.Time       `bson:"createdAt"`
	ExpiresAt      time.Time       `bson:"expiresAt"`
	UsedAt         time.Time       `bson:"usedAt"`
	RemindedAt     time.Time       `bson:"remindedAt"`
	Open           bool            `bson:"open"`   // an unused ballot
	Remind         bool            `bson:"remind"` // … of which nobody was reminded
}

// DocKey implements engine.Document.
func (d link) DocKey() (c, id string) { return "", d.ID }

type chosen struct {
	IdeaID string        `bson:"idea"`
	Choice models.Choice `bson:"choice"`
}

func newLink(l models.Link) link {
	open := l.Purpose == models.PurposeBallot && l.UsedAt.IsZero()
	return link{
		ID: l.ID, TokenHash: l.TokenHash, TokenHash2: l.TokenHash2, Purpose: l.Purpose, Address: l.Address,
		AddressKey: l.AddressKey, Name: l.Name, Capacity: l.Capacity, Band: l.Band, Grant: (*grant)(l.Grant),
		ConsultationID: l.ConsultationID, Choices: mapped(l.Choices, func(c models.ChosenVote) chosen { return chosen(c) }),
		ReturnTo: l.ReturnTo, Language: l.Language, CreatedAt: l.CreatedAt, ExpiresAt: l.ExpiresAt, UsedAt: l.UsedAt,
		RemindedAt: l.RemindedAt, Open: open, Remind: open && l.RemindedAt.IsZero(),
	}
}

// model returns the link; a ballot's end moves with the closing time, if there is one.
func (d link) model(closes time.Time) models.Link {
	l := models.Link{
		ID: d.ID, TokenHash: d.TokenHash, TokenHash2: d.TokenHash2, Purpose: d.Purpose, Address: d.Address,
		AddressKey: d.AddressKey, Name: d.Name, Capacity: d.Capacity, Band: d.Band, Grant: (*models.Grant)(d.Grant),
		ConsultationID: d.ConsultationID, ReturnTo: d.ReturnTo, Language: d.Language,
		Choices:   mapped(d.Choices, func(c chosen) models.ChosenVote { return models.ChosenVote(c) }),
		CreatedAt: d.CreatedAt, ExpiresAt: d.ExpiresAt, UsedAt: d.UsedAt, RemindedAt: d.RemindedAt,
	}
	if d.Purpose == models.PurposeBallot && !closes.IsZero() {
		l.ExpiresAt = closes.Add(models.LateLinks)
	}
	return l
}

// use marks a link used.
func (d *link) use(now time.Time) { d.UsedAt, d.Open, d.Remind = now, false, false }

// findLink finds by either token; CodeNotFound error.link.unknown.
func findLink(r engine.Reader, tokenHash string) (link, error) {
	for _, name := range []string{"token", "token2"} {
		if tokenHash == "" {
			break
		}
		d, found, err := engine.First[link](r, engine.Query{Coll: "links", Filter: eq(name, tokenHash)})
		if err != nil || found {
			return d, err
		}
	}
	return link{}, missing(false, nil, "error.link.unknown")
}

// whole returns the link with its end.
func (d link) whole(r engine.Reader) (models.Link, error) {
	if d.Purpose != models.PurposeBallot {
		return d.model(time.Time{}), nil
	}
	c, err := rules(r, d.ConsultationID)
	if models.IsNotFound(err) {
		err = nil
	}
	return d.model(c.ClosesAt), err
}

// Link implements models.LinkStore.
func (s *Store) Link(ctx context.Context, tokenHash string) (models.Link, error) {
	d, err := findLink(s.read(ctx), tokenHash)
	if err != nil {
		return models.Link{}, err
	}
	return d.whole(s.read(ctx))
}

// AddLink implements models.LinkStore.
func (s *Store) AddLink(ctx context.Context, l models.Link, jobs []models.Job) error {
	needs := append(jobNeeds(jobs), engine.Ref{Coll: "links", ID: l.ID}, engine.Ref{Coll: "mailboxes", ID: signInBox(l.AddressKey)})
	return s.put(ctx, "", needs, func(t *tx) error {
		if l.Purpose == models.PurposeSignIn {
			if err := checkSignInLimit(t, l.AddressKey); err != nil {
				return err
			}
		}
		l.Grant = nil
		if err := insertLink(t, l); err != nil {
			return err
		}
		return addJobs(t, jobs)
	})
}

// AddHandLink implements models.LinkStore.
func (s *Store) AddHandLink(ctx context.Context, l models.Link, by models.AuditEntry) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		if l.Grant == nil {
			l.Grant = &models.Grant{Role: models.RoleParticipant}
		}
		if err := insertLink(t, l); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
}

// insertLink inserts a link that is made now.
func insertLink(t *tx, l models.Link) error {
	l.CreatedAt = t.Now()
	if l.ExpiresAt.IsZero() && l.Purpose == models.PurposeSignIn {
		l.ExpiresAt = t.Now().Add(models.SignInLife)
	}
	l.TokenHash2, l.UsedAt, l.RemindedAt = "", time.Time{}, time.Time{}
	return t.Insert("links", newLink(l))
}

func signInBox(addressKey string) string { return "links " + models.HashToken(addressKey) }

// checkSignInLimit refuses the sixth link to an address within an hour and says
// how long it is until the first of the last five is an hour old.
func checkSignInLimit(t *tx, addressKey string) error {
	m, err := boxOf(t, signInBox(addressKey))
	if err != nil {
		return err
	}
	hourAgo := t.Now().Add(-time.Hour)
	recent := slices.DeleteFunc(slices.Clone(m.SignIns), func(at time.Time) bool { return !at.After(hourAgo) })
	if n := len(recent) - models.SignInPerHour; n >= 0 {
		return models.Fail(models.CodeLimited, "error.link.limit", "wait", recent[n].Sub(hourAgo))
	}
	m.asks(append(recent, t.Now()))
	return t.Put("mailboxes", m)
}

func (m *mailbox) asks(times []time.Time) {
	m.SignIns, m.Expires = times, times[len(times)-1].Add(2*time.Hour)
}

// UseLink implements models.LinkStore. A ballot is used in its consultation's queue.
func (s *Store) UseLink(ctx context.Context, u models.LinkUse) (used models.LinkUsed, err error) {
	found, err := findLink(s.read(ctx), u.TokenHash)
	if err != nil {
		return used, err
	}
	c := ""
	if found.Purpose == models.PurposeBallot {
		c = found.ConsultationID
	}
	needs := []engine.Ref{
		{Coll: "links", ID: found.ID},
		{Coll: "addresses", ID: found.AddressKey},
		{Coll: "participants", ID: u.NewID},
		{Coll: "sessions", ID: u.Session.TokenHash},
		{Coll: "mailboxes", ID: jobBox(recipientKey(found.Address))},
	}
	err = s.put(ctx, c, needs, func(t *tx) error {
		used = models.LinkUsed{}
		d, _, err := engine.Get[link](t, "links", found.ID)
		if err != nil {
			return err
		}
		l, err := d.whole(t)
		if err == nil {
			err = l.CheckUse(t.Now())
		}
		if err != nil {
			return err
		}
		d.use(t.Now())
		l.UsedAt = d.UsedAt
		used.Link = l
		if err = t.Put("links", d); err != nil {
			return err
		}
		if used.Participant, used.Created, err = confirm(t, l.Account(u.NewID), u.Session); err != nil {
			return err
		}
		if err = countChoices(t, &used); err != nil {
			return err
		}
		return closeSpent(t, used)
	})
	if err != nil {
		return models.LinkUsed{}, err
	}
	return used, nil
}

// closeSpent closes the other ballot links of the address that have nothing left to
// say: on each of their ideas the account's vote is the same, or was made later.
func closeSpent(t *tx, used models.LinkUsed) error {
	l := used.Link
	if l.Purpose != models.PurposeBallot {
		return nil
	}
	waiting, err := engine.All[link](t, engine.Query{
		Coll: "links", Filter: eq("addressKey", l.AddressKey, "purpose", models.PurposeBallot, "usedAt", int64(0), "c", l.ConsultationID),
	})
	if err != nil {
		return err
	}
	for _, w := range waiting {
		spent, err := isSpent(t, w, used.Participant.ID)
		if err == nil && spent {
			w.use(t.Now())
			err = t.Put("links", w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isSpent(t *tx, w link, participantID string) (bool, error) {
	for _, v := range w.Choices {
		d, found, err := engine.Within[vote](t, "votes", w.ConsultationID, voteID(v.IdeaID, participantID))
		if err != nil || !found || d.Choice != v.Choice && !d.At.After(w.CreatedAt) {
			return false, err
		}
	}
	return true, nil
}

// ConfirmAddress implements models.LinkStore.
func (s *Store) ConfirmAddress(ctx context.Context, p models.Participant, v models.Session) (added models.Participant, err error) {
	needs := []engine.Ref{{Coll: "addresses", ID: p.AddressKey}, {Coll: "mailboxes", ID: jobBox(recipientKey(p.Address))}}
	err = s.put(ctx, "", needs, func(t *tx) error {
		_, taken, err := engine.Get[addressee](t, "addresses", p.AddressKey)
		if err == nil && taken {
			err = models.Fail(models.CodeConflict, "error.contribution.confirmed")
		}
		if err == nil {
			added, _, err = confirm(t, p, v)
		}
		return err
	})
	return added, err
}

// confirm finds or adds the account of p's address, adds the session, assigns to the account
// what guests sent with the address, and releases the messages that waited for that.
func confirm(t *tx, p models.Participant, v models.Session) (kept models.Participant, created bool, err error) {
	if kept, created, err = accountOf(t, p); err != nil {
		return kept, created, err
	}
	if v.TokenHash != "" {
		v.ParticipantID = kept.ID
		if err = insertSession(t, v); err != nil {
			return kept, created, err
		}
	}
	if p.AddressKey != "" {
		if err = takeOver(t, p.AddressKey, kept.ID); err != nil {
			return kept, created, err
		}
	}
	return kept, created, releaseDeferred(t, p.Address)
}

// accountOf finds or adds the account of p's address, and fills in name, capacity and band
// from p where the account has none.
func accountOf(t *tx, p models.Participant) (models.Participant, bool, error) {
	d, created, err := ensure(t, p)
	if err != nil || created {
		return d.model(), created, err
	}
	if d.Capacity == "" {
		d.Capacity, d.Band = p.Capacity, p.Band
	}
	d.Name = cmp.Or(d.Name, p.Name)
	return d.model(), false, t.Put("participants", d)
}

// takeOver makes what guests sent with an address the participant's.
func takeOver(t *tx, addressKey, participantID string) error {
	theirs := eq("addressKey", addressKey, "participant", "")
	replies, err := engine.All[reply](t, engine.Query{Coll: "replies", Filter: theirs})
	for _, d := range replies {
		if err == nil {
			d.ParticipantID = participantID
			err = t.Put("replies", d)
		}
	}
	if err != nil {
		return err
	}
	ideas, err := engine.All[idea](t, engine.Query{Coll: "ideas", Filter: theirs})
	for _, d := range ideas {
		if err == nil {
			d.ParticipantID = participantID
			err = t.Put("ideas", d)
		}
	}
	return err
}

// countChoices puts the votes that waited, at the time when they were chosen.
func countChoices(t *tx, used *models.LinkUsed) error {
	l := used.Link
	for _, choice := range l.Choices {
		c, err := rules(t, l.ConsultationID)
		if err != nil {
			return err
		}
		rules := c.model()
		switch {
		case used.Participant.CheckVote(rules) != nil:
			used.Refused++
		case rules.AcceptsLateLink(l.CreatedAt, t.Now()) != nil:
			used.TooLate++
		default:
			err = countChoice(t, c, used, choice)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// countChoice puts one; a vote that was changed since by the same person stands as changed.
func countChoice(t *tx, c consultation, used *models.LinkUsed, choice models.ChosenVote) error {
	b, err := newBallot(t, c, models.NewVote(c.ID, used.Participant, choice, used.Link.CreatedAt))
	if models.IsNotFound(err) {
		used.Refused++
		return nil
	}
	if err != nil {
		return err
	}
	kept, _, err := b.cast(t)
	if kept.Choice == choice.Choice {
		used.Counted++
	}
	return err
}

// RemindBallots implements models.LinkStore.
func (s *Store) RemindBallots(ctx context.Context, renew func(models.Link) (tokenHash string, job models.Job)) (reminded int, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, err
	}
	due := func(now time.Time) engine.Query {
		return engine.Query{
			Coll: "links", Filter: eq("remind", true, "createdAt", eq("$lte", now.Add(-models.ReminderAfter))), Sort: eq("createdAt", 1),
		}
	}
	if some, err := engine.Exists(s.read(ctx), "links", due(now).Filter); err != nil || !some {
		return 0, err
	}
	err = s.put(ctx, "", nil, func(t *tx) error {
		reminded = 0
		list, err := engine.All[link](t, due(t.Now()))
		for _, d := range list {
			var done bool
			if err == nil {
				done, err = remind(t, d, renew)
			}
			if done {
				reminded++
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return reminded, nil
}

// remind adds the reminder of one ballot, if that can still be counted. One whose time is
// over is not looked at again: after closing, that is not put off any more.
func remind(t *tx, d link, renew func(models.Link) (string, models.Job)) (bool, error) {
	c, err := rules(t, d.ConsultationID)
	if models.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l := d.model(c.ClosesAt)
	if l.CheckUse(t.Now()) != nil {
		d.Remind = false
		return false, t.Put("links", d)
	}
	if c.model().AcceptsLateLink(l.CreatedAt, t.Now()) != nil {
		return false, nil
	}
	hash, job := renew(l)
	asked := job
	if _, full, err := deferJob(t, &asked); err != nil || full {
		return false, err
	}
	d.TokenHash2, d.RemindedAt, d.Remind = hash, t.Now(), false
	if err := t.Put("links", d); err != nil {
		return false, err
	}
	return true, addJobs(t, []models.Job{job})
}
