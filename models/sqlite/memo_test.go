package sqlite

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"folkmoot/models"
)

// TestMemoSeesOtherProcesses reads through one store what another wrote to the
// same file, right after each write was acknowledged.
func TestMemoSeesOtherProcesses(t *testing.T) {
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
	if err := writer.AddConsultation(ctx, c, nil); err != nil {
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
		if _, err := writer.EditConsultation(ctx, got, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMemoIsNotShared changes what a read gave: the next read gives the store's.
func TestMemoIsNotShared(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "folkmoot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	texts := map[string]models.ConsultationText{"en": {Title: "Shops"}}
	c := models.Consultation{ID: "c", Slug: "shops", Language: "en", State: models.StateDraft, Texts: texts, Settings: models.DefaultSettings()}
	if err := s.AddConsultation(ctx, c, nil); err != nil {
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

// people signs n of them in at a store with an open consultation "c" of two ideas.
func people(t testing.TB, s *Store, n int) {
	for i := range n {
		id := fmt.Sprintf("p%d", i)
		p := models.Participant{ID: id, Name: id, Address: id + "@example.org", AddressKey: id + "@example.org"}
		if _, err := s.EnsureParticipant(context.Background(), p); err != nil {
			t.Fatal(err)
		}
		if err := s.put(context.Background(), func(t *tx) error {
			return addSession(t, models.Session{TokenHash: "s-" + id, ParticipantID: id, CreatedAt: t.now, ExpiresAt: t.now.AddDate(0, 1, 0)})
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVoteForgetsOnlyItsOwn: a vote leaves what is remembered of everybody else, and
// a write that does not say what it touches leaves nothing.
func TestVoteForgetsOnlyItsOwn(t *testing.T) {
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
	left := func() []string { return slices.Sorted(maps.Keys(s.memo.kept)) }
	read()
	vote := models.NewVote("c", models.Participant{ID: "p0"}, models.ChosenVote{IdeaID: "c-idea0", Choice: models.ChoiceAgree}, models.Time{})
	if _, _, err := s.PutVote(t.Context(), vote); err != nil {
		t.Fatal(err)
	}
	if got, want := left(), []string{"consultation c", "session s-p0", "session s-p1", "slug c", "votes c p1"}; !slices.Equal(got, want) {
		t.Errorf("after a vote of p0 these are left: %q", got)
	}
	read()
	if err := s.EditParticipant(t.Context(), models.Participant{ID: "p1", Name: "New"}); err != nil {
		t.Fatal(err)
	}
	if got := left(); len(got) > 0 {
		t.Errorf("after a change of an account these are left: %q", got)
	}
}

// TestLateAnswersAreNotKept: what was asked before a commit and answered after it is
// not kept for those who ask later.
func TestLateAnswersAreNotKept(t *testing.T) {
	s := openTest(t, Options{})
	ask := func(answer int, meanwhile func()) int {
		got, err := remember(s.memo, "key", about[int]("topic"), func() (int, error) { meanwhile(); return answer, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := ask(1, func() {
		if err := s.put(t.Context(), add(1)); err != nil {
			t.Error(err)
		}
	}); got != 1 {
		t.Errorf("the first answer is %d", got)
	}
	if got := ask(2, func() {}); got != 2 {
		t.Errorf("after the commit the answer is still %d", got)
	}
	if got := ask(3, func() {}); got != 2 {
		t.Errorf("without a commit the answer became %d", got)
	}
}

// TestOwnReplies are remembered until their author writes, the first page of them, and
// never given to somebody else: a guest may be called what a participant is.
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
			waiting, err2 := s.UnpublishedOwn(t.Context(), "c", a)
			if err != nil || err2 != nil || len(list) != want || total != int64(want) || waiting != int64(want) {
				t.Errorf("%s: %d replies of %+v, %d unpublished, not %d: %v, %v", when, len(list), a, waiting, want, err, err2)
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
	if _, held := s.memo.kept[ownTopics("c", ada)[0]+" replies  20"]; !held {
		t.Error("what she wrote is not remembered")
	}
}

// TestCommitCounter: it is there wherever the wal-index can be mapped, and ends with the store.
func TestCommitCounter(t *testing.T) {
	s := openTest(t, Options{Clock: &testClock{testStart}})
	people(t, s, 1)
	if _, ok := s.CommitCounter(); ok != (s.memo.mapped != nil) || (!ok && runtime.GOOS == "linux") {
		t.Errorf("there is a commit counter: %t", ok)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.CommitCounter(); ok {
		t.Error("a closed store has a commit counter")
	}
}

// TestAnotherCommitRightAfterOurs: our commit is remembered as what it touched only if
// no other process has committed before the memo hears of it.
func TestAnotherCommitRightAfterOurs(t *testing.T) {
	s := openTest(t, Options{})
	other, err := Open(t.Context(), s.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for commits, left := range map[int]int{1: 1, 2: 0} {
		if _, err := remember(s.memo, "key", about[int]("topic"), func() (int, error) { return 1, nil }); err != nil {
			t.Fatal(err)
		}
		s.memo.begin()
		before, _ := s.memo.now()
		for n := range commits {
			if err := other.put(t.Context(), add(10*commits+n)); err != nil {
				t.Fatal(err)
			}
		}
		s.memo.end(commit{done: true, before: before, topics: []string{"something else"}})
		if got := len(s.memo.kept); got != left {
			t.Errorf("after %d commits %d answers are left, want %d", commits, got, left)
		}
	}
}

// TestReadersTakeInACommitBeforeItsEnd: between our commit and its end a reader goes on
// with what it has not touched, unless another process has committed as well.
func TestReadersTakeInACommitBeforeItsEnd(t *testing.T) {
	s := openTest(t, Options{})
	other, err := Open(t.Context(), s.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ask := func(topic string, answer int) int {
		got, err := remember(s.memo, topic+" key", about[int](topic), func() (int, error) { return answer, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for commits, want := range map[int][]int{1: {1, 2}, 2: {2, 2}} {
		ask("left", 1)
		ask("touched", 1)
		s.memo.begin()
		before, _ := s.memo.now()
		c := commit{before: before, topics: []string{"touched"}}
		s.memo.say(&c)
		if got := ask("touched", 3); got != 1 {
			t.Errorf("before the commit the answer is %d", got)
		}
		for n := range commits { // as if this store had written the first
			if err := other.put(t.Context(), add(10*commits+n)); err != nil {
				t.Fatal(err)
			}
		}
		if got := []int{ask("left", 2), ask("touched", 2)}; !slices.Equal(got, want) {
			t.Errorf("after %d commits the answers are %d, want %d", commits, got, want)
		}
		c.done = true
		s.memo.end(c)
		if got := []int{ask("left", 2), ask("touched", 4)}; got[0] != want[0] || got[1] == 1 {
			t.Errorf("after the end of %d commits the answers are %d", commits, got)
		}
		s.memo.forgetAll()
	}
}

// TestMemoIsExact: whatever two stores on one file write in turns, each remembers
// what is in the file.
func TestMemoIsExact(t *testing.T) {
	first := openTest(t, Options{Clock: &testClock{testStart}})
	second, err := Open(t.Context(), first.Path(), Options{Clock: &testClock{testStart}})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
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
					exact(t, s, p)
				}
			}
		}
	})
}

// exact compares what a store remembers with what is in its file.
func exact(t *rapid.T, s *Store, p string) {
	ctx := context.Background()
	fresh := &Store{clock: s.clock, read: s.read, memo: &memo{}}
	ask := func(s *Store) []any {
		c, err := s.ConsultationBySlug(ctx, "c")
		votes, err2 := s.OwnVotes(ctx, "c", p)
		_, who, err3 := s.Session(ctx, "s-"+p)
		own, err4 := s.UnpublishedOwn(ctx, "c", models.Author{ParticipantID: p})
		idea, err5 := s.Idea(ctx, "c", 1)
		if err := errors.Join(err, err2, err3, err4, err5); err != nil {
			t.Fatal(err)
		}
		return []any{c, votes, who, own, idea}
	}
	if got, want := ask(s), ask(fresh); !reflect.DeepEqual(got, want) {
		t.Fatalf("remembered %+v, in the file %+v", got, want)
	}
}

// TestTheirOwnWritesAreSeen: while many write through two stores, everybody who is
// told "done" sees what they did, and not what was before it.
func TestTheirOwnWritesAreSeen(t *testing.T) {
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
