package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
	"folkmoot/models/storetest"
)

// TestCacheSeesOtherProcesses reads through one store what another wrote to the
// same file, right after each write was acknowledged.
func TestCacheSeesOtherProcesses(t *testing.T) {
	ctx, file := t.Context(), filepath.Join(t.TempDir(), "folkmoot.db")
	reader, err := Open(ctx, file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	writer, err := Open(ctx, file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	c := models.Consultation{ID: "c", Slug: "shops", Language: "en", State: models.StateDraft, Settings: models.DefaultSettings()}
	if err := writer.AddConsultation(ctx, c, nil, storetest.Entry(models.AuditConsultationAdded)); err != nil {
		t.Fatal(err)
	}
	for i := range int64(200) {
		got, err := reader.ConsultationBySlug(ctx, "shops")
		if err != nil || got.Settings.MinVotes != 5+i {
			t.Fatalf("after %d writes the other store reads %d: %v", i, got.Settings.MinVotes, err)
		}
		if again, err := reader.ConsultationBySlug(ctx, "shops"); err != nil || again.Rev != got.Rev {
			t.Fatalf("a read without a write between differs: %+v, %v", again, err)
		}
		got.Settings.MinVotes++
		if _, err := writer.EditConsultation(ctx, got, nil, storetest.Entry(models.AuditConsultationEdited)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCacheIsNotShared modifies what a read returned: the next read is not affected.
func TestCacheIsNotShared(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "folkmoot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	texts := map[string]models.ConsultationText{"en": {Title: "Shops"}}
	c := models.Consultation{ID: "c", Slug: "shops", Language: "en", State: models.StateDraft, Texts: texts, Settings: models.DefaultSettings()}
	if err := s.AddConsultation(ctx, c, nil, storetest.Entry(models.AuditConsultationAdded)); err != nil {
		t.Fatal(err)
	}
	got, err := s.Consultation(ctx, "c")
	if err != nil {
		t.Fatal(err)
	}
	got.Texts["en"] = models.ConsultationText{Title: "Changed"}
	if again, err := s.Consultation(ctx, "c"); err != nil || again.Texts["en"].Title != "Shops" {
		t.Errorf("the store gives %q, %v", again.Texts["en"].Title, err)
	}
}

// people adds n participants with a session each.
func people(t testing.TB, s *Store, n int) {
	for i := range n {
		id := fmt.Sprintf("p%d", i)
		p := models.Participant{ID: id, Name: id, Address: id + "@example.org", AddressKey: id + "@example.org"}
		if _, err := s.EnsureParticipant(context.Background(), p, storetest.Entry(models.AuditRoleGranted)); err != nil {
			t.Fatal(err)
		}
		if err := s.write(context.Background(), func(t *engine.Tx) error {
			return insertSession(t, models.Session{TokenHash: "s-" + id, ParticipantID: id, CreatedAt: t.Now, ExpiresAt: t.Now.AddDate(0, 1, 0)})
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVoteInvalidatesItsTopics: a vote leaves the entries of everybody else, and a write
// that declares no topics leaves none.
func TestVoteInvalidatesItsTopics(t *testing.T) {
	s := openTest(t, Options{Clock: &testClock{testStart}})
	voting(t, s, "c", 1)
	people(t, s, 2)
	read := func() {
		for i := range 2 {
			id := fmt.Sprintf("p%d", i)
			_, _, err := s.Session(t.Context(), "s-"+id)
			_, err2 := s.OwnVotes(t.Context(), "c", id)
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.ConsultationBySlug(t.Context(), "c"); err != nil {
			t.Fatal(err)
		}
	}
	left := s.db.Cache().Keys
	read()
	vote := models.NewVote("c", models.Participant{ID: "p0"}, models.ChosenVote{IdeaID: "c-idea0", Choice: models.ChoiceAgree}, models.Time{})
	if _, _, err := s.PutVote(t.Context(), vote); err != nil {
		t.Fatal(err)
	}
	if got, want := left(), []string{"consultation c", "session s-p0", "session s-p1", "slug c", "votes c p1"}; !slices.Equal(got, want) {
		t.Errorf("after a vote of p0 the cache holds %q", got)
	}
	read()
	if err := s.EditParticipant(t.Context(), models.Participant{ID: "p1", Name: "New"}); err != nil {
		t.Fatal(err)
	}
	if got := left(); len(got) > 0 {
		t.Errorf("after a change of an account the cache holds %q", got)
	}
}

// TestOwnReplies: own replies are cached until their author writes, the first page of them, and
// never returned to somebody else: a guest's key may equal a participant's id.
func TestOwnReplies(t *testing.T) {
	s := openTest(t, Options{Clock: &testClock{testStart}})
	voting(t, s, "c", 1)
	n := 0
	write := func(a models.Author) {
		r := models.Reply{Contribution: models.Contribution{
			ID: fmt.Sprint("r", n), ConsultationID: "c", ParticipantID: a.ParticipantID, Guest: a.Guest,
		}, Body: "Yes"}
		n++
		if _, err := s.AddReply(t.Context(), r, nil); err != nil {
			t.Fatal(err)
		}
	}
	are := func(when string, a models.Author, want int) {
		t.Helper()
		for range 2 { // the second time from memory
			list, total, err := s.OwnReplies(t.Context(), models.OwnQuery{ConsultationID: "c", Author: a, Limit: 20})
			if err != nil || len(list) != want || total != int64(want) {
				t.Errorf("%s: %d replies of %+v, %d in all, not %d: %v", when, len(list), a, total, want, err)
			}
		}
	}
	ada, guest, both := models.Author{ParticipantID: "x"}, models.Author{Guest: "x"}, models.Author{ParticipantID: "x", Guest: "x"}
	for when, w := range []models.Author{ada, guest, ada} {
		are(fmt.Sprint("before ", when), ada, []int{0, 1, 1}[when])
		are(fmt.Sprint("before ", when), guest, []int{0, 0, 1}[when])
		write(w)
	}
	are("then", ada, 2)
	are("then", guest, 1)
	are("then", both, 3)
	if !slices.Contains(s.db.Cache().Keys(), ownTopics("c", ada)[0]+" replies  20") {
		t.Error("what she wrote is not cached")
	}
}

// TestCacheIsExact: whatever two stores on one file write alternately, the cache of each
// equals the file.
func TestCacheIsExact(t *testing.T) {
	first := openTest(t, Options{Clock: &testClock{testStart}})
	second, err := Open(t.Context(), first.Path(), Options{Clock: &testClock{testStart}})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	uncached, err := Open(t.Context(), first.Path(), Options{Clock: &testClock{testStart}, tests: engine.Options{NoCache: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer uncached.Close()
	c := voting(t, first, "c", 2)
	people(t, first, 3)
	texts := 0
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(t, "writes") {
			s := []*Store{first, second}[rapid.IntRange(0, 1).Draw(t, "store")]
			p := fmt.Sprintf("p%d", rapid.IntRange(0, 2).Draw(t, "who"))
			texts++
			write := map[string]func() error{
				"vote": func() error {
					v := models.NewVote(c.ID, models.Participant{ID: p}, models.ChosenVote{IdeaID: fmt.Sprintf("c-idea%d", texts%2), Choice: []models.Choice{models.ChoiceAgree, models.ChoiceNone}[texts%4/2]}, models.Time{})
					_, _, err := s.PutVote(context.Background(), v)
					return err
				},
				"reply": func() error {
					r := models.Reply{}
					r.ID, r.ConsultationID, r.ParticipantID, r.AuthorName, r.Body = fmt.Sprint("r", texts), c.ID, p, p, "Yes"
					_, err := s.AddReply(context.Background(), r, nil)
					return err
				},
				"name": func() error {
					return s.EditParticipant(context.Background(), models.Participant{ID: p, Name: fmt.Sprint("Name ", texts)})
				},
				"refused": func() error {
					_, _, err := s.PutVote(context.Background(), models.NewVote(c.ID, models.Participant{ID: p}, models.ChosenVote{IdeaID: "nowhere", Choice: models.ChoiceAgree}, models.Time{}))
					if !models.IsNotFound(err) {
						return fmt.Errorf("a vote on nothing: %w", err)
					}
					return nil
				},
			}
			what := rapid.SampledFrom([]string{"vote", "reply", "name", "refused"}).Draw(t, "what")
			if err := write[what](); err != nil {
				t.Fatal(err)
			}
			for _, s := range []*Store{first, second} {
				if rapid.Bool().Draw(t, "read") { // else it does not hear at once that the other one wrote
					exact(t, s, uncached, p)
				}
			}
		}
	})
}

// exact compares what a store returns with its file.
func exact(t *rapid.T, s, uncached *Store, p string) {
	ctx := context.Background()
	ask := func(s *Store) []any {
		c, err := s.ConsultationBySlug(ctx, "c")
		votes, err2 := s.OwnVotes(ctx, "c", p)
		_, who, err3 := s.Session(ctx, "s-"+p)
		own, _, err4 := s.OwnReplies(ctx, models.OwnQuery{ConsultationID: "c", Author: models.Author{ParticipantID: p}, Limit: 20})
		idea, err5 := s.Idea(ctx, "c", 1)
		if err := errors.Join(err, err2, err3, err4, err5); err != nil {
			t.Fatal(err)
		}
		return []any{c, votes, who, own, idea}
	}
	if got, want := ask(s), ask(uncached); !reflect.DeepEqual(got, want) {
		t.Fatalf("cached %+v, in the file %+v", got, want)
	}
}

// TestReadYourWrites: while many write through two stores, a read after an acknowledged
// write returns that write, through either store.
func TestReadYourWrites(t *testing.T) {
	first := openTest(t, Options{Clock: &testClock{testStart}})
	second, err := Open(t.Context(), first.Path(), Options{Clock: &testClock{testStart}})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	c := voting(t, first, "c", 1)
	var wg sync.WaitGroup
	for n := range 16 {
		s, other := first, second
		if n%4 == 0 {
			s, other = second, first
		}
		wg.Go(func() {
			p := fmt.Sprintf("p%d", n)
			for m := range 40 {
				choice := []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass}[m%3]
				_, _, err := s.PutVote(context.Background(), models.NewVote(c.ID, models.Participant{ID: p}, models.ChosenVote{IdeaID: "c-idea0", Choice: choice}, models.Time{}))
				for _, seen := range []*Store{s, other} {
					got, err2 := seen.OwnVotes(context.Background(), c.ID, p)
					if err := errors.Join(err, err2); err != nil || got["c-idea0"] != choice {
						t.Errorf("%s voted %s and reads %v (%v)", p, choice, got, err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}
