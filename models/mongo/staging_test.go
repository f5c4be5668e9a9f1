package mongo

import (
	"context"
	"errors"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// TestPlay lets one of two nodes write at times long past, while nobody sweeps.
func TestPlay(t *testing.T) {
	uri := freshDatabase(t)
	a, b := openAt(t, uri, Options{SweepEvery: -1}), openAt(t, uri, Options{SweepEvery: -1})
	long := storetest.NewClock(time.Date(2020, 1, 1, 9, 0, 0, 0, time.UTC))
	stale := entry{Op: "dead", Kind: kindIdea, Ref: "none", At: long.Now(), Until: long.Now()}
	mine, err := a.Play(t.Context(), long, func(ctx context.Context, stage models.Store) error {
		if now, err := stage.Now(ctx); err != nil || !now.Equal(long.Now()) {
			t.Errorf("the stage's time is %v, %v", now, err)
		}
		if mine, err := b.Play(ctx, long, func(context.Context, models.Store) error { return errors.New("called") }); mine || err != nil {
			t.Errorf("a second node plays: %v, %v", mine, err)
		}
		if _, err := a.in("consultations").InsertOne(ctx, eq("_id", "c", "inflight", []entry{stale})); err != nil {
			return err
		}
		if err := b.Sweep(ctx); err != nil {
			return err
		}
		_, err := stage.EnsureParticipant(ctx, models.Participant{ID: "ann", Name: "Ann", Address: "ann@example.org", AddressKey: "ann@example.org"})
		return err
	})
	if !mine || err != nil {
		t.Fatal(mine, err)
	}
	if p, err := b.Participant(t.Context(), "ann"); err != nil || !p.CreatedAt.Equal(long.Now()) {
		t.Errorf("who came on the stage came at %v, %v", p.CreatedAt, err)
	}
	waiting := func() int {
		c, _, err := get[consultation](t.Context(), a, "consultations", "c")
		if err != nil {
			t.Fatal(err)
		}
		return len(c.Inflight)
	}
	if waiting() != 1 {
		t.Error("it was swept while it was playing")
	}
	if err := b.Sweep(t.Context()); err != nil || waiting() != 0 {
		t.Errorf("%d wait after the sweep, %v", waiting(), err)
	}
}

// TestPlayAfterADeath goes on once the lease of a dead node is over.
func TestPlayAfterADeath(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := openAt(t, freshDatabase(t), Options{Clock: clock, SweepEvery: -1})
	if mine, err := s.takeStage(t.Context(), "dead"); !mine || err != nil {
		t.Fatal(mine, err)
	}
	play := func() bool {
		mine, err := s.Play(t.Context(), clock, func(context.Context, models.Store) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		return mine
	}
	if play() {
		t.Error("two play at the same time")
	}
	clock.Add(stagingLease)
	for range 2 { // it gives the stage back
		if !play() {
			t.Error("nobody plays after a death")
		}
	}
}
