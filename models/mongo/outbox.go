package mongo

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"folkmoot/models"
)

// What an act leaves to do is written with the act: in its entry, or in the document
// that it is about. From there it becomes jobs, each under the id that its caller gave
// it, so that draining twice makes nothing twice.

// drain makes jobs of what an entry's act leaves to do.
func (s *Store) drain(ctx context.Context, e entry) error {
	jobs, err := fromJSON[[]models.Job](e.Jobs)
	if err != nil {
		return err
	}
	return s.addJobs(ctx, jobs, e.At)
}

// addJobs adds jobs that an act at a time has caused. One that may not even wait is left out.
func (s *Store) addJobs(ctx context.Context, jobs []models.Job, at time.Time) error {
	for _, j := range jobs {
		j.CreatedAt, j.Deferred = at, false
		if j.NotBefore.Before(at) {
			j.NotBefore = at
		}
		if j.Unconfirmed {
			err := s.pace(ctx, &j)
			if errors.Is(err, errFull) {
				continue
			}
			if err != nil {
				return err
			}
		}
		if _, err := s.insert(ctx, "jobs", j.ID, "", storedJob(j)); err != nil {
			return err
		}
	}
	return nil
}

func storedJob(j models.Job) job {
	return job{
		ID: j.ID, Key: key(j.CreatedAt, j.ID), Kind: j.Kind, Language: j.Language, Recipient: j.Recipient,
		RecipientKey: recipientKey(j.Recipient), Args: toJSON(j.Args), NotBefore: j.NotBefore, CreatedAt: j.CreatedAt,
		Unconfirmed: j.Unconfirmed, Deferred: j.Deferred, LinkID: j.LinkID,
	}
}

// tellDeferred notes in the jobs that were passed which of them had to wait, or were
// left out. The act is done: if that cannot be read, it is not told.
func (a *act) tellDeferred(jobs []models.Job) {
	for n := range jobs {
		if jobs[n].Unconfirmed {
			d, found, err := first[job](a.ctx, a.s, "jobs", eq("_id", jobs[n].ID), nil, eq("deferred", 1))
			jobs[n].Deferred = err == nil && (!found || d.Deferred)
		}
	}
}

// mailbox paces what is sent to one address: links to sign in, or messages that nobody
// has asked for under a confirmed address.
type mailbox struct {
	ID      string    `bson:"_id"` // what is paced and a hash of the address
	Rev     int64     `bson:"rev"`
	Slots   []slot    `bson:"slots"`
	Expires time.Time `bson:"expiresAt"` // after which it says nothing
}

// slot is one message and its time.
type slot struct {
	ID       string    `bson:"id"`
	At       time.Time `bson:"at"`
	Made     time.Time `bson:"made"`
	Deferred bool      `bson:"deferred"`
}

// slotFor gives the slot of a message in a mailbox: the one it has, or what choose makes
// of those there. choose may drop slots that say nothing more.
func (s *Store) slotFor(ctx context.Context, box, id string, keep time.Duration,
	choose func(slots []slot) (slot, []slot, error),
) (slot, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		m, there, err := get[mailbox](ctx, s, "mailboxes", box)
		if err != nil {
			return slot{}, err
		}
		if i := slices.IndexFunc(m.Slots, func(v slot) bool { return v.ID == id }); i >= 0 {
			return m.Slots[i], nil
		}
		mine, kept, err := choose(m.Slots)
		if err != nil {
			return slot{}, err
		}
		next := mailbox{ID: box, Rev: m.Rev + 1, Slots: append(kept, mine), Expires: mine.At.Add(keep)}
		done, err := s.putMailbox(ctx, m, next, there)
		if err != nil || done {
			return mine, err
		}
		if err = sleep(ctx, pause); err != nil {
			return slot{}, errBusy(err)
		}
	}
}

