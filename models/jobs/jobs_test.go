package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/jobs"
	"folkmoot/models/mongo"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

var start = time.Date(2027, 3, 3, 9, 0, 0, 0, time.UTC)

// outbox is a Sender that keeps what it is given; answer, where set, decides.
type outbox struct {
	mu     sync.Mutex
	sent   []models.Mail
	held   bool
	answer func(models.Mail) error
	told   chan models.Mail // where set, gets every message
}

func (o *outbox) Holds() bool { o.mu.Lock(); defer o.mu.Unlock(); return o.held }

func (o *outbox) Send(_ context.Context, m models.Mail) error {
	if o.answer != nil {
		if err := o.answer(m); err != nil {
			return err
		}
	}
	o.mu.Lock()
	o.sent = append(o.sent, m)
	o.mu.Unlock()
	if o.told != nil {
		o.told <- m
	}
	return nil
}

func (o *outbox) ids() (ids []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.sent {
		ids = append(ids, m.ID)
	}
	return ids
}

// plain renders every argument of a job on a line of its own.
type plain struct{}

func (plain) RenderMail(j models.Job) (models.Mail, error) {
	if j.Args["render"] == "panic" {
		panic("no such page")
	}
	var lines []string
	for k, v := range j.Args {
		lines = append(lines, k+"="+v)
	}
	slices.Sort(lines)
	return models.Mail{ID: j.ID, To: j.Recipient, Subject: string(j.Kind), Text: strings.Join(lines, "\n")}, nil
}

type bench struct {
	*testing.T
	store  models.Store
	again  func() models.Store // opens the same store once more, as another node would
	clock  *storetest.Clock
	outbox *outbox
	runner *jobs.Runner
	tick   chan time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	file := filepath.Join(t.TempDir(), "jobs.db")
	return newBenchOn(t, func(clock models.Clock) (models.Store, error) {
		return sqlite.Open(t.Context(), file, sqlite.Options{Clock: clock})
	})
}

// onEachStore runs a test on every store that there is.
func onEachStore(t *testing.T, run func(b *bench)) {
	t.Run("sqlite", func(t *testing.T) { run(newBench(t)) })
	t.Run("mongo", func(t *testing.T) {
		uri := mongotest.Database(t)
		run(newBenchOn(t, func(clock models.Clock) (models.Store, error) {
			return mongo.Open(t.Context(), uri, mongo.Options{Clock: clock, Patience: time.Minute})
		}))
	})
}

