package sqlite

import (
	"context"
	"math"
	"strings"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// jobsKept is how long a finished job is kept: the limit for unconfirmed addresses looks
// back over UnconfirmedEvery, the rest is for investigating complaints.
const jobsKept = 30 * 24 * time.Hour

const jobColumns = `id, kind, language, recipient, args, not_before, attempts, leased_to, done_at, last_error, created_at,
	unconfirmed, deferred, link_id, mailbox, topic`

func scanJob(row engine.Scanner) (j models.Job, err error) {
	return j, row.Scan(&j.ID, &j.Kind, &j.Language, &j.Recipient, engine.ScanJSON(&j.Args), engine.ScanTime(&j.NotBefore), &j.Attempts,
		engine.ScanTime(&j.LeasedTo), engine.ScanTime(&j.DoneAt), &j.LastError, engine.ScanTime(&j.CreatedAt), &j.Unconfirmed, &j.Deferred, &j.LinkID,
		&j.Mailbox, &j.Topic)
}

// addJobs inserts jobs and sets Deferred and Dropped in them. A job whose id exists is
// ignored.
func addJobs(t *engine.Tx, jobs []models.Job) error {
	for n := range jobs {
		known, err := engine.One[bool](t.Row("SELECT EXISTS (SELECT 1 FROM jobs WHERE id = ?)", jobs[n].ID))
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

func addJob(t *engine.Tx, passed *models.Job) error {
	j := *passed
	j.CreatedAt = t.Now
	plan, err := planJob(t, j)
	if err != nil {
		return err
	}
	j.NotBefore, j.Deferred = plan.NotBefore, plan.Deferred
	passed.Deferred, passed.Dropped = plan.Deferred, plan.Dropped
	if plan.Dropped {
		return nil
	}
	if plan.Replaces != "" {
		if err := replaceJob(t, plan.Replaces); err != nil {
			return err
		}
	}
	return t.Run("INSERT INTO jobs ("+jobColumns+`, recipient_key) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, '', ?, ?, ?, ?, ?, ?, ?)`,
		j.ID, j.Kind, j.Language, j.Recipient, engine.JSON(j.Args), engine.Millis(j.NotBefore), engine.Millis(j.CreatedAt),
		j.Unconfirmed, j.Deferred, j.LinkID, j.MailboxKey(), j.Topic, recipientKey(j.Recipient))
}

// recipientKey returns the same key for addresses that differ only in case.
func recipientKey(address string) string { return strings.ToLower(address) }

// planJob asks the limits of a job's mailbox when it may go out.
func planJob(t *engine.Tx, j models.Job) (models.JobPlan, error) {
	if !j.Limited() {
		return j.Plan(nil, t.Now), nil
	}
	rows, err := t.Query("SELECT "+jobColumns+` FROM jobs WHERE mailbox = ? AND (unconfirmed = 1 OR kind = 'mail.sign_in')
		AND (done_at = 0 OR done_at > ?)`, j.MailboxKey(), engine.Millis(t.Now.Add(-models.UnconfirmedEvery)))
	earlier, err := engine.Collect(rows, err, scanJob)
	return j.Plan(earlier, t.Now), err
}

// replaceJob deletes a waiting job, and its link, which nobody has.
func replaceJob(t *engine.Tx, id string) error {
	if err := t.Run("DELETE FROM links WHERE used_at = 0 AND id = (SELECT link_id FROM jobs WHERE id = ?)", id); err != nil {
		return err
	}
	return t.Run("DELETE FROM jobs WHERE id = ?", id)
}

// releaseDeferred makes the deferred messages to an address due, which is confirmed now.
func releaseDeferred(t *engine.Tx, address string) error {
	return t.Run(`UPDATE jobs SET not_before = ?, deferred = 0
		WHERE recipient_key = ? AND unconfirmed = 1 AND deferred = 1 AND done_at = 0`, engine.Millis(t.Now), recipientKey(address))
}

// due selects the jobs that may be claimed at a time.
const due = "done_at = 0 AND not_before <= ?1 AND leased_to <= ?1"

// ClaimJobs implements models.JobStore. Sign-in links go first. A job whose link was used meanwhile is
// done without anything being sent.
func (s *Store) ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]models.Job, error) {
	some, err := engine.One[bool](s.db.Reader(ctx).Row("SELECT EXISTS (SELECT 1 FROM jobs WHERE "+due+")", engine.Millis(s.now())))
	if err != nil || !some {
		return nil, engine.Wrap("claim jobs", err)
	}
	var claimed []models.Job
	err = s.write(ctx, func(t *engine.Tx) error {
		t.Invalidates(jobsTopic)
		if err := finishUsed(t); err != nil {
			return err
		}
		claimed = nil
		for _, which := range []string{" AND kind = 'mail.sign_in'", ""} {
			if err := claim(t, &claimed, which, n, lease); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// claim claims due jobs that which selects, until there are n.
func claim(t *engine.Tx, claimed *[]models.Job, which string, n int, lease time.Duration) error {
	rows, err := t.Query("SELECT "+jobColumns+" FROM jobs WHERE "+due+which+" ORDER BY not_before, id LIMIT ?2", engine.Millis(t.Now), n-len(*claimed))
	list, err := engine.Collect(rows, err, scanJob)
	for _, j := range list {
		j.LeasedTo, j.Attempts = t.Now.Add(lease), j.Attempts+1
		if err == nil {
			err = t.Run("UPDATE jobs SET leased_to = ?, attempts = ? WHERE id = ?", engine.Millis(j.LeasedTo), j.Attempts, j.ID)
		}
		*claimed = append(*claimed, j)
	}
	return err
}

// finishUsed finishes due jobs whose link has been used.
func finishUsed(t *engine.Tx) error {
	return t.Run("UPDATE jobs SET done_at = ?1, leased_to = 0, args = '{}' WHERE "+due+` AND link_id <> ''
		AND EXISTS (SELECT 1 FROM links WHERE id = jobs.link_id AND used_at > 0)`, engine.Millis(t.Now))
}

// FinishJob implements models.JobStore. CodeNotFound.
func (s *Store) FinishJob(ctx context.Context, id string) error {
	return s.write(ctx, func(t *engine.Tx) error {
		t.Invalidates(jobsTopic)
		if err := t.Run("DELETE FROM jobs WHERE done_at > 0 AND done_at < ?", engine.Millis(t.Now.Add(-jobsKept))); err != nil {
			return err
		}
		n, err := t.Exec(`UPDATE jobs SET done_at = CASE done_at WHEN 0 THEN ? ELSE done_at END, leased_to = 0, args = '{}'
			WHERE id = ?`, engine.Millis(t.Now), id)
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
	return s.write(ctx, func(t *engine.Tx) error {
		t.Invalidates(jobsTopic)
		n, err := t.Exec("UPDATE jobs SET not_before = ?, leased_to = 0, last_error = ? WHERE id = ? AND done_at = 0",
			engine.Millis(t.Now.Add(wait)), cause, id)
		return unknownJob(n, err)
	})
}

// WaitingJobs implements models.JobStore.
func (s *Store) WaitingJobs(ctx context.Context, after string, limit int) ([]models.Job, string, error) {
	since, id, err := engine.ParseCursor(after, math.MinInt64)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Reader(ctx).Query("SELECT "+jobColumns+` FROM jobs WHERE done_at = 0 AND (created_at, id) > (?, ?)
		ORDER BY created_at, id LIMIT ?`, since, id, engine.PageLimit(limit))
	list, err := engine.Collect(rows, err, scanJob)
	if err != nil {
		return nil, "", engine.Wrap("waiting jobs", err)
	}
	list, next := engine.Page(list, limit, func(j models.Job) string { return engine.Cursor(j.CreatedAt, j.ID) })
	return list, next, nil
}

// ReleaseJobs implements models.JobStore. A message that was deferred because its
// address is not confirmed goes on waiting for its day: no mail server changes that promise.
func (s *Store) ReleaseJobs(ctx context.Context) error {
	return s.write(ctx, func(t *engine.Tx) error {
		t.Invalidates(jobsTopic)
		return t.Run("UPDATE jobs SET not_before = ?1 WHERE done_at = 0 AND deferred = 0 AND not_before > ?1", engine.Millis(t.Now))
	})
}