func (s *Store) putMailbox(ctx context.Context, old, next mailbox, there bool) (bool, error) {
	if !there {
		taken, err := s.insert(ctx, "mailboxes", next.ID, "", next)
		return !taken, err
	}
	return s.update(ctx, "mailboxes", eq("_id", old.ID, "rev", old.Rev),
		eq("$set", eq("rev", next.Rev, "slots", next.Slots, "expiresAt", next.Expires)))
}

// freeSlot gives a slot back whose message is not to be.
func (s *Store) freeSlot(ctx context.Context, box, id string) error {
	_, err := s.update(ctx, "mailboxes", eq("_id", box), eq("$pull", eq("slots", eq("id", id)), "$inc", eq("rev", int64(1))))
	return err
}

// errFull is what pace gives for a message that may not even wait.
var errFull = models.Fail(models.CodeLimited, "error.link.limit", "wait", models.UnconfirmedEvery)

// pace keeps the promise of one message a day to an address that nobody has confirmed,
// or that somebody else typed who has not. j's NotBefore is the time of its act, at the
// earliest. errFull where MaxDeferred wait already.
func (s *Store) pace(ctx context.Context, j *models.Job) error {
	if there, err := s.has(ctx, "jobs", eq("_id", j.ID)); err != nil || there {
		return err
	}
	key := recipientKey(j.Recipient)
	mine, err := s.slotFor(ctx, "jobs "+models.HashToken(key), j.ID, models.UnconfirmedEvery+time.Hour,
		func(slots []slot) (slot, []slot, error) {
			sent, err := s.sentTo(ctx, key, slots, j.CreatedAt)
			mine := slot{ID: j.ID, At: j.NotBefore, Made: j.CreatedAt}
			if due := sent.last.Add(models.UnconfirmedEvery); !sent.last.IsZero() && due.After(mine.At) {
				mine.At, mine.Deferred = due, true
			}
			if err == nil && mine.Deferred && sent.deferred >= models.MaxDeferred {
				err = errFull
			}
			return mine, sent.slots, err
		})
	if err == nil {
		j.NotBefore, j.Deferred = mine.At, mine.Deferred
	}
	return err
}

// sent is what goes to one address.
type sent struct {
	last     time.Time // when the last message goes or went out
	deferred int       // how many wait for their day
	slots    []slot    // those that have not become jobs yet
}

// slotLife is how long a slot is waited for that has not become a job: if its program has
// died, the sweep asks for another.
const slotLife = time.Minute

// sentTo reads what an address has been sent and is to be sent.
func (s *Store) sentTo(ctx context.Context, key string, slots []slot, now time.Time) (v sent, err error) {
	there := map[string]bool{}
	q := query{
		coll: "jobs", filter: eq("recipientKey", key, "unconfirmed", true),
		fields: eq("notBefore", 1, "doneAt", 1, "done", 1, "deferred", 1),
	}
	err = each(ctx, s, q, func(d job) error {
		there[d.ID] = true
		v.add(later(d.NotBefore, d.DoneAt), d.Deferred && !d.Done)
		return nil
	})
	for _, x := range slots {
		if !there[x.ID] && now.Sub(x.Made) < slotLife {
			v.add(x.At, x.Deferred)
			v.slots = append(v.slots, x)
		}
	}
	return v, err
}

func (v *sent) add(at time.Time, deferred bool) {
	v.last = later(v.last, at)
	if deferred {
		v.deferred++
	}
}

func later(a, b time.Time) time.Time {
	if cmp.Compare(ms(a), ms(b)) < 0 {
		return b
	}
	return a
}

// releaseDeferred makes the deferred messages to an address due: it is confirmed now.
func (s *Store) releaseDeferred(ctx context.Context, address string, now time.Time) error {
	q := query{coll: "jobs", filter: eq("recipientKey", recipientKey(address), "unconfirmed", true)}
	list, err := all[job](ctx, s, q)
	for _, d := range list {
		if err == nil && d.Deferred && !d.Done {
			_, err = s.update(ctx, "jobs", eq("_id", d.ID, "done", false, "deferred", true),
				eq("$set", eq("notBefore", now, "deferred", false)))
		}
	}
	return err
}
