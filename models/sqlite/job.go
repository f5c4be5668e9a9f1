package sqlite

import (
	"context"
	"math"
	"strings"
	"time"

	"folkmoot/models"
)

// jobsKept is how long a done job is remembered: the promise to unconfirmed
// addresses looks back over UnconfirmedEvery, the rest is for who looks into a complaint.
const jobsKept = 30 * 24 * time.Hour

const jobColumns = `id, kind, language, recipient, args, not_before, attempts, leased_to, done_at, last_error, created_at,
	unconfirmed, deferred, link_id`

func scanJob(row scanner) (j models.Job, err error) {
	return j, row.Scan(&j.ID, &j.Kind, &j.Language, &j.Recipient, asJSON(&j.Args), at(&j.NotBefore), &j.Attempts,
		at(&j.LeasedTo), at(&j.DoneAt), &j.LastError, at(&j.CreatedAt), &j.Unconfirmed, &j.Deferred, &j.LinkID)
}

// addJobs adds what a write leaves to do, and notes in jobs what was deferred. A
// job whose id is there already is ignored.
func addJobs(t *tx, jobs []models.Job) error {
	for n := range jobs {
		known, err := one[bool](t.row("SELECT EXISTS (SELECT 1 FROM jobs WHERE id = ?)", jobs[n].ID))
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
	j, key := *passed, recipientKey(passed.Recipient)
	j.CreatedAt, j.Deferred = t.now, false
	if j.NotBefore.Before(t.now) {
		j.NotBefore = t.now
	}
	if err := deferJob(t, &j, key); err != nil {
		return err
	}
	passed.Deferred = j.Deferred
	if full, err := tooManyWait(t, j); err != nil || full {
		return errorOr(err, func() error { return refuseLink(j) })
	}
	return t.run("INSERT INTO jobs ("+jobColumns+`, recipient_key) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, '', ?, ?, ?, ?, ?)`,
		j.ID, j.Kind, j.Language, j.Recipient, toJSON(j.Args), ms(j.NotBefore), ms(j.CreatedAt),
		j.Unconfirmed, j.Deferred, j.LinkID, key)
}

// recipientKey makes addresses that differ in case only one.
func recipientKey(address string) string { return strings.ToLower(address) }

// deferJob keeps the promise of one message a day to an address that nobody has
// confirmed, or that somebody else typed who has not: an account makes no difference,
// so that nobody learns whether there is one.
func deferJob(t *tx, j *models.Job, key string) error {
	if !j.Unconfirmed {
		return nil
	}
	var last time.Time
	err := t.row("SELECT coalesce(max(max(not_before, done_at)), 0) FROM jobs WHERE recipient_key = ? AND unconfirmed = 1", key).
		Scan(at(&last))
	if due := last.Add(models.UnconfirmedEvery); !last.IsZero() && due.After(j.NotBefore) {
		j.NotBefore, j.Deferred = due, true
	}
	return err
}

// tooManyWait tells whether a job is deferred where MaxDeferred messages wait already.
func tooManyWait(t *tx, j models.Job) (bool, error) {
	if !j.Deferred {
		return false, nil
	}
	n, err := one[int](t.row("SELECT count(*) FROM jobs WHERE recipient_key = ? AND unconfirmed = 1 AND deferred = 1 AND done_at = 0",
		recipientKey(j.Recipient)))
	return n >= models.MaxDeferred, err
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
	return t.run(`UPDATE jobs SET not_before = ?, deferred = 0
		WHERE recipient_key = ? AND unconfirmed = 1 AND deferred = 1 AND done_at = 0`, ms(t.now), recipientKey(address))
}

// due are the jobs that may be claimed at a time.
const due = "done_at = 0 AND not_before <= ?1 AND leased_to <= ?1"

// ClaimJobs implements models.JobStore. A job whose link was used meanwhile is
// done without anything being sent.
func (s *Store) ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]models.Job, error) {
	some, err := one[bool](s.reader(ctx).row("SELECT EXISTS (SELECT 1 FROM jobs WHERE "+due+")", ms(s.now())))
	if err != nil || !some {
		return nil, wrap("claim jobs", err)
	}
	var claimed []models.Job
	err = s.put(ctx, func(t *tx) error {
		t.touches(jobsTopic)
		if err := finishUsed(t); err != nil {
			return err
		}
		rows, err := t.query("SELECT "+jobColumns+" FROM jobs WHERE "+due+" ORDER BY not_before, id LIMIT ?2", ms(t.now), n)
		claimed, err = collect(rows, err, scanJob)
		for i := range claimed {
			j := &claimed[i]
			j.LeasedTo, j.Attempts = t.now.Add(lease), j.Attempts+1
			if err == nil {
				err = t.run("UPDATE jobs SET leased_to = ?, attempts = ? WHERE id = ?", ms(j.LeasedTo), j.Attempts, j.ID)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// finishUsed finishes due jobs that carry a link which is used by now.
func finishUsed(t *tx) error {
	return t.run("UPDATE jobs SET done_at = ?1, leased_to = 0, args = '{}' WHERE "+due+` AND link_id <> ''
		AND EXISTS (SELECT 1 FROM links WHERE id = jobs.link_id AND used_at > 0)`, ms(t.now))
}

// FinishJob implements models.JobStore. CodeNotFound.
func (s *Store) FinishJob(ctx context.Context, id string) error {
	return s.put(ctx, func(t *tx) error {
		t.touches(jobsTopic)
		if err := t.run("DELETE FROM jobs WHERE done_at > 0 AND done_at < ?", ms(t.now.Add(-jobsKept))); err != nil {
			return err
		}
		n, err := t.exec(`UPDATE jobs SET done_at = CASE done_at WHEN 0 THEN ? ELSE done_at END, leased_to = 0, args = '{}'
			WHERE id = ?`, ms(t.now), id)
		return unknownJob(n, err)
	})
}

func unknownJob(n int64, err error) error {
	if err == nil && n == 0 {
		return models.Fail(models.CodeNotFound, "error.job.unknown")
	}
	return err
}

// RetryJob implements models.JobStore. CodeNotFound if there is no such job or it is done.
func (s *Store) RetryJob(ctx context.Context, id string, wait time.Duration, cause string) error {
	return s.put(ctx, func(t *tx) error {
		t.touches(jobsTopic)
		n, err := t.exec("UPDATE jobs SET not_before = ?, leased_to = 0, last_error = ? WHERE id = ? AND done_at = 0",
			ms(t.now.Add(wait)), cause, id)
		return unknownJob(n, err)
	})
}

// WaitingJobs implements models.JobStore.
func (s *Store) WaitingJobs(ctx context.Context, after string, limit int) ([]models.Job, string, error) {
	since, id, err := parseCursor(after, math.MinInt64)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.reader(ctx).query("SELECT "+jobColumns+` FROM jobs WHERE done_at = 0 AND (created_at, id) > (?, ?)
		ORDER BY created_at, id LIMIT ?`, since, id, more(limit))
	list, err := collect(rows, err, scanJob)
	if err != nil {
		return nil, "", wrap("waiting jobs", err)
	}
	list, next := page(list, limit, func(j models.Job) string { return cursor(j.CreatedAt, j.ID) })
	return list, next, nil
}

// ReleaseJobs implements models.JobStore. A message that was deferred because its
// address is not confirmed goes on waiting for its day: no mail server changes that promise.
func (s *Store) ReleaseJobs(ctx context.Context) error {
	return s.put(ctx, func(t *tx) error {
		t.touches(jobsTopic)
		return t.run("UPDATE jobs SET not_before = ?1 WHERE done_at = 0 AND deferred = 0 AND not_before > ?1", ms(t.now))
	})
}
