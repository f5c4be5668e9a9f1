package jobs

import (
	"context"
	"strings"
	"sync"
	"time"

	"folkmoot/models"
)

// budgetWindow is how long a count of messages lasts.
const budgetWindow = 24 * time.Hour

// budgeted are the kinds of messages that count.
var budgeted = map[models.JobKind]bool{
	models.JobBallot: true, models.JobBallotReminder: true, models.JobReceived: true, models.JobDecided: true,
}

// overBudget counts a message about ballots and texts against the site's limits of such
// mail a day, so that whoever causes it cannot make the site send without end. It returns
// how long the message has to wait, 0 if it may go now. Links to sign in have no budget.
func (r *Runner) overBudget(ctx context.Context, job models.Job) (time.Duration, error) {
	if r.Limiter == nil || !budgeted[job.Kind] {
		return 0, nil
	}
	v, err := r.Store.SiteSettings(ctx)
	if err != nil {
		return 0, err
	}
	domain := strings.ToLower(job.Recipient[strings.LastIndexByte(job.Recipient, '@')+1:])
	for _, b := range []struct {
		key string
		n   int
	}{{"mail domain " + domain, v.Limits.MailDomain}, {"mail site", v.Limits.MailSite}} {
		ok, wait, err := r.Limiter.Allow(ctx, b.key, b.n, budgetWindow)
		if err != nil {
			return 0, err
		}
		if !ok {
			if until := r.Clock.Now().Add(wait); r.spent.first(b.key, r.Clock.Now(), until) {
				r.Log.WarnContext(ctx, "jobs: the day's messages are used up, the rest waits", "budget", b.key, "messages", b.n, "until", until)
			}
			return wait, nil
		}
	}
	return 0, nil
}

// spentBudgets are the budgets that are used up, each with the end of its day, so that
// each is logged once.
type spentBudgets struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// first reports whether a budget was not known to be used up.
func (s *spentBudgets) first(key string, now, until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, end := range s.until {
		if !end.After(now) {
			delete(s.until, k)
		}
	}
	if _, known := s.until[key]; known {
		return false
	}
	if s.until == nil {
		s.until = map[string]time.Time{}
	}
	s.until[key] = until
	return true
}
