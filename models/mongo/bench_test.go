package mongo

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// benchStore opens a store with one open consultation of twenty ideas, and counts its
// commands.
func benchStore(b *testing.B) (*Store, models.Consultation, *atomic.Int64) {
	b.Helper()
	commands := &atomic.Int64{}
	s, err := Open(b.Context(), freshDatabase(b), Options{Patience: time.Minute, monitor: &event.CommandMonitor{
		Started: func(context.Context, *event.CommandStartedEvent) { commands.Add(1) },
	}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	now, err := s.Now(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	c := models.Consultation{
		ID: "bench", Slug: "bench", State: models.StateOpen, Language: "en", Settings: models.DefaultSettings(),
		OpensAt: now.Add(-time.Hour), ClosesAt: now.Add(time.Hour),
	}
	ideas := make([]models.Idea, 20)
	for i := range ideas {
		ideas[i].ID, ideas[i].Title = fmt.Sprintf("i%02d", i), fmt.Sprintf("Idea %d", i)
	}
	if err := s.AddConsultation(b.Context(), c, ideas, storetest.Entry(models.AuditConsultationAdded)); err != nil {
		b.Fatal(err)
	}
	return s, c, commands
}

// write runs op from some writers at once, b.N times in all, and says how many commands
// to the database it took. k counts the calls of each writer.
func write(b *testing.B, writers int, commands *atomic.Int64, op func(writer, k int) error) {
	b.Helper()
	commands.Store(0)
	b.ResetTimer()
	var next atomic.Int64
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for k := 0; next.Add(1) <= int64(b.N); k++ {
				if err := op(w, k); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(commands.Load())/float64(b.N), "commands/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

// BenchmarkWrites writes votes, of participants who vote on five of twenty ideas each, and
// replies, from one writer and from 64.
func BenchmarkWrites(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("votes/%d", writers), func(b *testing.B) {
			s, c, commands := benchStore(b)
			write(b, writers, commands, func(w, k int) error {
				_, _, err := s.PutVote(b.Context(), models.Vote{
					ConsultationID: c.ID, IdeaID: fmt.Sprintf("i%02d", (w+k)%20), ParticipantID: fmt.Sprintf("p%d-%d", w, k/5),
					Voice: fmt.Sprintf("p%d-%d", w, k/5), Choice: models.ChoiceAgree, Tier: models.TierEmail,
				})
				return err
			})
		})
		b.Run(fmt.Sprintf("replies/%d", writers), func(b *testing.B) {
			s, c, commands := benchStore(b)
			write(b, writers, commands, func(w, k int) error {
				r := models.Reply{Contribution: models.Contribution{ID: fmt.Sprintf("r%d-%d", w, k), ConsultationID: c.ID, AuthorName: "Ada"}, Body: "Yes"}
				_, err := s.AddReply(b.Context(), r, nil)
				return err
			})
		})
	}
}
