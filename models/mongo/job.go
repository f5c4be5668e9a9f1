package mongo

import (
	"context"
	"strings"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// jobsKept is how long a done job is remembered: the promise to unconfirmed
// addresses looks back over UnconfirmedEvery, the rest is for who looks into a complaint.
const jobsKept = 30 * 24 * time.Hour

// job is models.Job as it is stored.
type job struct {
	ID           string         `bson:"_id"`
	Key          string         `bson:"key"` // creation and id: lists go by it
	Kind         models.JobKind `bson:"kind"`
	Language     string         `bson:"language"`
	Recipient    string         `bson:"recipient"`
	RecipientKey string         `bson:"recipientKey"` // in lower case
	Args         string         `bson:"args"`         // JSON; wiped when done
	NotBefore    time.Time      `bson:"notBefore"`
	Attempts     int            `bson:"attempts"`
	LeasedTo     time.Time      `bson:"leasedTo"`
	Done         bool           `bson:"done"`
	DoneAt       time.Time      `bson:"doneAt"`
	LastError    string         `bson:"lastError"`
	CreatedAt    time.Time      `bson:"createdAt"`
	Unconfirmed  bool           `bson:"unconfirmed"`
	Deferred     bool           `bson:"deferred"`
	LinkID       string         `bson:"link"`
}

// DocKey implements engine.Document.
func (d job) DocKey() (c, id string) { return "", d.ID }

func newJob(j models.Job) job {
	return job{
		ID: j.ID, Key: key(j.CreatedAt, j.ID), Kind: j.Kind, Language: j.Language, Recipient: j.Recipient,
		RecipientKey: recipientKey(j.Recipient), Args: toJSON(j.Args), NotBefore: j.NotBefore, CreatedAt: j.CreatedAt,
		Attempts: j.Attempts, LeasedTo: j.LeasedTo, DoneAt: j.DoneAt, Done: !j.DoneAt.IsZero(), LastError: j.LastError,
		Unconfirmed: j.Unconfirmed, Deferred: j.Deferred, LinkID: j.LinkID,
	}
}

func (d job) model() (models.Job, error) {
	args, err := fromJSON[map[string]string](d.Args)
	return models.Job{
		ID: d.ID, Kind: d.Kind, Language: d.Language, Recipient: d.Recipient, Args: args, NotBefore: d.NotBefore,
		Attempts: d.Attempts, LeasedTo: d.LeasedTo, DoneAt: d.DoneAt, LastError: d.LastError, CreatedAt: d.CreatedAt,
		Unconfirmed: d.Unconfirmed, Deferred: d.Deferred, LinkID: d.LinkID,
	}, err
}

// recipientKey makes addresses that differ in case only one.
func recipientKey(address string) string { return strings.ToLower(address) }

// jobNeeds names what addJobs looks at.
func jobNeeds(jobs []models.Job) (needs []engine.Ref) {
	for _, j := range jobs {
		needs = append(needs, engine.Ref{Coll: "jobs", ID: j.ID})
		if j.Unconfirmed {
			needs = append(needs, engine.Ref{Coll: "mailboxes", ID: jobBox(recipientKey(j.Recipient))})
		}
	}
	return needs
}

// addJobs adds what a write leaves to do, and notes in jobs what was deferred. A
// job whose id is there already is ignored.
func addJobs(t *tx, jobs []models.Job) error {
	for n := range jobs {
		_, known, err := engine.Get[job](t, "jobs", jobs[n].ID)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		if err = addJob(t, &jobs[n]); err != nil {
			return err
		}
	}
	return nil
}

func addJob(t *tx, passed *models.Job) error {
	j := *passed
	j.CreatedAt, j.Attempts, j.LeasedTo, j.DoneAt, j.LastError = t.Now(), 0, time.Time{}, time.Time{}, ""
	m, full, err := deferJob(t, &j)
	if err != nil {
		return err
	}
	passed.Deferred = j.Deferred
	if full {
		return refuseLink(j)
	}
	if j.Unconfirmed {
		m.sends(j.NotBefore, j.Deferred)
		if err := t.Put("mailboxes", m); err != nil {
			return err
		}
	}
	return t.Insert("jobs", newJob(j))
}

// mailbox paces what is sent to one address: messages that nobody has asked for under a
// confirmed address, or links to sign in. All nodes collide on it.
type mailbox struct {
	ID       string      `bson:"_id"`      // what is paced and a hash of the address
	Last     time.Time   `bson:"last"`     // when the last such message goes or went out
	Deferred int64       `bson:"deferred"` // how many wait for their day
	SignIns  []time.Time `bson:"signIns"`  // when the last links to sign in were asked for
	Expires  time.Time   `bson:"expiresAt"`
}

// DocKey implements engine.Document.
func (m mailbox) DocKey() (c, id string) { return "", m.ID }

func jobBox(recipientKey string) string { return "jobs " + models.HashToken(recipientKey) }

// sends notes a message that goes out at a time, and whether it waits until then.
func (m *mailbox) sends(at time.Time, waits bool) {
	m.Last = later(m.Last, at)
	m.Expires = m.Last.Add(2 * models.UnconfirmedEvery)
	if waits {
		m.Deferred++
	}
}

func boxOf(t *tx, id string) (mailbox, error) {
	m, found, err := engine.Get[mailbox](t, "mailboxes", id)
	if !found {
		m = mailbox{ID: id}
	}
	return m, err
}

// deferJob keeps the promise of one message a day to an address that nobody has
// confirmed, or that somebody else typed who has not: an account makes no difference,
// so that nobody learns whether there is one. full reports that MaxDeferred wait already.
func deferJob(t *tx, j *models.Job) (m mailbox, full bool, err error) {
	j.Deferred = false
	if j.NotBefore.Before(t.Now()) {
		j.NotBefore = t.Now()
	}
	if !j.Unconfirmed {
		return m, false, nil
	}
	m, err = boxOf(t, jobBox(recipientKey(j.Recipient)))
	if due := m.Last.Add(models.UnconfirmedEvery); !m.Last.IsZero() && due.After(j.NotBefore) {
		j.NotBefore, j.Deferred = due, true
	}
	return m, j.Deferred && m.Deferred >= models.MaxDeferred, err
}

// refuseLink refuses a message without which its link would be lost; any other is
// only left out.
func refuseLink(j models.Job) error {
	if j.Kind != models.JobBallot && j.Kind != models.JobSignIn {
		return nil
	}
	return models.Fail(models.CodeLimited, "error.link.limit", "wait", models.UnconfirmedEvery)
}

// releaseDeferred makes the deferred messages to an address due: it is confirmed now.
func releaseDeferred(t *tx, address string) error {
	m, err := boxOf(t, jobBox(recipientKey(address)))
	if err != nil || m.Deferred == 0 {
		return err
	}
	q := engine.Query{Coll: "jobs", Filter: eq("recipientKey", recipientKey(address), "unconfirmed", true)}
	list, err := engine.All[job](t, q)
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.Deferred && !d.Done {
			d.NotBefore, d.Deferred = t.Now(), false
			if err := t.Put("jobs", d); err != nil {
				return err
			}
		}
	}
	return recountBox(t, recipientKey(address))
}

