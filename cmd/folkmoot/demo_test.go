package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mail"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

var demoNow = time.Date(2027, 3, 3, 14, 30, 0, 0, time.UTC)

// filled is a store that the demonstration has filled, and a service on it.
func filled(t *testing.T) (*sqlite.Store, *service.Service, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "demo.db")
	clock := storetest.NewClock(demoNow)
	store, err := sqlite.Open(t.Context(), file, sqlite.Options{Clock: clock})
	check(t, err)
	t.Cleanup(func() { check(t, store.Close()) })
	cfg := config{Demo: true, Store: file, Clock: clock}
	demo, err := cfg.prepareDemo(t.Context(), store)
	if check(t, err); !demo {
		t.Fatal("the store is not the demonstration's")
	}
	svc, err := service.New(t.Context(), store, clock, models.NewMemoryLimiter(clock), service.Config{BaseURL: "http://moot.example"})
	check(t, err)
	return store, svc, file
}

func TestDemoIsSound(t *testing.T) {
	store, svc, _ := filled(t)
	checked, diffs, err := svc.VerifyStore(t.Context())
	check(t, err)
	if len(diffs) > 0 || checked.Consultations != 2 || checked.Files != 2 || checked.Decisions < 10 {
		t.Errorf("%+v, %v", checked, diffs)
	}
	if jobs, _, err := store.WaitingJobs(t.Context(), "", 10); err != nil || len(jobs) > 0 {
		t.Errorf("messages wait for nobody: %+v, %v", jobs, err)
	}
	list, _, err := store.Consultations(t.Context(), models.ConsultationFilter{Limit: 10})
	check(t, err)
	for _, c := range list {
		if !c.Demo {
			t.Errorf("%s is not marked as demonstration data", c.Slug)
		}
	}
}

func TestDemoOpenConsultation(t *testing.T) {
	store, svc, _ := filled(t)
	c, err := store.ConsultationBySlug(t.Context(), demoOpen)
	check(t, err)
	left := c.ClosesAt.Sub(demoNow)
	if c.StateAt(demoNow) != models.StateOpen || left < 20*day || left > 22*day || c.TalliesShown() || c.VoterCount < 38 {
		t.Errorf("%+v", c)
	}
	ideas, err := store.Ideas(t.Context(), models.IdeaFilter{ConsultationID: c.ID, All: true})
	check(t, err)
	waiting := 0
	for n, i := range ideas {
		if want := n + 1; i.Number != want && i.Status == models.StatusPublished || i.Organiser != (n < 5) {
			t.Errorf("idea %d: %+v", want, i)
		}
		if i.Status == models.StatusPending {
			waiting++
		}
	}
	if len(ideas) != 10 || waiting != 1 || ideas[5].Title != lepSuggested[0].title {
		t.Errorf("%d ideas, %d waiting", len(ideas), waiting)
	}
	deepest := 0
	check(t, store.EachReply(t.Context(), c.ID, func(r models.Reply) error {
		deepest = max(deepest, r.Depth)
		if r.CreatedAt.After(demoNow) || r.CreatedAt.Before(c.OpensAt) {
			t.Errorf("a reply of %v", r.CreatedAt)
		}
		return nil
	}))
	if queued, err := store.QueueLength(t.Context(), models.QueueFilter{}); err != nil || deepest < 5 || queued < 3 {
		t.Errorf("%d deep, %d in the queue, %v", deepest, queued, err)
	}
	if wait, err := svc.UsualWait(t.Context(), c.ID); err != nil || !wait.Known {
		t.Errorf("the usual wait: %+v, %v", wait, err)
	}
}

// TestDemoResult has the four shapes that a result can take.
func TestDemoResult(t *testing.T) {
	store, svc, _ := filled(t)
	c, err := store.ConsultationBySlug(t.Context(), demoSealed)
	check(t, err)
	if c.State != models.StateSealed || !c.AnswerBy.After(demoNow) || c.ClosesAt.After(demoNow.Add(-25*day)) {
		t.Errorf("%+v", c)
	}
	r, _, err := svc.Result(t.Context(), c)
	check(t, err)
	bands, split, unranked, answered := map[int]int{}, 0, 0, 0
	for _, i := range r.Ideas {
		bands[i.Band]++
		if i.Split {
			split++
		}
		if !i.Ranked() {
			unranked++
		}
		if i.Response != nil {
			answered++
		}
	}
	if bands[1] == 0 || bands[2] == 0 || split != 1 || unranked != 1 || answered != 2 || r.Unconfirmed != 4 {
		t.Errorf("bands %v, %d split, %d unranked, %d answered, %d unconfirmed", bands, split, unranked, answered, r.Unconfirmed)
	}
	for n, i := range shopsIdeas {
		for _, row := range r.Ideas {
			if row.Number == n+1 && row.Tally != i.votes {
				t.Errorf("idea %d: %+v, want %+v", n+1, row.Tally, i.votes)
			}
		}
	}
}

