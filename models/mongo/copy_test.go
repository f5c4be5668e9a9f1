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

// halfDone is a store with something of everything that a program which died may have
// left: each is a change, and what to look at when it is settled.
var halfDone = map[string]struct{ coll, id, name string }{
	"a tally that is due":   {"ideas", "idea", "dirty"},
	"a link's messages":     {"links", "link", "todo"},
	"a report not filed":    {"reports", "report", "unfiled"},
	"a role not discharged": {"participants", "person", "todo"},
}

// TestSettle finishes what a crash left, and refuses what is still on its way.
func TestSettle(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := openAt(t, freshDatabase(t), Options{Clock: clock, Copying: true})
	ctx, now := t.Context(), clock.Now()
	fill := []struct {
		coll string
		doc  any
	}{
		{"consultations", newConsultation(models.Consultation{ID: "c", Slug: "c", CreatedAt: now}, "")},
		{"ideas", idea{Item: contribution{ID: "idea", ConsultationID: "c", Status: models.StatusPublished}, Ticket: 1, Dirty: true}},
		{"votes", vote{ID: "idea/person", Vote: ballot{
			ConsultationID: "c", IdeaID: "idea", ParticipantID: "person", Voice: "person", Choice: models.ChoiceAgree, At: now,
		}}},
		{"links", link{ID: "link", Purpose: models.PurposeSignIn, CreatedAt: now, Todo: true, Jobs: toJSON([]models.Job{{ID: "job"}})}},
		{"reports", report{ID: "report", C: "c", Kind: models.KindIdea, ItemID: "idea", Item: "idea-idea", CreatedAt: now, Unfiled: true}},
		{"participants", participant{
			ID: "person", Grants: []grant{}, Todo: true, Duties: []duty{{Op: "op", Grant: grant{Role: models.RoleBoard}, Taken: true, At: now}},
		}},
	}
	for _, f := range fill {
		if _, err := s.in(f.coll).InsertOne(ctx, f.doc); err != nil {
			t.Fatal(err)
		}
	}
	clock.Add(time.Minute)
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	for what, at := range halfDone {
		if left, err := s.has(ctx, at.coll, eq("_id", at.id, at.name, true)); err != nil || left {
			t.Errorf("%s: %v, %v", what, left, err)
		}
	}
	i, _, err := get[idea](ctx, s, "ideas", "idea")
	if err != nil || i.Tally != (tally{Agree: 1}) || i.Standing.Queue == "" {
		t.Errorf("the idea: %+v, %v", i, err)
	}
	if there, err := s.has(ctx, "jobs", eq("_id", "job")); err != nil || !there {
		t.Errorf("the link's message: %v, %v", there, err)
	}
}

// TestSettleRefuses is an act that may still come, and a node that plays.
func TestSettleRefuses(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := openAt(t, freshDatabase(t), Options{Clock: clock, Copying: true})
	ctx := t.Context()
	d := newConsultation(models.Consultation{ID: "c", Slug: "c", CreatedAt: clock.Now()}, "")
	d.Inflight = []entry{{Op: "op", Kind: kindReply, Ref: "r", At: clock.Now(), Until: clock.Now().Add(actTime)}}
	if _, err := s.in("consultations").InsertOne(ctx, d); err != nil {
		t.Fatal(err)
	}
	s.settling = 0
	if err := s.Settle(ctx); models.CodeOf(err) != models.CodeConflict {
		t.Fatalf("with an act on its way: %v", err)
	}
	clock.Add(actTime)
	if err := s.Settle(ctx); err != nil {
		t.Fatalf("once it cannot come any more: %v", err)
	}
	playing, err := s.takeStage(ctx, "op")
	if err != nil || !playing {
		t.Fatal(playing, err)
	}
	if err := s.Settle(ctx); models.CodeOf(err) != models.CodeConflict {
		t.Fatalf("while a node plays: %v", err)
	}
}

// TestCopyOutLeavesOut what stands for nothing: the wording of an edit that came to
// nothing, a vote that came too late, a decision whose items have not followed.
func TestCopyOutLeavesOut(t *testing.T) {
	s := openAt(t, freshDatabase(t), Options{Copying: true})
	ctx, now := t.Context(), time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	c := newConsultation(models.Consultation{ID: "c", Slug: "c", ClosesAt: now}, "")
	c.ChainLength = 1
	cast := func(who string, choice models.Choice, at time.Time, prev *previous) vote {
		return vote{ID: voteID("i", who), Rev: 1, Prev: prev, Vote: ballot{ConsultationID: "c", IdeaID: "i", ParticipantID: who, Choice: choice, At: at}}
	}
	early := cast("changed", models.ChoiceAgree, now.Add(-time.Hour), nil)
	for _, f := range []struct {
		coll string
		doc  any
	}{
		{"consultations", c},
		{"replies", reply{Item: contribution{ID: "r", ConsultationID: "c", Rev: 2}}},
		{"wordings", wording{ID: "reply-r." + hex(1), C: "c", Item: "reply-r", Rev: 1, Body: "first"}},
		{"wordings", wording{ID: "reply-r." + hex(2), C: "c", Item: "reply-r", Rev: 2, Body: "never"}},
		{"votes", early.after(cast("changed", models.ChoicePass, now, nil))},
		{"votes", cast("late", models.ChoiceAgree, now, nil)},
		{"votes", cast("staff", models.ChoiceNone, now, nil)},
		{"decisions", newDecision(models.Decision{ConsultationID: "c", Seq: 1}, "")},
		{"decisions", newDecision(models.Decision{ConsultationID: "c", Seq: 2}, "")},
	} {
		if _, err := s.in(f.coll).InsertOne(ctx, f.doc); err != nil {
			t.Fatal(err)
		}
	}
	for kind, want := range map[models.CopyKind][]string{
		models.CopyWordings:  {"reply-r." + hex(1)},
		models.CopyVotes:     {"i/changed", "i/staff"},
		models.CopyDecisions: {decisionID("c", 1)},
	} {
		var got []string
		err := s.CopyOut(ctx, kind, "", func(r models.CopyRecord) error {
			if v, ok := r.(models.CopiedVote); ok && v.ParticipantID == "changed" && v.Choice != models.ChoiceAgree {
				t.Errorf("the vote in time is gone: %+v", v)
			}
			got = append(got, r.CopyKey())
			return nil
		})
		if err != nil || len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
			t.Errorf("%s: %v, %v, want %v", kind, got, err, want)
		}
	}
}

// TestCopyLargeDecision takes in a decision, as of a large import, that is more than one
// document can hold.
func TestCopyLargeDecision(t *testing.T) {
	s := openAt(t, freshDatabase(t), Options{Copying: true})
	ctx := t.Context()
	d := models.CopiedDecision{Decision: models.Decision{ConsultationID: "c", Seq: 1, Action: models.ActionImport, At: time.UnixMilli(1).UTC()}}
	for n := range 2*maxItems + 1 {
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
	if err != nil || len(waits) != 2 || waits[0] != 2*maxItems*time.Millisecond {
		t.Errorf("waits %v, %v", waits, err)
	}
}

// after is next with the entry that it replaces.
func (d vote) after(next vote) vote {
	next.Prev = &previous{d.Vote}
	return next
}
