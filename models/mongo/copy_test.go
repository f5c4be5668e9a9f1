package mongo

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// TestHalfACopy opens a database that holds half a copy: nobody may but who copies.
func TestHalfACopy(t *testing.T) {
	uri := freshDatabase(t)
	s := openAt(t, uri, Options{Copying: true})
	if err := s.BeginCopy(t.Context(), models.CopyMark{Source: "another"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context()); models.CodeOf(err) != models.CodeConflict {
		t.Fatalf("half a copy is ready: %v", err)
	}
	if half, err := Open(t.Context(), uri, Options{}); models.CodeOf(err) != models.CodeConflict {
		t.Fatalf("half a copy: %v, %v", half, err)
	}
	if err := s.EndCopy(t.Context()); err != nil {
		t.Fatal(err)
	}
	openAt(t, uri, Options{})
}

// TestSettle refuses a store in which a node plays or an import comes in, and takes out
// what is left of an import that was given up.
func TestSettle(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := openAt(t, freshDatabase(t), Options{Clock: clock, Copying: true})
	ctx := t.Context()
	busy := func(what string) {
		t.Helper()
		if err := s.Settle(ctx); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("while %s: %v", what, err)
		}
	}
	if playing, err := s.holdStage(ctx, "op", false, stagingLease); err != nil || !playing {
		t.Fatal(playing, err)
	}
	busy("a node plays")
	clock.Add(stagingLease)
	comes := arrival{Doc: Doc{ID: "arrival c"}, Arrives: "c", Until: clock.Now().Add(importTime)}
	if _, err := s.db.InsertOne(ctx, "site", comes); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.InsertOne(ctx, "replies", newReply(models.Reply{Contribution: models.Contribution{ID: "r", ConsultationID: "c"}})); err != nil {
		t.Fatal(err)
	}
	busy("an import comes in")
	clock.Add(importTime)
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Reply(ctx, "r"); !models.IsNotFound(err) {
		t.Errorf("what came of an import that was given up: %v", err)
	}
}

// TestLargeImport brings in more than one transaction takes, twice, and one that is refused.
func TestLargeImport(t *testing.T) {
	s := openAt(t, freshDatabase(t), Options{})
	c := models.Consultation{ID: "c", Slug: "large", Source: "wordpress", SourceID: "1", Language: "en"}
	d := models.Decision{Action: models.ActionImport}
	var replies []models.Reply
	for n := range importAtOnce + 1 {
		r := models.Reply{Contribution: models.Contribution{ID: hex(int64(n)), AuthorName: "Ada"}, Body: "yes"}
		replies = append(replies, r)
		if n%2 == 0 {
			d.Items = append(d.Items, models.DecisionItem{Item: r.Item(), Rev: 1, From: models.StatusPending, To: models.StatusPublished})
		}
	}
	for n, want := range []bool{true, false} {
		if added, err := s.AddImport(t.Context(), c, nil, replies, d); added != want || err != nil {
			t.Fatalf("import %d: %t, %v", n+1, added, err)
		}
	}
	got, err := s.Consultation(t.Context(), "c")
	if err != nil || got.ReplyCount != int64(len(d.Items)) || got.ChainLength != 1 {
		t.Errorf("%d replies, a chain of %d, %v", got.ReplyCount, got.ChainLength, err)
	}
	if n, err := s.QueueLength(t.Context(), models.QueueFilter{}); n != int64(len(replies)-len(d.Items)) || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
	c.ID, c.SourceID = "other", "2"
	for n := range replies {
		replies[n].ID = "other" + replies[n].ID
	}
	if _, err := s.AddImport(t.Context(), c, nil, replies, models.Decision{}); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a slug that is taken: %v", err)
	}
	if _, err := s.Reply(t.Context(), replies[0].ID); !models.IsNotFound(err) {
		t.Errorf("what came of an import that was refused: %v", err)
	}
}

// TestCopyLargeDecision copies a decision, as of a large import, that is more than one
// document could hold.
func TestCopyLargeDecision(t *testing.T) {
	s := openAt(t, freshDatabase(t), Options{Copying: true})
	ctx := t.Context()
	d := models.CopiedDecision{Decision: models.Decision{ConsultationID: "c", Seq: 1, Action: models.ActionImport, At: time.UnixMilli(1).UTC()}}
	for n := range 30_001 {
		d.Items = append(d.Items, models.DecisionItem{Item: models.Item{Kind: models.KindReply, ID: hex(int64(n))}, Rev: 1, To: models.StatusPublished})
		d.Waited = append(d.Waited, int64(n))
	}
	c := models.CopiedConsultation{Consultation: models.Consultation{ID: "c", Slug: "c", ChainLength: 1}}
	for range 2 {
		for _, r := range []models.CopyRecord{c, d} {
			if err := s.CopyIn(ctx, []models.CopyRecord{r}); err != nil {
				t.Fatal(err)
			}
		}
	}
	err := s.CopyOut(ctx, models.CopyDecisions, "", func(r models.CopyRecord) error {
		if diff := cmp.Diff(d, r); diff != "" {
			t.Errorf("it came back otherwise: %.2000s", diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Decisions(ctx, "c", 0, 0)
	if err != nil || len(list) != 1 || cmp.Diff(d.Decision, list[0]) != "" {
		t.Errorf("%d decisions, %v", len(list), err)
	}
	waits, err := s.Waits(ctx, "c", 2)
	if err != nil || len(waits) != 2 || waits[0] != 30*time.Second {
		t.Errorf("waits %v, %v", waits, err)
	}
}
