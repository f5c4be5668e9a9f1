package mongo

import (
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// TestClocksApart lets two nodes whose machines' clocks differ by ten hours share a
// consultation: the time is the database's, so it closes at one instant, votes count in
// the order in which they came, and a lease ends for both.
func TestClocksApart(t *testing.T) {
	uri, ctx := freshDatabase(t), t.Context()
	early, late := openAt(t, uri, Options{}), openAt(t, uri, Options{})
	early.db.Clock.Local = func() time.Time { return time.Now().Add(-5 * time.Hour) }
	late.db.Clock.Local = func() time.Time { return time.Now().Add(5 * time.Hour) }
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := func(s *Store) time.Time {
		t.Helper()
		at, err := s.Now(ctx)
		ok(err)
		return at
	}
	if apart := now(late).Sub(now(early)).Abs(); apart > time.Minute {
		t.Fatalf("the nodes' times are %v apart", apart)
	}
	c := models.Consultation{
		ID: "apart", Slug: "apart", State: models.StateOpen, Language: "en", Settings: models.DefaultSettings(),
		OpensAt: now(early).Add(-time.Hour), ClosesAt: now(late).Add(time.Hour),
	}
	i := models.Idea{Contribution: models.Contribution{ID: "markets"}, Title: "Markets"}
	ok(early.AddConsultation(ctx, c, []models.Idea{i}, storetest.Entry(models.AuditConsultationAdded)))
	vote := func(s *Store, choice models.Choice) (models.Vote, error) {
		v, _, err := s.PutVote(ctx, models.Vote{ConsultationID: c.ID, IdeaID: i.ID, ParticipantID: "ada", Voice: "ada", Choice: choice})
		return v, err
	}
	var last time.Time
	for n, choice := range []models.Choice{models.ChoiceAgree, models.ChoicePass, models.ChoiceDisagree, models.ChoiceAgree} {
		v, err := vote([]*Store{late, early}[n%2], choice)
		ok(err)
		if !v.At.After(last) {
			t.Errorf("vote %d is of %v, the one before it of %v", n+1, v.At, last)
		}
		last = v.At
	}
	c, err := late.Consultation(ctx, c.ID)
	ok(err)
	c.ClosesAt = now(late).Add(200 * time.Millisecond)
	_, err = late.EditConsultation(ctx, c, nil, storetest.Entry(models.AuditConsultationEdited))
	ok(err)
	ok(early.put(ctx, "", nil, func(t *tx) error {
		addJobs(t, []models.Job{{ID: "job", Kind: models.JobQueue, Recipient: "a@example.org"}})
		return nil
	}))
	mine, err := early.ClaimJobs(ctx, 1, 300*time.Millisecond)
	ok(err)
	if len(mine) != 1 {
		t.Fatalf("claimed %v", mine)
	}
	for now(early).Before(c.ClosesAt) || now(late).Before(c.ClosesAt) {
	}
	for what, s := range map[string]*Store{"early": early, "late": late} {
		if _, err := vote(s, models.ChoicePass); models.CodeOf(err) != models.CodeClosed {
			t.Errorf("%s: after the closing time: %v", what, err)
		}
	}
	for now(late).Before(mine[0].LeasedTo.Add(time.Millisecond)) {
	}
	if theirs, err := late.ClaimJobs(ctx, 1, time.Minute); err != nil || len(theirs) != 1 {
		t.Errorf("after the lease: %v, %v", theirs, err)
	}
}
