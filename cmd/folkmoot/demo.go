package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"folkmoot/models"
	"folkmoot/models/service"
)

// demoClock returns the time of base, or a time set by the demonstration while it
// replays earlier weeks.
type demoClock struct {
	base models.Clock
	mu   sync.Mutex
	at   time.Time // if zero, base is used
}

// Now implements models.Clock.
func (c *demoClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return c.base.Now()
	}
	return c.at
}

// set stops the clock at t; the zero time lets it run again.
func (c *demoClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// demoStore marks every consultation that is added as demonstration data.
type demoStore struct{ models.Store }

// AddConsultation implements models.ConsultationStore.
func (d demoStore) AddConsultation(ctx context.Context, c models.Consultation, ideas []models.Idea, by models.AuditEntry) error {
	c.Demo = true
	return d.Store.AddConsultation(ctx, c, ideas, by)
}

// The slugs of the demonstration's consultations.
const (
	demoOpen   = "alternative-lep"
	demoSealed = "empty-shops"
)

// prepareDemo reports whether the store holds the demonstration. With --demo it fills
// an empty store first, and fails on a store with other content.
func (cfg *config) prepareDemo(ctx context.Context, store models.Store) (demo bool, err error) {
	if !cfg.Demo {
		return false, nil
	}
	err = cfg.fillOnce(ctx, store, &demoClock{base: cfg.Clock})
	return err == nil, err
}

// fillIfEmpty fills the store unless the demonstration is already in it.
func (cfg *config) fillIfEmpty(ctx context.Context, store models.Store, clock *demoClock) error {
	marked, err := store.Demo(ctx)
	if err != nil {
		return err
	}
	if marked {
		return checkDemoComplete(ctx, store, storePlace(cfg.Store))
	}
	if err := store.MarkDemo(ctx); err != nil {
		return err
	}
	return fillDemo(ctx, demoStore{store}, clock)
}

// demoPollInterval is how often a node checks whether another one has filled the store.
const demoPollInterval = time.Second

// fillOnce lets one program fill the store while others wait. It ignores the end of
// ctx while filling, since a half-filled store is of no use.
func (cfg *config) fillOnce(ctx context.Context, store models.Shared, clock *demoClock) error {
	for logged := false; ; logged = true {
		played, err := store.Play(context.WithoutCancel(ctx), clock, func(ctx context.Context, stage models.Store) error {
			return cfg.fillIfEmpty(ctx, stage, clock)
		})
		if played || err != nil {
			return err
		}
		if !logged {
			cfg.Shell.say(cfg.Shell.out, "cli.demo.waits", "store", storePlace(cfg.Store))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(demoPollInterval):
		}
	}
}

// checkDemoComplete returns CodeConflict if filling the store was interrupted. The
// board's responses are written last.
func checkDemoComplete(ctx context.Context, store interface {
	models.ConsultationStore
	models.ResponseStore
}, file string,
) error {
	c, err := store.ConsultationBySlug(ctx, demoSealed)
	if err == nil {
		var answers map[string]models.Response
		if answers, err = store.Responses(ctx, c.ID); err == nil && len(answers) >= len(shopsResponses) {
			return nil
		}
	}
	if err == nil || models.IsNotFound(err) {
		return models.Fail(models.CodeConflict, "cli.demo.cut_off", "store", file)
	}
	return err
}

// fillDemo replays both consultations through the services and resets the clock.
func fillDemo(ctx context.Context, store interface {
	service.Store
	scenarioStore
}, clock *demoClock,
) error {
	now := models.Millis(clock.base.Now())
	defer clock.set(time.Time{})
	svc, err := service.New(ctx, store, clock, models.NewMemoryLimiter(clock), service.Config{CanMail: true, NoLimits: true})
	if err != nil {
		return err
	}
	p := &scenario{ctx: ctx, svc: svc, store: store, clock: clock, now: now, people: map[string]models.Actor{}}
	for _, act := range []func() error{p.createStaff, p.playLEP, p.playShops, p.discardMail} {
		if err := act(); err != nil {
			return fmt.Errorf("fill the demonstration: %w", err)
		}
	}
	return nil
}

// createStaff creates the accounts of moderator, organiser, board and admin.
func (p *scenario) createStaff() error {
	p.ago(90 * day)
	for _, s := range demoStaff {
		_, account, err := p.svc.MakeSignInLink(p.ctx, s.address, s.name, s.role)
		if err != nil {
			return err
		}
		p.people[s.name] = models.Actor{Participant: &account, Language: "en"}
	}
	return nil
}

// discardMail finishes all waiting jobs without sending: the recipients are invented.
func (p *scenario) discardMail() error {
	p.clock.set(p.now)
	for {
		waiting, _, err := p.store.WaitingJobs(p.ctx, "", 500)
		if err != nil || len(waiting) == 0 {
			return err
		}
		err = inParallel(waiting, func(j models.Job) error { return p.store.FinishJob(p.ctx, j.ID) })
		if err != nil {
			return err
		}
	}
}

// inParallel calls fn for all elements concurrently, so that the store commits them in
// groups, and returns the first error.
func inParallel[T any](list []T, fn func(T) error) error {
	errs := make([]error, len(list))
	var group sync.WaitGroup
	for i, v := range list {
		group.Go(func() { errs[i] = fn(v) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// printDemoStart prints the addresses, a sign-in link for each role, and how to stop.
func (cfg *config) printDemoStart(ctx context.Context, s running) error {
	sh := cfg.Shell
	sh.say(sh.out, "cli.demo.where", "url", s.BaseURL, "open", s.BaseURL+"/consultations/"+demoOpen,
		"sealed", s.BaseURL+"/consultations/"+demoSealed)
	sh.say(sh.out, "cli.demo.links", "minutes", int(models.SignInLife.Minutes()))
	for _, member := range demoStaff {
		token, _, err := s.Service.MakeSignInLink(ctx, member.address, member.name, member.role)
		link := ""
		switch {
		case models.CodeOf(err) == models.CodeLimited: // the fifth start within an hour
			link = sh.l.T("cli.demo.limited", "address", member.address)
		case err != nil:
			return err
		default:
			link = signInURL(s.BaseURL, token)
		}
		fmt.Fprintf(sh.out, "  %-10s %s\n", member.role, link)
	}
	if s.ShowLinks {
		sh.say(sh.out, "cli.demo.later", "url", s.BaseURL+"/sign-in", "address", demoStaff[0].address)
	}
	sh.say(sh.out, "cli.demo.stop", "store", storePlace(cfg.Store))
	return nil
}
