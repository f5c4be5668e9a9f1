package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/jobs"
)

// TestRunWakesAndStops sends when woken and when the ticker ticks; stopping lets
// the messages in hand go out and leaves the others as they are.
func TestRunWakesAndStops(t *testing.T) {
	b := newBench(t)
	b.outbox.told = make(chan models.Mail, 100)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan struct{})
	go func() { b.runner.Run(ctx); close(done) }()

	b.add("woken", models.JobReceived)
	b.runner.Wake()
	next(t, b.outbox.told, "woken")
	b.add("ticked", models.JobReceived)
	b.tick <- time.Time{}
	next(t, b.outbox.told, "ticked")

	holding, letGo := make(chan struct{}, 8), make(chan struct{})
	b.outbox.answer = func(models.Mail) error { holding <- struct{}{}; <-letGo; return nil }
	b.addTogether(8)
	b.runner.Wake()
	for range 4 {
		<-holding
	}
	stop()
	close(letGo)
	<-done
	left := b.waiting()
	if len(left) != 4 || len(b.outbox.ids()) != 6 {
		t.Errorf("%d sent, %d waiting; want 6 and 4", len(b.outbox.ids()), len(left))
	}
	for _, j := range left {
		if !j.LeasedTo.IsZero() || j.NotBefore.After(b.clock.Now()) {
			t.Errorf("%s was not left: %+v", j.ID, j)
		}
	}
}

// hasty is a store that the program stops in the middle of claiming.
type hasty struct {
	models.Store
	stop context.CancelFunc
}

func (h hasty) ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]models.Job, error) {
	claimed, err := h.Store.ClaimJobs(ctx, n, lease)
	h.stop()
	return claimed, err
}

// TestGivesBackWhenStopped claims just as the program begins to stop: nothing goes out,
// and the next node need not wait for a lease.
func TestGivesBackWhenStopped(t *testing.T) {
	b := newBench(t)
	b.add("a", models.JobReceived)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r := jobs.New(jobs.Options{Store: hasty{b.store, stop}, Renderer: plain{}, Sender: b.outbox, Clock: b.clock})
	if err := r.Pass(ctx); err != nil {
		t.Fatal(err)
	}
	b.expect()
	b.pass()
	b.expect("a")
}

// addTogether puts n messages in the store at once.
func (b *bench) addTogether(n int) {
	b.Helper()
	var list []models.Job
	for i := range n {
		list = append(list, models.Job{ID: fmt.Sprint("m", i), Kind: models.JobReceived, Recipient: "m@example.org"})
	}
	link := models.Link{
		ID: "together", TokenHash: "together", Purpose: models.PurposeSignIn, Address: "m@example.org",
		AddressKey: "m@example.org", CreatedAt: start, ExpiresAt: start.Add(models.SignInLife),
	}
	if err := b.store.AddLink(b.Context(), link, list); err != nil {
		b.Fatal(err)
	}
}

// next waits for the next message and checks whose it is.
func next(t *testing.T, told <-chan models.Mail, id string) {
	t.Helper()
	if m := <-told; m.ID != id {
		t.Fatalf("sent %s, want %s", m.ID, id)
	}
}

// TestTwoRunners share the work, each on a node of its own: nothing goes out twice.
func TestTwoRunners(t *testing.T) {
	onEachStore(t, func(b *bench) {
		var want []string
		for n := range 24 {
			want = append(want, fmt.Sprintf("m%02d", n))
			b.add(want[n], models.JobReceived)
		}
		var group sync.WaitGroup
		other := jobs.New(jobs.Options{Store: b.again(), Renderer: plain{}, Sender: b.outbox, Clock: b.clock})
		for _, pass := range []func(context.Context) error{b.runner.Pass, other.Pass} {
			group.Go(func() {
				if err := pass(b.Context()); err != nil {
					b.Error(err)
				}
			})
		}
		group.Wait()
		b.pass() // each may have left to the other what it had lost to it
		b.expect(want...)
	})
}

// deaf is a store that gives no jobs while it is gone, and tells when it was asked.
type deaf struct {
	models.Store
	gone  atomic.Bool
	asked chan struct{}
}

func (d *deaf) ReleaseJobs(ctx context.Context) error {
	if d.gone.Load() {
		d.asked <- struct{}{}
		return models.Fail(models.CodeUnavailable, "error.store.unavailable")
	}
	return d.Store.ReleaseJobs(ctx)
}

func (d *deaf) FinishJob(ctx context.Context, id string) error {
	if d.gone.Load() {
		return models.Fail(models.CodeUnavailable, "error.store.unavailable")
	}
	return d.Store.FinishJob(ctx, id)
}

// TestNotedLater loses the store between sending a message and noting it: it is noted
// when the store is back, and does not go out again, however long that took.
func TestNotedLater(t *testing.T) {
	for name, away := range map[string]time.Duration{"for a moment": time.Second, "for longer than the lease": time.Hour} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.add("a", models.JobReceived)
			store := &deaf{Store: b.store}
			r := jobs.New(jobs.Options{Store: store, Renderer: plain{}, Sender: b.outbox, Clock: b.clock})
			store.gone.Store(true)
			if err := r.Pass(t.Context()); models.CodeOf(err) != models.CodeUnavailable {
				t.Fatal(err)
			}
			b.expect("a")
			b.clock.Add(away)
			store.gone.Store(false)
			if err := r.Pass(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.clock.Add(time.Hour)
			b.pass()
			b.expect("a")
			if left := b.waiting(); len(left) > 0 {
				t.Errorf("still waiting: %+v", left)
			}
		})
	}
}

// TestStoreComesBack says once that the store is gone, asks less often, and goes on by
// itself when it is back.
func TestStoreComesBack(t *testing.T) {
	b := newBench(t)
	b.outbox.told = make(chan models.Mail, 1)
	store, log := &deaf{Store: b.store, asked: make(chan struct{}, 100)}, &lines{}
	store.gone.Store(true)
	ctx, stop := context.WithCancel(t.Context())
	done, r := make(chan struct{}), jobs.New(jobs.Options{
		Store: store, Renderer: plain{}, Sender: b.outbox, Clock: b.clock, Tick: b.tick, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	go func() { r.Run(ctx); close(done) }()
	for range 30 {
		b.tick <- time.Time{}
	}
	if n := len(store.asked); n < 5 || n > 10 {
		t.Errorf("it was asked %d times in 30 ticks", n)
	}
	b.add("back", models.JobReceived)
	store.gone.Store(false)
	for range 7 {
		b.tick <- time.Time{}
	}
	next(t, b.outbox.told, "back")
	stop()
	<-done
	if gone, again := log.count("does not answer"), log.count("answers again"); gone != 1 || again != 1 {
		t.Errorf("the log says %d times that it is gone and %d times that it is back:\n%s", gone, again, log.text())
	}
}

// lines is a log to be counted.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) count(words string) int { return strings.Count(l.text(), words) }
