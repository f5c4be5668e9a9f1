package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

// scaled returns full in a full-size run (FOLKMOOT_TEST_SCALE=1), the like fraction
// of it at other scales and a hundredth unless told.
func scaled(full int) int {
	scale, err := strconv.ParseFloat(os.Getenv("FOLKMOOT_TEST_SCALE"), 64)
	if err != nil || scale <= 0 {
		scale = 0.01
	}
	return max(1, int(float64(full)*min(scale, 1)))
}

var benchStart = time.Date(2027, 3, 1, 9, 30, 0, 0, time.UTC)

type fixedClock struct{ at time.Time }

func (c fixedClock) Now() time.Time { return c.at }

func openConsultation(id string) models.Consultation {
	return models.Consultation{
		ID: id, Slug: id, State: models.StateOpen, Language: "en",
		Texts:    map[string]models.ConsultationText{"en": {Title: "Shops", Question: "What should become of them?"}},
		Settings: models.DefaultSettings(), TimeZone: "Europe/London",
		OpensAt: benchStart, ClosesAt: benchStart.AddDate(0, 1, 0),
	}
}

// filled opens a store with one consultation of n published replies, by an import:
// every tenth at the root, the others nested to the deepest level.
func filled(tb testing.TB, n int) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.Open(context.Background(), filepath.Join(tb.TempDir(), "folkmoot.db"), sqlite.Options{Clock: fixedClock{benchStart}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	c := openConsultation("big")
	d := models.Decision{Action: models.ActionImport, ActorID: "importer"}
	replies := make([]models.Reply, n)
	for i := range replies {
		r := &replies[i]
		r.ID, r.Rev, r.AuthorName = fmt.Sprintf("r%07d", i), 1, "Ada"
		r.Body = fmt.Sprintf("Reply %d: the market hall should open on Sundays too.", i)
		r.BodyHTML = "<p>" + r.Body + "</p>"
		if i%10 != 0 {
			r.ParentID = replies[i-1].ID
		}
		d.Items = append(d.Items, models.DecisionItem{Item: r.Item(), Rev: 1, From: models.StatusPending, To: models.StatusPublished})
	}
	if _, err := s.AddImport(context.Background(), c, nil, replies, d); err != nil {
		tb.Fatal(err)
	}
	return s
}

// deep returns the cursor of a slice half-way through the thread.
func deep(tb testing.TB, s *sqlite.Store, n int, newest bool) string {
	tb.Helper()
	r, err := s.Reply(context.Background(), fmt.Sprintf("r%07d", n/2))
	if err != nil {
		tb.Fatal(err)
	}
	if newest {
		return r.PathNew
	}
	return r.Path
}

// BenchmarkThread reads a slice of 100 from the start and from the middle of a
// thread; sizes beyond FOLKMOOT_TEST_SCALE are left out.
func BenchmarkThread(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		if n > max(1_000, scaled(100_000)) {
			continue
		}
		s := filled(b, n)
		for name, after := range map[string]string{"first": "", "deep": deep(b, s, n, false)} {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					th, err := s.Thread(b.Context(), models.ThreadQuery{ConsultationID: "big", After: after, Limit: 100})
					if err != nil || th.Read != 101 {
						b.Fatalf("%d rows, %v", th.Read, err)
					}
				}
			})
		}
	}
}

// BenchmarkPutVote votes from many goroutines at once on twenty ideas; each
// operation is on disk when it is counted.
func BenchmarkPutVote(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "folkmoot.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	c := openConsultation("votes")
	c.OpensAt, c.ClosesAt = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	ideas := make([]models.Idea, 20)
	for i := range ideas {
		ideas[i].ID, ideas[i].Title = fmt.Sprintf("i%02d", i), fmt.Sprintf("Idea %d", i)
	}
	if err := s.AddConsultation(b.Context(), c, ideas, storetest.Entry(models.AuditConsultationAdded)); err != nil {
		b.Fatal(err)
	}
	var people atomic.Int64
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := people.Add(1)
			v := models.NewVote(c.ID, models.Participant{ID: fmt.Sprintf("p%09d", n/20)}, models.ChosenVote{IdeaID: ideas[n%20].ID, Choice: models.ChoiceAgree}, models.Time{})
			if _, changed, err := s.PutVote(context.Background(), v); err != nil || !changed {
				b.Errorf("changed %t, %v", changed, err)
			}
		}
	})
}
