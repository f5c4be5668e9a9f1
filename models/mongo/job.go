package mongo

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// jobsKept is how long a done job is remembered: the promise to unconfirmed
// addresses looks back over UnconfirmedEvery, the rest is for who looks into a complaint.
const jobsKept = 30 * 24 * time.Hour

// job is models.Job as it is stored.
type job struct {
	ID           string         `bson:"_id"`
	Key          string         `bson:"key"` // creation and id: lists go by it
	Op           string         `bson:"op"`  // of who claimed it last
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

// noArgs is what stays of a job's arguments.
const noArgs = "{}"

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

// ClaimJobs implements models.JobStore. A job whose link was used meanwhile is
// done without anything being sent.
func (s *Store) ClaimJobs(ctx context.Context, n int, lease time.Duration) (claimed []models.Job, err error) {
	now, err := s.clock.now(ctx)
	if err != nil {
		return nil, err
	}
	due := eq("done", false, "notBefore", eq("$lt", now.Add(time.Millisecond)))
	if some, err := s.has(ctx, "jobs", due); err != nil || !some || n <= 0 {
		return nil, err
	}
	err = s.act(ctx, func(a *act) error {
		a.commit()
		q := query{coll: "jobs", filter: due, sort: eq("notBefore", 1, "_id", 1)}
		over := 0 // after each job lost to another claimer, as many are left to it again
		return each(a.ctx, s, q, func(d job) error {
			if over--; over >= 0 || d.LeasedTo.After(a.now) {
				return nil
			}
			if used, err := a.finishUsed(d); used || err != nil {
				return err
			}
			mine, err := a.claim(&d, lease)
			if err != nil || !mine {
				over = rand.IntN(2 * n)
				return err
			}
			j, err := d.model()
			if claimed = append(claimed, j); len(claimed) == n && err == nil {
				err = errEnough
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// finishUsed finishes a job that carries a link which is used by now.
func (a *act) finishUsed(d job) (bool, error) {
	if d.LinkID == "" {
		return false, nil
	}
	used, err := a.s.has(a.ctx, "links", eq("_id", d.LinkID, "usedAt", eq("$gt", int64(0))))
	if err == nil && used {
		_, err = a.s.update(a.ctx, "jobs", d.asRead(), done(a.now))
	}
	return used, err
}

// asRead finds the job if nobody has claimed it since it was read.
func (d job) asRead() bson.D {
	return eq("done", false, "notBefore", d.NotBefore, "_id", d.ID, "leasedTo", d.LeasedTo)
}

// claim leases the job, if nobody else has meanwhile.
func (a *act) claim(d *job, lease time.Duration) (bool, error) {
	as := d.asRead()
	d.LeasedTo, d.Attempts = a.now.Add(lease), d.Attempts+1
	return a.s.swap(a.ctx, "jobs", d.ID, a.id, as, eq("$set", eq("leasedTo", d.LeasedTo, "attempts", d.Attempts, "op", a.id)))
}

// done is the change that finishes a job.
func done(now time.Time) bson.D {
	return eq("$set", eq("done", true, "doneAt", now, "leasedTo", time.Time{}, "args", noArgs))
}

// FinishJob implements models.JobStore. CodeNotFound.
func (s *Store) FinishJob(ctx context.Context, id string) error {
	return s.act(ctx, func(a *act) error {
		a.commit()
		found, err := s.update(a.ctx, "jobs", eq("_id", id, "done", false), done(a.now))
		if err != nil || found {
			return err
		}
		there, err := s.has(a.ctx, "jobs", eq("_id", id))
		return missing(there, err, "error.job.unknown")
	})
}

// RetryJob implements models.JobStore. CodeNotFound if there is no such job or it is done.
func (s *Store) RetryJob(ctx context.Context, id string, wait time.Duration, cause string) error {
	return s.act(ctx, func(a *act) error {
		a.commit()
		found, err := s.update(a.ctx, "jobs", eq("_id", id, "done", false),
			eq("$set", eq("notBefore", a.now.Add(wait), "leasedTo", time.Time{}, "lastError", cause)))
		return missing(found, err, "error.job.unknown")
	})
}

// WaitingJobs implements models.JobStore.
func (s *Store) WaitingJobs(ctx context.Context, after string, limit int) ([]models.Job, string, error) {
	from, err := parseCursor(after, "")
	if err != nil {
		return nil, "", err
	}
	var list []models.Job
	q := query{coll: "jobs", filter: eq("done", false, "key", eq("$gt", from)), sort: eq("key", 1), limit: more(limit)}
	err = each(ctx, s, q, func(d job) error {
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
	return s.act(ctx, func(a *act) error {
		a.commit()
		q := query{coll: "jobs", filter: eq("done", false, "notBefore", eq("$gt", a.now)), fields: eq("deferred", 1)}
		list, err := all[job](a.ctx, s, q)
		for _, d := range list {
			if err == nil && !d.Deferred {
				_, err = s.update(a.ctx, "jobs", eq("_id", d.ID, "done", false, "deferred", false), eq("$set", eq("notBefore", a.now)))
			}
		}
		return err
	})
}
