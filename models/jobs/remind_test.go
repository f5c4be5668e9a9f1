package jobs_test

import (
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/jobs"
	"folkmoot/models/storetest"
)

// open adds an open consultation with two ideas, and a link that counts a vote on each.
func (b *bench) open() {
	b.Helper()
	idea := func(id string) models.Idea {
		return models.Idea{
			Contribution: models.Contribution{
				ID: id, ConsultationID: "c", Status: models.StatusPublished, Channel: models.ChannelOnline, Rev: 1, Salt: "s",
			},
			Title: id, Organiser: true,
		}
	}
	c := models.Consultation{
		ID: "c", Slug: "bins", State: models.StateOpen, Language: "en", TimeZone: "Europe/London",
		Texts:    map[string]models.ConsultationText{"en": {Title: "Bins", Question: "What of the bins?"}},
		Settings: models.DefaultSettings(),
		OpensAt:  start, ClosesAt: start.AddDate(0, 0, 10), AnswerBy: start.AddDate(0, 0, 30), CreatedAt: start,
	}
	if err := b.store.AddConsultation(b.Context(), c, []models.Idea{idea("i1"), idea("i2")}, storetest.Entry(models.AuditConsultationAdded)); err != nil {
		b.Fatal(err)
	}
	link := models.Link{
		ID: "l", TokenHash: models.HashToken("first"), Purpose: models.PurposeBallot, Address: "ann@example.org",
		AddressKey: "ann@example.org", Language: "en", ConsultationID: "c", CreatedAt: start, ExpiresAt: c.ClosesAt.Add(models.LateLinks),
		Choices: []models.ChosenVote{{IdeaID: "i2", Choice: models.ChoiceAgree}, {IdeaID: "i1", Choice: models.ChoicePass}},
	}
	if err := b.store.AddLink(b.Context(), link, nil); err != nil {
		b.Fatal(err)
	}
}

func TestReminderOnceAfterADay(t *testing.T) {
	b := newBench(t)
	b.open()
	b.clock.Add(models.ReminderAfter - time.Second)
	b.pass()
	b.expect()
	b.clock.Add(jobs.RemindEvery)
	b.pass()
	if len(b.outbox.sent) != 1 {
		t.Fatalf("sent %+v, want one reminder", b.outbox.sent)
	}
	m := b.outbox.sent[0]
	if m.To != "ann@example.org" || m.Subject != string(models.JobBallotReminder) ||
		!strings.Contains(m.Text, "choices=2:agree\n1:pass\nslug=bins\ntitle=Bins\ntoken=") {
		t.Errorf("reminder: %+v", m)
	}
	_, token, _ := strings.Cut(m.Text, "token=")
	for _, token := range []string{"first", token} {
		if l, err := b.store.Link(t.Context(), models.HashToken(token)); err != nil || l.ID != "l" {
			t.Errorf("the token %q does not lead to the link: %v", token, err)
		}
	}
	b.clock.Add(48 * time.Hour)
	b.pass()
	if len(b.outbox.sent) != 1 {
		t.Errorf("reminded again: %+v", b.outbox.sent)
	}
}

// TestReminderLooksOnceAMinute keeps the work from asking at every tick.
func TestReminderLooksOnceAMinute(t *testing.T) {
	b := newBench(t)
	b.open()
	b.clock.Add(models.ReminderAfter - time.Second)
	b.pass()
	b.clock.Add(2 * time.Second)
	b.pass()
	b.expect()
	b.clock.Add(jobs.RemindEvery)
	b.pass()
	if len(b.outbox.sent) != 1 {
		t.Errorf("sent %+v, want one reminder", b.outbox.sent)
	}
}
