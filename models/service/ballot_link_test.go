package service

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"folkmoot/models"
)

// choose makes choices on the ideas with these numbers.
func choose(t *testing.T, s *Service, slug, choice string, numbers ...int) map[int]models.Choice {
	t.Helper()
	choices := map[int]models.Choice{}
	for _, n := range numbers {
		choices[n] = must(s.CheckChoice(t.Context(), slug, n, choice))(t)
	}
	return choices
}

func TestBallot(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets", "Fairs", "Halls")
	list := choose(t, s, "shops", "agree", 1)
	maps.Copy(list, choose(t, s, "shops", "disagree", 3))
	maps.Copy(list, choose(t, s, "shops", "retract", 2)) // taken back
	asked := must(s.AskBallotLink(t.Context(), guest("c"), BallotLinkInput{
		Slug: "shops", Email: " Ada@Example.org ", Capacity: models.CapacityBusiness, Band: models.BandMicro, Choices: list,
	}))(t)
	if asked.Address != "Ada@example.org" || asked.Token == "" {
		t.Errorf("asked: %+v", asked)
	}
	job := jobsOf(t, s, models.JobBallot)[0]
	if job.Recipient != "Ada@example.org" || !job.Unconfirmed || job.Args["token"] != asked.Token ||
		job.Args["choices"] != "1\tagree\tMarkets\n3\tdisagree\tHalls" || job.Args["slug"] != "shops" || job.LinkID == "" {
		t.Errorf("the message: %+v", job)
	}
	l := must(s.Link(t.Context(), asked.Token))(t)
	if l.Purpose != models.PurposeBallot || !l.ExpiresAt.Equal(c.ClosesAt.Add(models.LateLinks)) || len(l.Choices) != 2 {
		t.Errorf("the link: %+v", l)
	}
	if got := tally(t, s, c, 1); got != (models.Tally{}) {
		t.Errorf("before the link is used: %v", got)
	}
	used := must(s.UseLink(t.Context(), asked.Token))(t)
	if used.Counted != 2 || used.ReturnTo != "/consultations/shops" || !used.Created || used.Participant.Band != models.BandMicro {
		t.Errorf("used: %+v", used)
	}
	if got := []models.Tally{tally(t, s, c, 1), tally(t, s, c, 2), tally(t, s, c, 3)}; !slices.Equal(got, []models.Tally{{Agree: 1}, {}, {Disagree: 1}}) {
		t.Errorf("counted: %v", got)
	}
	if p := must(s.Participant(t.Context(), used.SessionToken))(t); p == nil || p.ID != used.Participant.ID {
		t.Errorf("signed in as %+v", p)
	}
	refused(t, errOf(s.UseLink(t.Context(), asked.Token)), models.CodeGone, "error.link.used")
}

func TestBallotRefuses(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	good := choose(t, s, "shops", "agree", 1)
	for name, x := range map[string]struct {
		change func(*BallotLinkInput)
		code   models.Code
		key    string
	}{
		"no address":        {func(in *BallotLinkInput) { in.Email = "" }, models.CodeInvalid, "error.fields"},
		"no such capacity":  {func(in *BallotLinkInput) { in.Capacity = "king" }, models.CodeInvalid, "error.fields"},
		"no band":           {func(in *BallotLinkInput) { in.Capacity = models.CapacityBusiness }, models.CodeInvalid, "error.fields"},
		"nothing":           {func(in *BallotLinkInput) { in.Choices = nil }, models.CodeInvalid, "error.ballot.empty"},
		"all taken back":    {func(in *BallotLinkInput) { in.Choices = choose(t, s, "shops", "retract", 1) }, models.CodeInvalid, "error.ballot.empty"},
		"no such idea":      {func(in *BallotLinkInput) { in.Choices = map[int]models.Choice{2: models.ChoiceAgree} }, models.CodeInvalid, "error.ballot.empty"},
		"a vote of its own": {func(in *BallotLinkInput) { in.Choices[1] = "double" }, models.CodeInvalid, "error.vote.choice"},
		"nowhere":           {func(in *BallotLinkInput) { in.Slug = "nowhere" }, models.CodeNotFound, "error.consultation.unknown"},
	} {
		in := BallotLinkInput{Slug: "shops", Email: "ada@example.org", Choices: maps.Clone(good)}
		x.change(&in)
		if _, err := s.AskBallotLink(t.Context(), guest("c"), in); err == nil || refused(t, err, x.code, x.key) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	clk.set(c.ClosesAt)
	_, err := s.AskBallotLink(t.Context(), guest("c"), BallotLinkInput{Slug: "shops", Email: "ada@example.org", Choices: good})
	refused(t, err, models.CodeClosed, "error.consultation.closed")
	if jobs := waitingJobs(t, s); len(jobs) != 0 {
		t.Errorf("mail was sent: %v", jobs)
	}
}

func TestLateBallots(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		after   time.Duration // of closing
		counted int
		code    models.Code
	}{
		"at closing":              {0, 1, ""},
		"just within":             {models.LateLinks - time.Millisecond, 1, ""},
		"a moment after 72 hours": {models.LateLinks, 0, models.CodeGone},
	} {
		t.Run(name, func(t *testing.T) {
			s, clk := newService(t)
			c := addConsultation(t, s, "shops", nil, "Markets")
			clk.set(c.ClosesAt.Add(-time.Millisecond))
			asked := must(s.AskBallotLink(t.Context(), guest("c"), BallotLinkInput{
				Slug: "shops", Email: "ada@example.org", Choices: choose(t, s, "shops", "agree", 1),
			}))(t)
			clk.set(c.ClosesAt.Add(x.after))
			used, err := s.UseLink(t.Context(), asked.Token)
			if models.CodeOf(err) != x.code || used.Counted != x.counted {
				t.Errorf("counted %d, %v", used.Counted, err)
			}
			if got := tally(t, s, c, 1); got.Agree != int64(x.counted) {
				t.Errorf("the tally is %v", got)
			}
		})
	}
}

