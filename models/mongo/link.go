package mongo

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// link is its document. All that a use of it stands for is kept in it.
type link struct {
	ID             string          `bson:"_id"`
	Op             string          `bson:"op"` // of who used it
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

	Open      bool   `bson:"open"`      // an unused ballot
	Remind    bool   `bson:"remind"`    // … of which nobody was reminded
	Todo      bool   `bson:"todo"`      // Jobs are to be added
	Jobs      string `bson:"jobs"`      // JSON
	Use       use    `bson:"use"`       // what its use stands for
	Unsettled bool   `bson:"unsettled"` // not all of it is done
}

type chosen struct {
	IdeaID string        `bson:"idea"`
	Choice models.Choice `bson:"choice"`
}

func newLink(l models.Link, jobs []models.Job) link {
	ballot := l.Purpose == models.PurposeBallot
	return link{
		ID: l.ID, TokenHash: l.TokenHash, Purpose: l.Purpose, Address: l.Address, AddressKey: l.AddressKey, Name: l.Name,
		Capacity: l.Capacity, Band: l.Band, Grant: (*grant)(l.Grant), ConsultationID: l.ConsultationID,
		Choices: mapped(l.Choices, func(c models.ChosenVote) chosen { return chosen(c) }), ReturnTo: l.ReturnTo,
		Language: l.Language, CreatedAt: l.CreatedAt, ExpiresAt: l.ExpiresAt, Open: ballot, Remind: ballot,
		Todo: len(jobs) > 0, Jobs: toJSON(jobs),
	}
}

// model gives the link; a ballot's end moves with the closing time, if there is one.
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

// link finds by either token, with the consultation of a ballot (empty if it is not
// there). CodeNotFound error.link.unknown.
func (s *Store) link(ctx context.Context, tokenHash string) (link, consultation, error) {
	var d link
	var found bool
	var err error
	for _, name := range []string{"token", "token2"} {
		if tokenHash != "" && err == nil && !found {
			d, found, err = first[link](ctx, s, "links", eq(name, tokenHash), nil, nil)
		}
	}
	if err == nil && !found {
		err = missing(false, ctx.Err(), "error.link.unknown")
	}
	if err != nil || d.Purpose != models.PurposeBallot {
		return d, consultation{}, err
	}
	c, err := s.rules(ctx, d.ConsultationID)
	if models.IsNotFound(err) {
		err = nil
	}
	return d, c, err
}

// Link implements models.LinkStore.
func (s *Store) Link(ctx context.Context, tokenHash string) (models.Link, error) {
	d, c, err := s.link(ctx, tokenHash)
	if err != nil {
		return models.Link{}, err
	}
	return d.model(c.ClosesAt), nil
}

// AddLink implements models.LinkStore. A link with a Grant was made by hand, for no
// mail, and is neither limited nor counted.
func (s *Store) AddLink(ctx context.Context, l models.Link, jobs []models.Job) error {
	return s.act(ctx, func(a *act) error {
		if l.Purpose == models.PurposeSignIn && l.Grant == nil {
			if err := a.checkSignInLimit(l); err != nil {
				return err
			}
		}
		a.commit()
		if err := a.checkRoom(jobs); err != nil {
			return errors.Join(err, s.freeSlot(a.ctx, signInBox(l), l.ID))
		}
		l.CreatedAt = a.now
		if l.ExpiresAt.IsZero() && l.Purpose == models.PurposeSignIn {
			l.ExpiresAt = a.now.Add(models.SignInLife)
		}
		d := newLink(l, jobs)
		d.Op = a.id
		there, err := s.insert(a.ctx, "links", d.ID, a.id, d)
		if err == nil && there {
			err = models.Fail(models.CodeConflict, "error.store.conflict")
		}
		if err != nil || !d.Todo {
			return err
		}
		err = s.drainLink(a.ctx, d, a.now)
		a.tellDeferred(jobs)
		return leftToSweep(err)
	})
}

// checkRoom refuses a message without which its link would be lost, if it may not even
// wait; one that may keeps its slot.
func (a *act) checkRoom(jobs []models.Job) error {
	for _, j := range jobs {
		if !j.Unconfirmed || j.Kind != models.JobBallot && j.Kind != models.JobSignIn {
			continue
		}
		j.CreatedAt = a.now
		j.NotBefore = later(j.NotBefore, a.now)
		if err := a.s.pace(a.ctx, &j); err != nil {
			return err
		}
	}
	return nil
}

