package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"folkmoot/models"
)

// The pace of retries: the wait doubles from retryFirst to retryLast; a message
// that still cannot go after maxAttempts, about five days, is given up.
const (
	retryFirst  = 30 * time.Second
	retryLast   = time.Hour
	retrySignIn = 2 * time.Minute // a link to sign in lives for a quarter of an hour
	maxAttempts = 125
)

// process does one job and records the outcome in the store. What was claimed when the program began
// to stop goes back untouched. Its error is the store's.
func (r *Runner) process(ctx context.Context, job models.Job) error {
	stopping := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.grace())
	defer cancel()
	if stopping {
		return gone(r.Store.RetryJob(ctx, job.ID, 0, job.LastError))
	}
	if r.sent.has(job.ID) {
		return r.note(ctx, job.ID)
	}
	if stale(job, r.Clock.Now()) {
		return gone(r.Store.FinishJob(ctx, job.ID))
	}
	if wait, err := r.overBudget(ctx, job); err != nil || wait > 0 {
		if err == nil {
			err = gone(r.Store.RetryJob(ctx, job.ID, wait, "the day's messages are used up"))
		}
		return err
	}
	err := r.send(ctx, job)
	if err == nil {
		r.sent.add(job.ID)
		return r.note(ctx, job.ID)
	}
	log := r.Log.With("job", job.ID, "kind", job.Kind, "attempt", job.Attempts, "error", err)
	if permanent(err) || job.Attempts >= maxAttempts {
		log.ErrorContext(ctx, "jobs: message given up")
		return gone(r.Store.FinishJob(ctx, job.ID))
	}
	log.WarnContext(ctx, "jobs: message not sent, trying again")
	return gone(r.Store.RetryJob(ctx, job.ID, backoff(job), err.Error()))
}

// send renders and sends. A renderer that panics fails this message alone.
func (r *Runner) send(ctx context.Context, job models.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("render: panic: %v", p)
		}
	}()
	m, err := r.Renderer.RenderMail(job)
	if err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return r.Sender.Send(ctx, m)
}

// stale reports whether a message would say nothing true any more: a link to sign
// in that has expired while it waited.
func stale(job models.Job, now time.Time) bool {
	return job.Kind == models.JobSignIn && !now.Before(job.CreatedAt.Add(models.SignInLife))
}

// backoff returns the wait before the next attempt.
func backoff(job models.Job) time.Duration {
	last := retryLast
	if job.Kind == models.JobSignIn {
		last = retrySignIn
	}
	wait := retryFirst
	for n := 1; n < job.Attempts && wait < last; n++ {
		wait *= 2
	}
	return min(wait, last)
}

// permanent reports whether a sender said that no repeat can help.
func permanent(err error) bool {
	p, ok := errors.AsType[interface {
		error
		Permanent() bool
	}](err)
	return ok && p.Permanent()
}

// gone forgives a job that is not there any more: its account was deleted, or
// another node did it after our lease had run out.
func gone(err error) error {
	if models.IsNotFound(err) {
		return nil
	}
	return err
}