func TestBallotOfStaffIsNotCounted(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	person(t, s, "mo", models.RoleModerator)
	asked := must(s.AskBallotLink(t.Context(), guest("c"), BallotLinkInput{
		Slug: "shops", Email: "mo@example.org", Choices: choose(t, s, "shops", "agree", 1),
	}))(t)
	if used := must(s.UseLink(t.Context(), asked.Token))(t); used.Counted != 0 || tally(t, s, c, 1) != (models.Tally{}) {
		t.Errorf("counted: %+v", used)
	}
}

func TestCountPendingVotes(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets", "Fairs")
	bo := person(t, s, "bo", models.RoleParticipant)
	list := choose(t, s, "shops", "agree", 1, 2)
	list[9] = models.ChoiceAgree // not there
	refused(t, errOf(s.CountPendingVotes(t.Context(), guest("c"), "shops", list)), models.CodeUnauthenticated, "error.vote.sign_in")
	refused(t, errOf(s.CountPendingVotes(t.Context(), person(t, s, "mo", models.RoleBoard), "shops", list)), models.CodeForbidden, "error.vote.staff")
	must(s.CastVote(t.Context(), bo, "shops", 1, "disagree"))(t)
	if n := must(s.CountPendingVotes(t.Context(), bo, "shops", list))(t); n != 1 || tally(t, s, c, 2).Agree != 1 {
		t.Errorf("counted %d", n)
	}
	if got := tally(t, s, c, 1); got != (models.Tally{Disagree: 1}) {
		t.Errorf("counting changed a vote that the account had: %v", got)
	}
	if n := must(s.CountPendingVotes(t.Context(), bo, "shops", list))(t); n != 0 {
		t.Errorf("counted %d again", n)
	}
	clk.set(c.ClosesAt)
	refused(t, errOf(s.CountPendingVotes(t.Context(), bo, "shops", list)), models.CodeClosed, "error.consultation.closed")
}

func TestLinkVotes(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets", "Rude words")
	asked := must(s.AskBallotLink(t.Context(), guest("c"), BallotLinkInput{
		Slug: "shops", Email: "ada@example.org", Choices: choose(t, s, "shops", "agree", 1, 2),
	}))(t)
	gone := must(s.store.Idea(t.Context(), c.ID, 2))(t)
	decide(t, s, gone.Item(), models.ActionRemove)
	list, about, n, err := s.LinkVotes(t.Context(), must(s.Link(t.Context(), asked.Token))(t))
	ok(t, err)
	if !slices.Equal(list, []models.PendingVote{{Number: 1, Title: "Markets", Choice: models.ChoiceAgree}}) || about.ID != c.ID || n != 1 {
		t.Errorf("%+v of %s, %d gone", list, about.Slug, n)
	}
	list, about, n, err = s.LinkVotes(t.Context(), models.Link{Purpose: models.PurposeSignIn})
	if err != nil || len(list) > 0 || n > 0 || about.ID != "" {
		t.Errorf("a link to sign in: %+v, %d, %v", list, n, err)
	}
}

