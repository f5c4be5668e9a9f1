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

// job is its document. Its arguments are wiped when it is done.
type job struct {
	Doc          `bson:",inline"`
	models.Job   `bson:",inline"`
	Key          string // creation and id: lists go by it
	RecipientKey string
	Done         bool
}

func newJob(j models.Job) job {
	j.Mailbox, j.PerDay, j.Dropped = j.MailboxKey(), 0, false
	return job{Doc{ID: j.ID}, j, key(j.CreatedAt, j.ID), recipientKey(j.Recipient), !j.DoneAt.IsZero()}
}

// recipientKey makes addresses that differ in case only one.
func recipientKey(address string) string { return strings.ToLower(address) }

// mailbox is what transactions collide on that send to one mailbox, so that none counts
// without the other's messages.
type mailbox struct {
	Doc     `bson:",inline"` // a hash of the mailbox
	Touched string           // by the last of them
	Expires time.Time
}

// touch makes two transactions that send to a mailbox collide.
func touch(t *tx, key string) {
	t.Put("mailboxes", mailbox{Doc{ID: models.HashToken(key)}, t.Op(), t.Now().Add(2 * models.UnconfirmedEvery)})
}

func jobNeeds(jobs []models.Job) (needs []ref) {
	for _, j := range jobs {
		if j.Limited() {
			needs = append(needs, ref{Coll: "jobs", ID: j.ID}, ref{Coll: "mailboxes", ID: models.HashToken(j.MailboxKey())})
		}
	}
	return needs
}

// addJobs adds what a write leaves to do, and notes in jobs what was deferred or dropped. A
// job whose id is there already is ignored.
func addJobs(t *tx, jobs []models.Job) {
	for n := range jobs {
		if !t.Known("jobs", "", jobs[n].ID) {
			addJob(t, &jobs[n])
		}
	}
}

func addJob(t *tx, passed *models.Job) {
	j := *passed
	j.CreatedAt, j.Attempts, j.LeasedTo, j.DoneAt, j.LastError = t.Now(), 0, time.Time{}, time.Time{}, ""
	plan := planJob(t, j)
	j.NotBefore, j.Deferred = plan.NotBefore, plan.Deferred
	passed.Deferred, passed.Dropped = plan.Deferred, plan.Dropped
	if plan.Dropped {
		return
	}
	if plan.Replaces != "" {
		replaceJob(t, plan.Replaces)
	}
	if j.Limited() {
		touch(t, j.MailboxKey())
	}
	t.Insert("jobs", newJob(j))
}

// planJob asks the limits of a job's mailbox when it may go out.
func planJob(t *tx, j models.Job) models.JobPlan {
	var earlier []models.Job
	if j.Limited() {
		dayAgo := t.Now().Add(-models.UnconfirmedEvery)
		for _, d := range engine.List[job](t, engine.Query{Coll: "jobs", Filter: eq("mailbox", j.MailboxKey())}) {
			if d.Limited() && (!d.Done || d.DoneAt.After(dayAgo)) {
				earlier = append(earlier, d.Job)
			}
		}
	}
	return j.Plan(earlier, t.Now())
}

// replaceJob deletes a waiting job, and its link, which nobody has.
func replaceJob(t *tx, id string) {
	d, found := engine.Look[job](t, "jobs", "", id)
	if !found {
		return
	}
	if l, found := engine.Look[link](t, "links", "", d.LinkID); found && l.UsedAt.IsZero() {
		t.Delete("links", "", l.Doc.ID)
	}
	t.Delete("jobs", "", d.Doc.ID)
}

// releaseDeferred makes the deferred messages to an address due: it is confirmed now.
func releaseDeferred(t *tx, address string) {
	for _, d := range engine.List[job](t, engine.Query{Coll: "jobs", Filter: eq("recipientkey", recipientKey(address), "unconfirmed", true)}) {
		if d.Deferred && !d.Done {
			d.NotBefore, d.Deferred = t.Now(), false
			putJob(t, d)
		}
	}
}

// putJob writes a job whose time has changed, which the next one to the mailbox goes by.
func putJob(t *tx, d job) {
	if d.Limited() {
		touch(t, d.MailboxKey())
	}
	t.Put("jobs", d)
}

func finish(t *tx, d job) {
	if !d.Done {
		d.Done, d.DoneAt = true, t.Now()
	}
	d.LeasedTo, d.Args = time.Time{}, map[string]string{}
	putJob(t, d)
}