func newBenchOn(t *testing.T, open func(models.Clock) (models.Store, error)) *bench {
	t.Helper()
	b := &bench{T: t, clock: storetest.NewClock(start), outbox: &outbox{}, tick: make(chan time.Time)}
	b.again = func() models.Store {
		store, err := open(b.clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		return store
	}
	b.store = b.again()
	b.runner = jobs.New(jobs.Options{
		Store: b.store, Renderer: plain{}, Sender: b.outbox, Clock: b.clock, Tick: b.tick,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return b
}

// add puts a message in the store, with a link of its own.
func (b *bench) add(id string, kind models.JobKind, args ...string) {
	b.Helper()
	job := models.Job{ID: id, Kind: kind, Language: "en", Recipient: id + "@example.org", Args: map[string]string{"n": id}}
	for i := 0; i+1 < len(args); i += 2 {
		job.Args[args[i]] = args[i+1]
	}
	link := models.Link{
		ID: "link-" + id, TokenHash: models.HashToken(id), Purpose: models.PurposeSignIn, Address: job.Recipient,
		AddressKey: job.Recipient, CreatedAt: b.clock.Now(), ExpiresAt: b.clock.Now().Add(models.SignInLife),
	}
	if err := b.store.AddLink(b.Context(), link, []models.Job{job}); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) pass() {
	b.Helper()
	if err := b.runner.Pass(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) waiting() []models.Job {
	b.Helper()
	list, _, err := b.store.WaitingJobs(b.Context(), "", 1000)
	if err != nil {
		b.Fatal(err)
	}
	return list
}

func (b *bench) expect(want ...string) {
	b.Helper()
	got := b.outbox.ids()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		b.Errorf("sent %q, want %q", got, want)
	}
}

func TestEachMessageOnce(t *testing.T) {
	b := newBench(t)
	var want []string
	for n := range 30 {
		want = append(want, fmt.Sprintf("m%02d", n))
		b.add(want[n], models.JobReceived)
	}
	b.pass()
	b.pass()
	b.expect(want...)
	if left := b.waiting(); len(left) > 0 {
		t.Errorf("still waiting: %+v", left)
	}
}

func TestRetryUnderOneID(t *testing.T) {
	b := newBench(t)
	b.add("a", models.JobReceived)
	b.outbox.answer = func(models.Mail) error { return errors.New("421 too busy") }
	var waits []time.Duration
	for range 9 {
		before := b.clock.Now()
		b.pass()
		job := b.waiting()[0]
		if job.LastError != "421 too busy" {
			t.Errorf("last error %q", job.LastError)
		}
		waits = append(waits, job.NotBefore.Sub(before))
		b.pass() // not due: no attempt
		b.clock.Set(job.NotBefore)
	}
	s := time.Second
	want := []time.Duration{30 * s, 60 * s, 120 * s, 240 * s, 480 * s, 960 * s, 1920 * s, 3600 * s, 3600 * s}
	if !slices.Equal(waits, want) {
		t.Errorf("waits %v, want %v", waits, want)
	}
	if n := b.waiting()[0].Attempts; n != 9 {
		t.Errorf("%d attempts, want 9", n)
	}
	b.outbox.answer = nil
	b.pass()
	b.expect("a")
}

// TestCrashAfterSending is a program that died between sending and noting it.
func TestCrashAfterSending(t *testing.T) {
	onEachStore(t, func(b *bench) {
		b.add("a", models.JobReceived)
		dying := b.again()
		claimed, err := dying.ClaimJobs(b.Context(), 1, 10*time.Minute)
		if err != nil || len(claimed) != 1 {
			b.Fatal(claimed, err)
		}
		_ = b.outbox.Send(b.Context(), models.Mail{ID: claimed[0].ID})
		b.pass()
		b.expect("a")
		b.clock.Add(10 * time.Minute)
		b.pass()
		b.expect("a", "a")
		b.clock.Add(time.Hour)
		b.pass()
		b.expect("a", "a")
	})
}

type noSuchAddress struct{ error }

func (noSuchAddress) Permanent() bool { return true }

func TestGivenUp(t *testing.T) {
	for name, set := range map[string]func(b *bench){
		"address does not exist": func(b *bench) {
			b.outbox.answer = func(models.Mail) error { return fmt.Errorf("mail: %w", noSuchAddress{errors.New("550")}) }
			b.add("a", models.JobReceived)
		},
		"link expired": func(b *bench) {
			b.add("a", models.JobSignIn)
			b.clock.Add(models.SignInLife)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			set(b)
			b.pass()
			b.expect()
			if left := b.waiting(); len(left) > 0 {
				t.Errorf("still waiting: %+v", left)
			}
		})
	}
}

func TestPanicFailsOneMessage(t *testing.T) {
	b := newBench(t)
	b.add("a", models.JobReceived, "render", "panic")
	b.add("b", models.JobReceived)
	b.pass()
	b.expect("b")
	if left := b.waiting(); len(left) != 1 || left[0].LastError == "" {
		t.Errorf("waiting: %+v", left)
	}
}

func TestHeldMailWaits(t *testing.T) {
	b := newBench(t)
	b.outbox.held = true
	b.add("a", models.JobReceived)
	for range 3 {
		b.pass()
		b.clock.Add(time.Hour)
	}
	b.expect()
	if left := b.waiting(); len(left) != 1 || left[0].Attempts != 0 {
		t.Errorf("waiting: %+v", left)
	}
	b.outbox.held = false
	b.pass()
	b.expect("a")
}