// recountBox makes a mailbox anew from all the messages that it paces.
func recountBox(t *tx, recipientKey string) error {
	list, err := engine.All[job](t, engine.Query{Coll: "jobs", Filter: eq("recipientKey", recipientKey, "unconfirmed", true)})
	if err != nil {
		return err
	}
	m := mailbox{ID: jobBox(recipientKey)}
	for _, d := range list {
		m.sends(later(d.NotBefore, d.DoneAt), d.Deferred && !d.Done)
	}
	return t.Put("mailboxes", m)
}

// finish marks a job done.
func finish(t *tx, d job) error {
	if d.Unconfirmed && !d.Done {
		m, err := boxOf(t, jobBox(d.RecipientKey))
		if err != nil {
			return err
		}
		m.sends(t.Now(), false)
		if d.Deferred && m.Deferred > 0 {
			m.Deferred--
		}
		if err := t.Put("mailboxes", m); err != nil {
			return err
		}
	}
	if !d.Done {
		d.Done, d.DoneAt = true, t.Now()
	}
	d.LeasedTo, d.Args = time.Time{}, "{}"
	return t.Put("jobs", d)
}

// ClaimJobs implements models.JobStore. A job whose link was used meanwhile is
// done without anything being sent.
func (s *Store) ClaimJobs(ctx context.Context, n int, lease time.Duration) (claimed []models.Job, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	s.tidy(ctx, now)
	due := func(now time.Time) engine.Query {
		return engine.Query{
			Coll: "jobs", Filter: eq("done", false, "notBefore", eq("$lte", now), "leasedTo", eq("$lte", now)),
			Sort: eq("notBefore", 1, "_id", 1),
		}
	}
	if some, err := engine.Exists(s.read(ctx), "jobs", due(now).Filter); err != nil || !some || n <= 0 {
		return nil, err
	}
	err = s.put(ctx, "", nil, func(t *tx) error {
		claimed = nil
		return engine.Each(t, due(t.Now()), func(d job) error {
			if used, err := linkUsed(t, d.LinkID); err != nil || used {
				return errorOr(err, func() error { return finish(t, d) })
			}
			d.LeasedTo, d.Attempts = t.Now().Add(lease), d.Attempts+1
			j, err := d.model()
			if err == nil {
				err = t.Put("jobs", d)
			}
			if claimed = append(claimed, j); len(claimed) == n && err == nil {
				err = engine.ErrEnough
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// linkUsed reports whether the link that a job carries is used by now.
func linkUsed(t *tx, id string) (bool, error) {
	if id == "" {
		return false, nil
	}
	l, found, err := engine.Get[link](t, "links", id)
	return found && !l.UsedAt.IsZero(), err
}

// changeJob runs fn on a job; CodeNotFound.
func (s *Store) changeJob(ctx context.Context, id string, fn func(t *tx, d job) error) error {
	return s.put(ctx, "", []engine.Ref{{Coll: "jobs", ID: id}}, func(t *tx) error {
		d, found, err := engine.Get[job](t, "jobs", id)
		if err != nil || !found {
			return missing(found, err, "error.job.unknown")
		}
		return fn(t, d)
	})
}

// FinishJob implements models.JobStore. CodeNotFound.
func (s *Store) FinishJob(ctx context.Context, id string) error {
	return s.changeJob(ctx, id, finish)
}

// RetryJob implements models.JobStore. CodeNotFound if there is no such job or it is done.
func (s *Store) RetryJob(ctx context.Context, id string, wait time.Duration, cause string) error {
	return s.changeJob(ctx, id, func(t *tx, d job) error {
		if d.Done {
			return models.Fail(models.CodeNotFound, "error.job.unknown")
		}
		d.NotBefore, d.LeasedTo, d.LastError = t.Now().Add(wait), time.Time{}, cause
		if d.Unconfirmed {
			m, err := boxOf(t, jobBox(d.RecipientKey))
			if err != nil {
				return err
			}
			m.sends(d.NotBefore, false)
			if err := t.Put("mailboxes", m); err != nil {
				return err
			}
		}
		return t.Put("jobs", d)
	})
}

// WaitingJobs implements models.JobStore.
func (s *Store) WaitingJobs(ctx context.Context, after string, limit int) ([]models.Job, string, error) {
	from, err := parseCursor(after, "")
	if err != nil {
		return nil, "", err
	}
	var list []models.Job
	q := engine.Query{Coll: "jobs", Filter: eq("done", false, "key", eq("$gt", from)), Sort: eq("key", 1), Limit: more(limit)}
	err = engine.Each(s.read(ctx), q, func(d job) error {
		j, err := d.model()
		list = append(list, j)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, limit, func(j models.Job) string { return cursor(j.CreatedAt, j.ID) })
	return list, next, nil
}

// ReleaseJobs implements models.JobStore. A message that was deferred because its
// address is not confirmed goes on waiting for its day: no mail server changes that promise.
func (s *Store) ReleaseJobs(ctx context.Context) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		list, err := engine.All[job](t, engine.Query{Coll: "jobs", Filter: eq("done", false, "notBefore", eq("$gt", t.Now()))})
		paced := map[string]bool{}
		for _, d := range list {
			if err == nil && !d.Deferred {
				d.NotBefore = t.Now()
				err = t.Put("jobs", d)
				paced[d.RecipientKey] = paced[d.RecipientKey] || d.Unconfirmed
			}
		}
		for key, unconfirmed := range paced {
			if err == nil && unconfirmed {
				err = recountBox(t, key)
			}
		}
		return err
	})
}

// tidyEvery is how often a node takes out what has expired.
const tidyEvery = time.Minute

// tidy takes out what has expired and says nothing any more: whoever reads it looks at the
// time too. What fails is tried again the next time.
func (s *Store) tidy(ctx context.Context, now time.Time) {
	if !s.tidied.due(now) {
		return
	}
	_ = s.db.DeleteMany(ctx, "sessions", eq("expiresAt", eq("$lte", now)))
	_ = s.db.DeleteMany(ctx, "limits", eq("expiresAt", eq("$lte", now.Add(-time.Hour))))
	_ = s.db.DeleteMany(ctx, "mailboxes", eq("deferred", int64(0), "expiresAt", eq("$lte", now)))
	_ = s.dropArrivals(ctx, now)
	_ = s.db.DeleteMany(ctx, "jobs", eq("done", true, "doneAt", eq("$lte", now.Add(-jobsKept))))
}
