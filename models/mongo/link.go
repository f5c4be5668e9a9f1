package mongo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

type link struct {
	Doc         `bson:",inline"`
	models.Link `bson:",inline"`
	Open        bool // an unused ballot
	Remind      bool // … of which nobody was reminded
}

func newLink(l models.Link) link {
	open := l.Purpose == models.PurposeBallot && l.UsedAt.IsZero()
	if l.Choices == nil {
		l.Choices = []models.ChosenVote{}
	}
	return link{Doc{ID: l.ID}, l, open, open && l.RemindedAt.IsZero()}
}

// model returns the link; a ballot's end moves with the closing time, if there is one.
func (d link) model(closes time.Time) models.Link {
	if d.Purpose == models.PurposeBallot && !closes.IsZero() {
		d.ExpiresAt = closes.Add(models.LateLinks)
	}
	return d.Link
}

func (d *link) use(now time.Time) { d.UsedAt, d.Open, d.Remind = now, false, false }

// findLink finds by either token; CodeNotFound error.link.unknown.
func findLink(r engine.Reader, tokenHash string) (link, error) {
	either := bson.A{eq("tokenhash", tokenHash), eq("tokenhash2", tokenHash)}
	d, found, err := engine.First[link](r, engine.Query{Coll: "links", Filter: eq("$or", either)})
	return d, engine.Missing(found && tokenHash != "", err, "error.link.unknown")
}

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
	return s.put(ctx, "", jobNeeds(jobs), func(t *tx) error {
		addJobs(t, jobs)
		l.Grant = nil
		insertLink(t, l)
		return nil
	})
}

// AddHandLink implements models.LinkStore.
func (s *Store) AddHandLink(ctx context.Context, l models.Link, by models.AuditEntry) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		if l.Grant == nil {
			l.Grant = &models.Grant{Role: models.RoleParticipant}
		}
		checkHandLink(t, l)
		insertLink(t, l)
		addAuditEntry(t, by)
		return nil
	})
}

// checkHandLink refuses a link that was made by hand for an account that has voted: whoever
// held it would see the votes. CodeConflict error.link.voted.
func checkHandLink(t *tx, l models.Link) {
	if l.Grant == nil {
		return
	}
	if held, found := engine.Look[addressee](t, "addresses", "", l.AddressKey); found {
		votes := engine.Query{Coll: "votes", Filter: eq("participantid", held.Participant), Limit: 1}
		if len(engine.List[vote](t, votes)) > 0 {
			t.Refuse(models.Fail(models.CodeConflict, "error.link.voted"))
		}
	}
}

func insertLink(t *tx, l models.Link) {
	l.CreatedAt = t.Now()
	if l.ExpiresAt.IsZero() && l.Purpose == models.PurposeSignIn {
		l.ExpiresAt = t.Now().Add(models.SignInLife)
	}
	l.TokenHash2, l.UsedAt, l.RemindedAt = "", time.Time{}, time.Time{}
	t.Insert("links", newLink(l))
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
	needs := []ref{{Coll: "links", ID: found.Doc.ID}, {Coll: "addresses", ID: found.AddressKey}}
	err = s.put(ctx, c, needs, func(t *tx) error {
		used = models.LinkUsed{}
		d, _ := engine.Look[link](t, "links", "", found.Doc.ID)
		l, err := d.whole(t)
		if err == nil {
			err = l.CheckUse(t.Now())
		}
		if err != nil {
			return err
		}
		checkHandLink(t, l)
		d.use(t.Now())
		t.Put("links", d)
		l.UsedAt = d.UsedAt
		used.Link = l
		used.Participant, used.Created = confirm(t, l.Account(u.NewID), u)
		countChoices(t, &used)
		closeSpent(t, used)
		return nil
	})
	if err != nil {
		return models.LinkUsed{}, err
	}
	return used, nil
}

// closeSpent closes the other ballot links of the address that have nothing left to
// say: on each of their ideas the account's vote is the same, or was made later.
func closeSpent(t *tx, used models.LinkUsed) {
	l := used.Link
	if l.Purpose != models.PurposeBallot {
		return
	}
	waiting := engine.List[link](t, engine.Query{
		Coll: "links", Filter: eq("addresskey", l.AddressKey, "purpose", models.PurposeBallot, "usedat", int64(0), "consultationid", l.ConsultationID),
	})
	for _, w := range waiting {
		open := slices.ContainsFunc(w.Choices, func(v models.ChosenVote) bool {
			d, found := engine.Look[vote](t, "votes", l.ConsultationID, voteID(v.IdeaID, used.Participant.ID))
			return !found || d.Choice != v.Choice && !d.At.After(w.CreatedAt)
		})
		if !open {
			w.use(t.Now())
			t.Put("links", w)
		}
	}
}

