package sqlite

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
	"folkmoot/models/storetest"
)

// openTest opens a store of its own.
func openTest(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "folkmoot.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

type testClock struct{ now time.Time }

func (c *testClock) Now() time.Time { return c.now }

var testStart = time.Date(2027, 3, 1, 9, 30, 0, 0, time.UTC)

// voting adds an open consultation with ideas named idea0, idea1 …
func voting(t interface{ Fatal(...any) }, s *Store, id string, ideas int) models.Consultation {
	c := models.Consultation{
		ID: id, Slug: id, State: models.StateOpen, Language: "en", Settings: models.DefaultSettings(),
		OpensAt: testStart, ClosesAt: testStart.AddDate(0, 1, 0),
	}
	list := make([]models.Idea, ideas)
	for n := range list {
		list[n].ID = fmt.Sprintf("%s-idea%d", id, n)
	}
	if err := s.AddConsultation(context.Background(), c, list, storetest.Entry(models.AuditConsultationAdded)); err != nil {
		t.Fatal(err)
	}
	return c
}

// counted counts all votes of the consultation: tallies and voters.
func counted(t interface{ Fatal(...any) }, s *Store, id string) (map[string]models.Tally, int64) {
	var votes []models.Vote
	if err := s.EachVote(context.Background(), id, func(v models.Vote) error { votes = append(votes, v); return nil }); err != nil {
		t.Fatal(err)
	}
	root := func(ideaID string) string {
		r, err := rootOf(s.db.Reader(context.Background()), ideaID)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	voters := map[string]bool{}
	byVoice := map[string][]models.Vote{}
	for _, v := range votes {
		byVoice[v.Voice] = append(byVoice[v.Voice], v)
	}
	for voice, own := range byVoice {
		for _, tally := range models.Count(own, root) {
			voters[voice] = voters[voice] || tally.Total() > 0
		}
	}
	var n int64
	for _, counts := range voters {
		if counts {
			n++
		}
	}
	tallies := models.Count(votes, root)
	maps.DeleteFunc(tallies, func(_ string, t models.Tally) bool { return t.Total() == 0 })
	return tallies, n
}

// same fails the test unless cached tallies and counters equal the count of the votes.
func same(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, s *Store, id string,
) {
	want, voters := counted(t, s, id)
	cached, err := s.CachedTallies(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(cached, func(_ string, t models.Tally) bool { return t.Total() == 0 })
	c, err := s.Consultation(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(cached, want) || c.VoterCount != voters {
		t.Fatalf("cached %v and %d voters, counted %v and %d", cached, c.VoterCount, want, voters)
	}
}

// TestTallyFollowsVotes: after any votes for any voices on ideas merged in any way, in time
// or by a late link, the cached tally equals a count of all votes.
func TestTallyFollowsVotes(t *testing.T) {
	clock := &testClock{testStart}
	s := openTest(t, Options{Clock: clock})
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		clock.now = testStart.Add(time.Hour)
		c := voting(t, s, fmt.Sprintf("c%d", run), 5)
		merge(t, s, c.ID)
		for range rapid.IntRange(1, 30).Draw(t, "votes") {
			clock.now = clock.now.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "ms")) * time.Millisecond)
			castAny(t, s, c)
		}
		same(t, s, c.ID)
	})
}

// merge points some ideas to others with greater numbers, so that there is no cycle.
func merge(t *rapid.T, s *Store, id string) {
	for n := range 4 {
		to := rapid.IntRange(n, 4).Draw(t, "merged into")
		if to == n {
			continue
		}
		if err := s.write(context.Background(), func(t *engine.Tx) error {
			return t.Run("UPDATE ideas SET merged_into = ? WHERE id = ?", fmt.Sprintf("%s-idea%d", id, to), fmt.Sprintf("%s-idea%d", id, n))
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// castAny casts one vote of four people, two of whom may vote for one enterprise.
func castAny(t *rapid.T, s *Store, c models.Consultation) {
	who := rapid.IntRange(0, 3).Draw(t, "who")
	v := models.Vote{
		ConsultationID: c.ID, IdeaID: fmt.Sprintf("%s-idea%d", c.ID, rapid.IntRange(0, 4).Draw(t, "idea")),
		ParticipantID: fmt.Sprintf("p%d", who), Voice: fmt.Sprintf("p%d", who),
		Choice: rapid.SampledFrom([]models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass, models.ChoiceNone}).Draw(t, "choice"),
	}
	if who < 2 && rapid.Bool().Draw(t, "for the enterprise") {
		v.Voice = "enterprise"
	}
	late := rapid.Bool().Draw(t, "late")
	var err error
	if late {
		v.At = testStart.Add(time.Hour - time.Duration(rapid.IntRange(-3, 3).Draw(t, "chosen"))*time.Millisecond)
		err = s.write(context.Background(), func(t *engine.Tx) error {
			u, err := newVoteUpdate(t, c, v)
			if err == nil {
				_, _, err = u.apply(t)
			}
			return err
		})
	} else {
		_, _, err = s.PutVote(context.Background(), v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestMergeCycle: no method makes a cycle of merges, and a vote ends even if there is one.
func TestMergeCycle(t *testing.T) {
	s := openTest(t, Options{Clock: &testClock{testStart}})
	c := voting(t, s, "c", 2)
	if err := s.write(t.Context(), func(t *engine.Tx) error {
		return t.Run("UPDATE ideas SET merged_into = CASE id WHEN 'c-idea0' THEN 'c-idea1' ELSE 'c-idea0' END")
	}); err != nil {
		t.Fatal(err)
	}
	_, changed, err := s.PutVote(t.Context(), models.NewVote(c.ID, models.Participant{ID: "p"}, models.ChosenVote{IdeaID: "c-idea0", Choice: models.ChoiceAgree}, models.Time{}))
	if err != nil || !changed {
		t.Errorf("changed %t, %v", changed, err)
	}
}

// TestTwoProcesses: two stores on one file write at once, as a command beside the
// server does, and lose nothing.
func TestTwoProcesses(t *testing.T) {
	first := openTest(t, Options{Clock: &testClock{testStart}})
	second, err := Open(t.Context(), first.Path(), Options{Clock: &testClock{testStart}})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	c := voting(t, first, "c", 2)
	var wg sync.WaitGroup
	for n := range 16 {
		s := []*Store{first, second}[n%2]
		wg.Go(func() {
			for m := range 10 {
				_, _, err := s.PutVote(context.Background(), models.NewVote(c.ID, models.Participant{ID: fmt.Sprintf("p%d", n)}, models.ChosenVote{IdeaID: fmt.Sprintf("c-idea%d", m%2), Choice: []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass}[(n+m)%3]}, models.Time{}))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	same(t, first, c.ID)
	got, err := second.Consultation(t.Context(), c.ID)
	if err != nil || got.VoterCount != 16 || got.VoteSeq != 160 {
		t.Errorf("%d voters, %d entries, %v", got.VoterCount, got.VoteSeq, err)
	}
}
