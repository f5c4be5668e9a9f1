package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/service"
)

// stageClock shows the time of base, or one that the demonstration sets while it
// plays what happened in the weeks before.
type stageClock struct {
	base models.Clock
	mu   sync.Mutex
	at   time.Time // zero: base
}

// Now implements models.Clock.
func (c *stageClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return c.base.Now()
	}
	return c.at
}

// set stops the clock at t; the zero time lets it run again.
func (c *stageClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// demoStore marks every consultation that is added to the demonstration's store.
type demoStore struct{ models.Store }

// AddConsultation implements models.ConsultationStore.
func (d demoStore) AddConsultation(ctx context.Context, c models.Consultation, ideas []models.Idea) error {
	c.Demo = true
	return d.Store.AddConsultation(ctx, c, ideas)
}

// The demonstration's two consultations.
const (
	demoOpen   = "alternative-lep"
	demoSealed = "empty-shops"
)

// stage tells whether the demonstration filled this store. With --demo it fills
// an empty one first, and refuses one with anything else in it.
func (cfg *config) stage(ctx context.Context, store models.Store, clock *stageClock) (demo bool, err error) {
	if !cfg.Demo {
		return false, nil
	}
	if shared, ok := store.(*mongo.Store); ok {
		err = cfg.stageShared(ctx, shared, clock)
	} else {
		err = cfg.fillOnce(toTheEnd(ctx), store, clock)
	}
	return err == nil, err
}

// toTheEnd is ctx for the filling, whatever signal comes: half a demonstration is of
// use to nobody.
func toTheEnd(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// fillOnce fills an empty store, and leaves one as it is that is filled.
func (cfg *config) fillOnce(ctx context.Context, store models.Store, clock *stageClock) error {
	marked, err := store.Demo(ctx)
	if err != nil {
		return err
	}
	if marked {
		return checkStaged(ctx, store, storeName(cfg.Store))
	}
	if err := store.MarkDemo(ctx); err != nil {
		return err
	}
	return fillDemo(ctx, demoStore{store}, clock)
}

// stageEvery is how often a node looks whether another one has filled the store.
const stageEvery = time.Second

// stageShared lets one node fill the store while the others wait.
func (cfg *config) stageShared(ctx context.Context, store *mongo.Store, clock *stageClock) error {
	for told := false; ; told = true {
		mine, err := store.Play(toTheEnd(ctx), clock, func(ctx context.Context, stage models.Store) error {
			return cfg.fillOnce(ctx, stage, clock)
		})
		if mine || err != nil {
			return err
		}
		if !told {
			cfg.Shell.say(cfg.Shell.out, "cli.demo.waits", "store", storeName(cfg.Store))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(stageEvery):
		}
	}
}

// checkStaged refuses a demonstration whose filling was cut off. The board's
// answers are the last thing that is written.
func checkStaged(ctx context.Context, store models.Store, file string) error {
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

// fillDemo plays both consultations through the services, at the times at which
// they happened, and leaves the clock running.
func fillDemo(ctx context.Context, store models.Store, clock *stageClock) error {
	now := models.Millis(clock.base.Now())
	defer clock.set(time.Time{})
	svc, err := service.New(ctx, store, clock, service.NewLimiter(clock), service.Config{CanMail: true, Limits: service.Limits{Off: true}})
	if err != nil {
		return err
	}
	p := &play{ctx: ctx, svc: svc, store: store, clock: clock, now: now, people: map[string]models.Actor{}}
	for _, act := range []func() error{p.staff, p.lep, p.shops, p.sweep} {
		if err := act(); err != nil {
			return fmt.Errorf("fill the demonstration: %w", err)
		}
	}
	return nil
}

// staff makes the accounts of moderator, organiser, board and admin.
func (p *play) staff() error {
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

// sweep finishes the messages that the play has left: they were for nobody.
func (p *play) sweep() error {
	p.clock.set(p.now)
	for {
		waiting, _, err := p.store.WaitingJobs(p.ctx, "", 500)
		if err != nil || len(waiting) == 0 {
			return err
		}
		err = together(waiting, func(j models.Job) error { return p.store.FinishJob(p.ctx, j.ID) })
		if err != nil {
			return err
		}
	}
}

// together does fn for every element at once, so that the store commits them in
// groups, and gives the first error.
func together[T any](list []T, fn func(T) error) error {
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

// greetDemo says where to look, how to come in and how to stop.
func (cfg *config) greetDemo(ctx context.Context, s running) error {
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
	sh.say(sh.out, "cli.demo.stop", "store", storeName(cfg.Store))
	return nil
}