// ClaimJobs implements models.JobStore. Sign-in links go first. A job whose link was used meanwhile is
// done without anything being sent.
func (s *Store) ClaimJobs(ctx context.Context, n int, lease time.Duration) (claimed []models.Job, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	s.tidy(ctx, now)
	due := func(now time.Time) engine.Query {
		return engine.Query{
			Coll: "jobs", Filter: eq("done", false, "notbefore", eq("$lte", now), "leasedto", eq("$lte", now)),
			Sort: eq("notbefore", 1, "_id", 1),
		}
	}
	if some, err := engine.Exists(s.read(ctx), "jobs", due(now).Filter); err != nil || !some || n <= 0 {
		return nil, err
	}
	err = s.put(ctx, "", nil, func(t *tx) error {
		claimed = nil
		claim := func(d job) error {
			if linkUsed(t, d.LinkID) {
				finish(t, d)
				return nil
			}
			d.LeasedTo, d.Attempts = t.Now().Add(lease), d.Attempts+1
			t.Put("jobs", d)
			if claimed = append(claimed, d.Job); len(claimed) == n {
				return engine.ErrEnough
			}
			return nil
		}
		signIns := due(t.Now())
		signIns.Filter = append(eq("kind", models.JobSignIn), signIns.Filter...)
		if err := engine.Each(t, signIns, claim); err != nil || len(claimed) == n {
			return err
		}
		return engine.Each(t, due(t.Now()), claim)
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

func linkUsed(t *tx, id string) bool {
	if id == "" {
		return false
	}
	l, _ := engine.Look[link](t, "links", "", id)
	return !l.UsedAt.IsZero()
}

// FinishJob implements models.JobStore. CodeNotFound.
func (s *Store) FinishJob(ctx context.Context, id string) error {
	return changeOne(ctx, s, "jobs", id, "error.job.unknown", func(t *tx, d job) error {
		finish(t, d)
		return nil
	})
}

// RetryJob implements models.JobStore. CodeNotFound if there is no such job or it is done.
func (s *Store) RetryJob(ctx context.Context, id string, wait time.Duration, cause string) error {
	return changeOne(ctx, s, "jobs", id, "error.job.unknown", func(t *tx, d job) error {
		if d.Done {
			return models.Fail(models.CodeNotFound, "error.job.unknown")
		}
		d.NotBefore, d.LeasedTo, d.LastError = t.Now().Add(wait), time.Time{}, cause
		putJob(t, d)
		return nil
	})
}

// WaitingJobs implements models.JobStore.
func (s *Store) WaitingJobs(ctx context.Context, after string, limit int) ([]models.Job, string, error) {
	return pageByKey(s.read(ctx), "jobs", eq("done", false), after, limit,
		func(d job) models.Job { return d.Job }, func(j models.Job) string { return cursor(j.CreatedAt, j.ID) })
}

// ReleaseJobs implements models.JobStore. A message that was deferred because its
// address is not confirmed goes on waiting for its day: no mail server changes that promise.
func (s *Store) ReleaseJobs(ctx context.Context) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		later := engine.Query{Coll: "jobs", Filter: eq("done", false, "notbefore", eq("$gt", t.Now()))}
		for _, d := range engine.List[job](t, later) {
			if !d.Deferred {
				d.NotBefore = t.Now()
				putJob(t, d)
			}
		}
		return nil
	})
}

// tidyEvery is how often a node takes out what has expired.
const tidyEvery = time.Minute

// tidy takes out what has expired and says nothing any more: whoever reads it looks at the
// time too. What fails is tried again the next time.
func (s *Store) tidy(ctx context.Context, now time.Time) {
	last := s.tidied.Load()
	if age := now.UnixMilli() - last; age >= 0 && age < tidyEvery.Milliseconds() || !s.tidied.CompareAndSwap(last, now.UnixMilli()) {
		return
	}
	_ = s.db.DeleteMany(ctx, "sessions", eq("expiresat", eq("$lte", now)))
	_ = s.db.DeleteMany(ctx, "limits", eq("ends", eq("$lte", now.Add(-time.Hour))))
	_ = s.db.DeleteMany(ctx, "mailboxes", eq("expires", eq("$lte", now)))
	_ = s.db.DeleteMany(ctx, "jobs", eq("done", true, "doneat", eq("$lte", now.Add(-jobsKept))))
	_ = s.dropArrivals(ctx, now)
}
