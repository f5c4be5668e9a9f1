package mongo

import (
	"context"
	"errors"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// TestPlay lets one of two nodes write at times long past.
func TestPlay(t *testing.T) {
	uri := freshDatabase(t)
	a, b := openAt(t, uri, Options{}), openAt(t, uri, Options{})
	long := storetest.NewClock(time.Date(2020, 1, 1, 9, 0, 0, 0, time.UTC))
	mine, err := a.Play(t.Context(), long, func(ctx context.Context, stage models.Store) error {
		if now, err := stage.Now(ctx); err != nil || !now.Equal(long.Now()) {
			t.Errorf("the stage's time is %v, %v", now, err)
		}
		if mine, err := b.Play(ctx, long, func(context.Context, models.Store) error { return errors.New("called") }); mine || err != nil {
			t.Errorf("a second node plays: %v, %v", mine, err)
		}
		_, err := stage.EnsureParticipant(ctx, models.Participant{ID: "ann", Name: "Ann", Address: "ann@example.org", AddressKey: "ann@example.org"}, storetest.Entry(models.AuditParticipantAdded))
		return err
	})
	if !mine || err != nil {
		t.Fatal(mine, err)
	}
	if p, err := b.Participant(t.Context(), "ann"); err != nil || !p.CreatedAt.Equal(long.Now()) {
		t.Errorf("who came on the stage came at %v, %v", p.CreatedAt, err)
	}
}

// TestPlayAfterADeath goes on once the lease of a dead node is over.
func TestPlayAfterADeath(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := openAt(t, freshDatabase(t), Options{Clock: clock})
	if mine, err := s.holdStage(t.Context(), "dead", false, stagingLease); !mine || err != nil {
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