// ConfirmAddress implements models.LinkStore.
func (s *Store) ConfirmAddress(ctx context.Context, p models.Participant, v models.Session) (added models.Participant, err error) {
	err = s.put(ctx, "", nil, func(t *tx) error {
		if _, taken := engine.Look[addressee](t, "addresses", "", p.AddressKey); taken {
			return models.Fail(models.CodeConflict, "error.contribution.confirmed")
		}
		added, _ = confirm(t, p, models.LinkUse{Session: v})
		return nil
	})
	return added, err
}

// confirm finds or adds the account of p's address, adds the session, assigns to the account
// what guests sent with the address, and releases the messages that waited for that.
func confirm(t *tx, p models.Participant, u models.LinkUse) (kept models.Participant, created bool) {
	kept, created = accountOf(t, p)
	if v := u.Session; v.TokenHash != "" {
		v.ParticipantID = kept.ID
		insertSession(t, v)
	}
	if p.AddressKey != "" {
		takeOver(t, p.AddressKey, u, kept)
	}
	releaseDeferred(t, p.Address)
	return kept, created
}

// accountOf finds or adds the account of p's address, and fills in name, capacity and band
// from p where the account has none.
func accountOf(t *tx, p models.Participant) (kept models.Participant, created bool) {
	d, created := ensure(t, p)
	if d.Capacity == "" {
		d.Capacity, d.Band = p.Capacity, p.Band
	}
	d.Name = cmp.Or(d.Name, p.Name)
	t.Put("participants", d)
	return d.Participant, created
}

// takeOver makes what guests sent with an address the participant's.
func takeOver(t *tx, addressKey string, u models.LinkUse, p models.Participant) {
	theirs := eq(ofText("addresskey"), addressKey, ofText("participantid"), "")
	for _, d := range engine.List[reply](t, engine.Query{Coll: "replies", Filter: theirs}) {
		if u.TakesOver(p, d.Guest) {
			d.ParticipantID = p.ID
			t.Put("replies", d)
		}
	}
	for _, d := range engine.List[idea](t, engine.Query{Coll: "ideas", Filter: theirs}) {
		if u.TakesOver(p, d.Guest) {
			d.ParticipantID = p.ID
			t.Put("ideas", d)
		}
	}
}

// countChoices counts the votes that waited, at the time when they were chosen; a vote that
// was changed since by the same person stands as changed.
func countChoices(t *tx, used *models.LinkUsed) {
	l := used.Link
	if len(l.Choices) == 0 {
		return
	}
	c, err := rules(t, l.ConsultationID)
	t.Refuse(err)
	for _, choice := range l.Choices {
		b, err := newVoteUpdate(t, &c, models.NewVote(l.ConsultationID, used.Participant, choice, l.CreatedAt))
		switch {
		case used.Participant.CheckVote(c.Consultation) != nil || models.IsNotFound(err):
			used.Refused++
		case c.AcceptsLateLink(l.CreatedAt, t.Now()) != nil:
			used.TooLate++
		default:
			t.Refuse(err)
			if kept, _ := b.cast(t); kept.Choice == choice.Choice {
				used.Counted++
			}
		}
	}
	t.Put("consultations", c)
}

// RemindBallots implements models.LinkStore.
func (s *Store) RemindBallots(ctx context.Context, renew func(models.Link) (tokenHash string, job models.Job)) (reminded int, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, err
	}
	due := func(now time.Time) engine.Query {
		return engine.Query{
			Coll: "links", Filter: eq("remind", true, "createdat", eq("$lte", now.Add(-models.ReminderAfter))), Sort: eq("createdat", 1),
		}
	}
	if some, err := engine.Exists(s.read(ctx), "links", due(now).Filter); err != nil || !some {
		return 0, err
	}
	err = s.put(ctx, "", nil, func(t *tx) error {
		reminded = 0
		for _, d := range engine.List[link](t, due(t.Now())) {
			if remind(t, d, renew) {
				reminded++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return reminded, nil
}

// remind adds the reminder of one ballot, if that can still be counted. One whose time is
// over is not looked at again: after closing, that is not put off any more.
func remind(t *tx, d link, renew func(models.Link) (string, models.Job)) bool {
	c, found := engine.Look[consultation](t, "consultations", "", d.ConsultationID)
	if !found {
		return false
	}
	l := d.model(c.ClosesAt)
	if l.CheckUse(t.Now()) != nil {
		d.Remind = false
		t.Put("links", d)
		return false
	}
	if c.AcceptsLateLink(l.CreatedAt, t.Now()) != nil {
		return false
	}
	hash, job := renew(l)
	if planJob(t, job).Dropped {
		return false
	}
	d.TokenHash2, d.RemindedAt, d.Remind = hash, t.Now(), false
	t.Put("links", d)
	addJobs(t, []models.Job{job})
	return true
}
