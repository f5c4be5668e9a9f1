package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
)

// TestRunWakesAndStops sends when woken and when the ticker ticks; stopping lets
// the messages in hand go out and gives the others back at once.
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
	b.addTogether(8) // in one step, so that one batch holds them all
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
			t.Errorf("%s was not given back: %+v", j.ID, j)
		}
	}
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

// TestTwoRunners share the work: nothing goes out twice.
func TestTwoRunners(t *testing.T) {
	b := newBench(t)
	var want []string
	for n := range 40 {
		want = append(want, fmt.Sprintf("m%02d", n))
		b.add(want[n], models.JobReceived)
	}
	var group sync.WaitGroup
	other := newRunner(b)
	for _, pass := range []func(context.Context) error{b.runner.Pass, other.Pass} {
		group.Go(func() {
			if err := pass(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	b.expect(want...)
}
