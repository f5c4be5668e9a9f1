package service

import (
	"fmt"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

func TestReceivedMail(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil)
	post := func(email string) Sent {
		t.Helper()
		return must(s.PostReply(t.Context(), guest("c"), ReplyInput{Slug: "shops", Name: "Ada", Email: email, Body: fmt.Sprint("text ", len(waitingJobs(t, s)))}))(t)
	}
	sent := post("ada@Bücher.example")
	if !sent.Mailed || sent.Token != "" || sent.Address != "ada@xn--bcher-kva.example" {
		t.Errorf("sent: %+v", sent)
	}
	jobs := jobsOf(t, s, models.JobReceived)
	if len(jobs) != 1 || jobs[0].Recipient != "ada@xn--bcher-kva.example" || !jobs[0].Unconfirmed || jobs[0].Deferred {
		t.Fatalf("jobs: %+v", jobs)
	}
	args := jobs[0].Args
	if args["reference"] != sent.Reference || args["slug"] != "shops" || args["title"] != "About shops" {
		t.Errorf("arguments: %v", args)
	}
	if v := must(s.Contribution(t.Context(), args["token"]))(t); v.Item != sent.Item {
		t.Errorf("the link leads to %v", v.Item)
	}
	for n := range models.UnconfirmedMost {
		again := post("ADA@bücher.example")
		jobs := jobsOf(t, s, models.JobReceived)
		if deferred := jobs[len(jobs)-1].Deferred; !again.Mailed || deferred != (n == models.UnconfirmedMost-1) {
			t.Errorf("message %d of the day: %+v, deferred %t", n+2, again, deferred)
		}
	}
	person(t, s, "bo", models.RoleParticipant)
	post("BO@example.org")
	if jobs := jobsOf(t, s, models.JobReceived); jobs[4].Recipient != "bo@example.org" {
		t.Errorf("mail for an account goes to %s", jobs[4].Recipient)
	}
}

func TestQueueMail(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil)
	other := addConsultation(t, s, "other", nil)
	mo := person(t, s, "mo", models.RoleModerator)
	person(t, s, "org", models.RoleOrganiser)
	only := person(t, s, "only", models.RoleParticipant)
	moderator := *only.Participant
	moderator.Grants = []models.Grant{{Role: models.RoleModerator, ConsultationID: other.ID}}
	must(s.store.EnsureParticipant(t.Context(), moderator, storetest.Entry(models.AuditRoleGranted)))(t)
	told := func(n int, last string) {
		t.Helper()
		jobs := jobsOf(t, s, models.JobQueue)
		if len(jobs) != n || n > 0 && jobs[n-1].Recipient != last {
			t.Fatalf("got %d messages to moderators, want %d: %+v", len(jobs), n, jobs)
		}
	}
	first := reply(t, s, "shops", "c", "one", "").Item
	told(1, "mo@example.org") // not the other consultation's moderator
	second := reply(t, s, "shops", "c", "two", "").Item
	told(1, "mo@example.org") // the queue was not empty
	reply(t, s, "other", "c", "three", "")
	told(2, "only@example.org") // mo's queue was not empty
	publish(t, s, first)
	publish(t, s, second)
	reply(t, s, "shops", "c", "four", "")
	told(2, "only@example.org") // mo has work in the other one
	for _, e := range must(queueOf(s, t))(t) {
		publish(t, s, e.Item)
	}
	last := reply(t, s, "shops", "c", "five", "").Item
	told(2, "only@example.org") // at most one a day
	publish(t, s, last)
	clk.add(24 * time.Hour)
	must(s.PostReply(t.Context(), mo, ReplyInput{Slug: "shops", Body: "my own"}))(t)
	told(2, "only@example.org") // nobody moderates their own text
	publish(t, s, must(queueOf(s, t))(t)[0].Item)
	must(s.Report(t.Context(), guest("c"), last, "It is rude."))(t)
	told(3, "mo@example.org") // a report fills the queue too
	if args := jobsOf(t, s, models.JobQueue)[2].Args; args["slug"] != "shops" || args["title"] != c.Text("en").Title {
		t.Errorf("arguments: %v", args)
	}
}

func queueOf(s *Service, t *testing.T) ([]models.QueueEntry, error) {
	rows, _, err := s.store.Queue(t.Context(), models.QueueFilter{Limit: 100})
	return rows, err
}