// drainLink makes jobs of what a link leaves to do. Then nothing of them, and no token,
// stays with the link.
func (s *Store) drainLink(ctx context.Context, d link, at time.Time) error {
	jobs, err := fromJSON[[]models.Job](d.Jobs)
	if err != nil {
		return err
	}
	if err = s.addJobs(ctx, jobs, at); err != nil {
		return err
	}
	_, err = s.update(ctx, "links", eq("_id", d.ID, "jobs", d.Jobs), eq("$set", eq("todo", false, "jobs", "")))
	return err
}

// signInBox is the mailbox that paces links to sign in.
func signInBox(l models.Link) string { return "links " + models.HashToken(l.AddressKey) }

// checkSignInLimit refuses the sixth link to an address within an hour and says
// how long it is until the first of the last five is an hour old.
func (a *act) checkSignInLimit(l models.Link) error {
	hourAgo := a.now.Add(-time.Hour)
	_, err := a.s.slotFor(a.ctx, signInBox(l), l.ID, 2*time.Hour,
		func(slots []slot) (slot, []slot, error) {
			recent := slices.DeleteFunc(slices.Clone(slots), func(v slot) bool { return !v.At.After(hourAgo) })
			slices.SortFunc(recent, func(x, y slot) int { return x.At.Compare(y.At) })
			recent, err := a.came(recent)
			if err != nil {
				return slot{}, nil, err
			}
			if n := len(recent) - models.SignInPerHour; n >= 0 {
				return slot{}, nil, models.Fail(models.CodeLimited, "error.link.limit", "wait", recent[n].At.Sub(hourAgo))
			}
			return slot{ID: l.ID, At: a.now, Made: a.now}, recent, nil
		})
	return err
}

// came leaves out the slots of links that never came, as their program died. They are
// asked for only where one more would be too many.
func (a *act) came(slots []slot) (kept []slot, err error) {
	if len(slots) < models.SignInPerHour {
		return slots, nil
	}
	for _, v := range slots {
		there := a.now.Sub(v.Made) < slotLife
		if !there && err == nil {
			there, err = a.s.has(a.ctx, "links", eq("_id", v.ID))
		}
		if there {
			kept = append(kept, v)
		}
	}
	return kept, err
}

// RemindBallots implements models.LinkStore.
func (s *Store) RemindBallots(ctx context.Context, renew func(models.Link) (tokenHash string, job models.Job)) (int, error) {
	now, err := s.clock.now(ctx)
	if err != nil {
		return 0, err
	}
	due := eq("remind", true, "createdAt", eq("$lte", now.Add(-models.ReminderAfter)))
	if some, err := s.has(ctx, "links", due); err != nil || !some {
		return 0, err
	}
	reminded := 0
	err = s.act(ctx, func(a *act) error {
		a.commitFor(time.Minute)
		list, err := all[link](a.ctx, s, query{coll: "links", filter: due, sort: eq("createdAt", 1)})
		for _, d := range list {
			var done bool
			if err == nil {
				done, err = a.remind(d, renew)
			}
			if done {
				reminded++
			}
		}
		return err
	})
	return reminded, err
}

// remind adds the reminder of one ballot, if that can still be counted. One that never
// can again is not looked at any more.
func (a *act) remind(d link, renew func(models.Link) (string, models.Job)) (bool, error) {
	c, err := a.s.rules(a.ctx, d.ConsultationID)
	if models.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l := d.model(c.ClosesAt)
	if l.CheckUse(a.now) != nil {
		_, err = a.s.update(a.ctx, "links", eq("_id", d.ID), eq("$set", eq("remind", false)))
		return false, err
	}
	if c.model().AcceptsLateLink(l.CreatedAt, a.now) != nil {
		return false, nil
	}
	hash, job := renew(l)
	if job.Unconfirmed {
		asked := job
		asked.CreatedAt, asked.NotBefore = a.now, later(job.NotBefore, a.now)
		if err = a.s.pace(a.ctx, &asked); errors.Is(err, errFull) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	todo := toJSON([]models.Job{job})
	mine, err := a.s.swap(a.ctx, "links", d.ID, a.id, eq("_id", d.ID, "remind", true, "usedAt", int64(0)), bson.D{
		{Key: "$set", Value: eq("remind", false, "remindedAt", a.now, "token2", hash, "todo", true, "jobs", todo, "op", a.id)},
	})
	if err != nil || !mine {
		return false, err
	}
	d.Jobs = todo
	return true, leftToSweep(a.s.drainLink(a.ctx, d, a.now))
}