func TestBallotMailWaits(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	addConsultation(t, s, "shops", nil, "Markets")
	bo := person(t, s, "bo", models.RoleParticipant)
	for _, email := range []string{"new@example.org", "bo@example.org"} { // an account makes no difference
		ask := func(actor models.Actor) models.Job {
			t.Helper()
			before := len(waitingJobs(t, s))
			must(s.AskBallotLink(t.Context(), actor, BallotLinkInput{Slug: "shops", Email: email, Choices: choose(t, s, "shops", "agree", 1)}))(t)
			after := waitingJobs(t, s)
			if len(after) == before {
				return models.Job{}
			}
			return after[len(after)-1]
		}
		for n := range models.UnconfirmedMost + models.MaxDeferred {
			clk.add(time.Second)
			if job := ask(guest(fmt.Sprint("c", n))); job.Deferred != (n >= models.UnconfirmedMost) || job.ID == "" || !job.Unconfirmed {
				t.Errorf("%s, message %d: %+v", email, n+1, job)
			}
		}
		clk.add(time.Second)
		if job := ask(guest("d")); job.ID != "" {
			t.Errorf("%s, one too many: %+v", email, job)
		}
		if job := ask(guest("c5")); job.ID != "" { // in the place of its own
			t.Errorf("%s, asked for again: %+v", email, job)
		}
		sent := must(s.PostReply(t.Context(), guest("c"), ReplyInput{Slug: "shops", Name: "Ada", Email: email, Body: "x"}))(t)
		if !sent.Mailed || sent.Token != "" {
			t.Errorf("%s, a receipt too many: %+v", email, sent)
		}
		if email == "bo@example.org" {
			if job := ask(bo); job.Deferred || job.ID == "" {
				t.Errorf("who is signed in waits for a message to their own account")
			}
		}
	}
}

// TestCountAskedVotes signs in with the address that a link was asked for: the votes count as
// by the link, once, and nobody else's do.
func TestCountAskedVotes(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets", "Fairs")
	asked := must(s.AskBallotLink(t.Context(), guest("c"), BallotLinkInput{Slug: "shops", Email: "Ada@example.org", Choices: choose(t, s, "shops", "agree", 1, 2)}))(t)
	bo := person(t, s, "bo", models.RoleParticipant)
	if n := must(s.CountAskedVotes(t.Context(), bo, asked.TokenHash))(t); n != 0 {
		t.Errorf("another's address: %d", n)
	}
	ada := person(t, s, "ada", models.RoleParticipant)
	clk.add(time.Minute)
	must(s.CastVote(t.Context(), ada, "shops", 2, "disagree"))(t) // newer than what was chosen
	clk.set(c.ClosesAt.Add(time.Hour))
	if n := must(s.CountAskedVotes(t.Context(), ada, asked.TokenHash))(t); n != 1 {
		t.Errorf("%d votes count, want 1", n)
	}
	if got := []models.Tally{tally(t, s, c, 1), tally(t, s, c, 2)}; !slices.Equal(got, []models.Tally{{Agree: 1}, {Disagree: 1}}) {
		t.Errorf("counted: %v", got)
	}
	for _, hash := range []string{asked.TokenHash, "", "none"} {
		if n := must(s.CountAskedVotes(t.Context(), ada, hash))(t); n != 0 {
			t.Errorf("%q again: %d", hash, n)
		}
	}
	refused(t, errOf(s.CountAskedVotes(t.Context(), guest("c"), asked.TokenHash)), models.CodeUnauthenticated, "error.sign_in_first")
	refused(t, errOf(s.UseLink(t.Context(), asked.Token)), models.CodeGone, "error.link.used")
}

func TestStaffHaveNoVotes(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	root, bo := person(t, s, "root", models.RoleAdmin), person(t, s, "bo", models.RoleParticipant)
	must(s.CastVote(t.Context(), bo, "shops", 1, "agree"))(t)
	ok(t, s.GrantRole(t.Context(), root, "bo@example.org", "", models.RoleModerator, "shops"))
	if got := tally(t, s, c, 1); got != (models.Tally{}) || reload(t, s, c.ID).VoterCount != 0 {
		t.Errorf("the vote of a moderator counts: %v", got)
	}
	bo = person(t, s, "bo", models.RoleParticipant)
	refused(t, errOf(s.CastVote(t.Context(), bo, "shops", 1, "agree")), models.CodeForbidden, "error.vote.staff")
	if done := must(s.CastVote(t.Context(), bo, "shops", 1, "retract"))(t); done.Changed {
		t.Errorf("taken back twice: %+v", done)
	}
}