// quiet is a server of the test's own.
func quiet(t *testing.T, file string) config {
	t.Helper()
	return config{
		Store: file, Listen: "127.0.0.1:0", Site: "Folkmoot", Sender: mail.Hold{}, Clock: models.SystemClock{},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Shell: newTerminal(t, models.SystemClock{}).shell,
	}
}

// start runs the server until its ready function returns.
func start(t *testing.T, cfg config, ready func(running)) error {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	return run(ctx, cfg, func(s running) {
		if ready != nil {
			ready(s)
		}
		stop()
	})
}

func TestDemoRefusesOtherStores(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.db")
	store, err := sqlite.Open(t.Context(), file, sqlite.Options{})
	check(t, err)
	_, err = store.EnsureParticipant(t.Context(), models.Participant{ID: "p", Name: "Ann", Address: "a@b.example", AddressKey: "a@b.example"}, storetest.Entry(models.AuditRoleGranted))
	check(t, err)
	cfg := quiet(t, file)
	cfg.Demo = true
	if err := start(t, cfg, nil); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("%v, want a conflict", err)
	}
	check(t, store.Close())
	half := filepath.Join(t.TempDir(), "half.db")
	store, err = sqlite.Open(t.Context(), half, sqlite.Options{})
	check(t, err)
	check(t, store.MarkDemo(t.Context()))
	check(t, store.Close())
	cfg.Store = half
	if err := start(t, cfg, nil); err == nil || !strings.Contains(err.Error(), "cli.demo.cut_off") {
		t.Errorf("%v, want that it was cut off", err)
	}
}

// TestDemoGreets prints links that work, at the first start and the next.
func TestDemoGreets(t *testing.T) {
	cfg := quiet(t, filepath.Join(t.TempDir(), "demo.db"))
	cfg.Demo = true
	for range 2 {
		tty := newTerminal(t, models.SystemClock{})
		cfg.Shell = tty.shell
		err := start(t, cfg, func(s running) {
			roles := 0
			for line := range strings.Lines(tty.out.String()) {
				role, link, ok := strings.Cut(strings.TrimSpace(line), " ")
				token, isLink := strings.CutPrefix(strings.TrimSpace(link), s.BaseURL+"/sign-in/")
				if !ok || !isLink {
					continue
				}
				used, err := s.Service.UseLink(t.Context(), token)
				check(t, err)
				if !used.Participant.Has(models.Role(role), "") {
					t.Errorf("the link of %s signs in %+v", role, used.Participant)
				}
				roles++
			}
			if roles != len(demoStaff) || !strings.Contains(tty.out.String(), s.BaseURL+"/consultations/"+demoOpen) || !s.ShowLinks {
				t.Errorf("%d links in %s", roles, tty.out)
			}
		})
		check(t, err)
	}
}

// TestDemoLinksStayOnThisMachine shows no link where anybody else could see it.
func TestDemoLinksStayOnThisMachine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.db")
	for _, c := range []struct {
		name string
		set  func(*config)
		want bool
	}{
		{"as it is", func(*config) {}, true},
		{"a base URL elsewhere", func(c *config) { c.BaseURL = "https://moot.example.org" }, false},
		{"a trusted proxy", func(c *config) { c.TrustedProxies = []string{"127.0.0.1"} }, false},
		{"every interface", func(c *config) { c.Listen, c.BaseURL = "0.0.0.0:0", "http://localhost:8080" }, false},
		{"not as the demonstration", func(c *config) { c.Demo = false }, false},
	} {
		cfg := quiet(t, file)
		cfg.Demo = true
		c.set(&cfg)
		check(t, start(t, cfg, func(s running) {
			if s.ShowLinks != c.want {
				t.Errorf("%s: shows links: %v", c.name, s.ShowLinks)
			}
		}))
	}
	cfg := quiet(t, filepath.Join(t.TempDir(), "own.db"))
	check(t, start(t, cfg, func(s running) {
		if s.ShowLinks {
			t.Error("a store of one's own shows links")
		}
	}))
	_ = os.Remove(file)
}
