package service

import (
	"testing"

	"folkmoot/models"
)

// tally counts the first idea of a consultation from its votes, past all hiding.
func tally(t *testing.T, s *Service, c models.Consultation, number int) models.Tally {
	t.Helper()
	return must(s.store.Idea(t.Context(), c.ID, number))(t).Tally
}

func TestCastVote(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets", "Fairs")
	bo := person(t, s, "bo", models.RoleParticipant)
	for _, step := range []struct {
		choice  string
		kept    models.Choice
		changed bool
		voters  int64
		want    models.Tally
	}{
		{"agree", models.ChoiceAgree, true, 1, models.Tally{Agree: 1}},
		{"agree", models.ChoiceAgree, false, 1, models.Tally{Agree: 1}},
		{"disagree", models.ChoiceDisagree, true, 1, models.Tally{Disagree: 1}},
		{"retract", models.ChoiceNone, true, 0, models.Tally{}},
		{"pass", models.ChoicePass, true, 1, models.Tally{Pass: 1}},
	} {
		done := must(s.CastVote(t.Context(), bo, "shops", 2, step.choice))(t)
		if want := (VoteDone{step.kept, step.changed, step.voters}); done != want {
			t.Errorf("%s: got %+v, want %+v", step.choice, done, want)
		}
		if got := tally(t, s, c, 2); got != step.want {
			t.Errorf("%s: the tally is %v, want %v", step.choice, got, step.want)
		}
	}
	id := must(s.Idea(t.Context(), c, 2))(t).Idea.ID
	if mine := must(s.OwnVotes(t.Context(), bo, c.ID))(t)[id]; mine != models.ChoicePass {
		t.Errorf("the voter sees %q", mine)
	}
	if mine := must(s.OwnVotes(t.Context(), guest("x"), c.ID))(t)[id]; mine != "" {
		t.Errorf("a stranger sees %q", mine)
	}
}

func TestVoteRefuses(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	bo := person(t, s, "bo", models.RoleParticipant)
	waits := must(s.SuggestIdea(t.Context(), guest("c"), IdeaInput{Slug: "shops", Name: "Ada", Title: "Waits", Body: "x"}))(t)
	publish(t, s, waits.Item)
	decide(t, s, waits.Item, models.ActionRemove)
	for _, x := range []struct {
		actor  models.Actor
		slug   string
		number int
		choice string
		code   models.Code
		key    string
	}{
		{guest("c"), "shops", 1, "agree", models.CodeUnauthenticated, "error.vote.sign_in"},
		{bo, "shops", 1, "maybe", models.CodeInvalid, "error.vote.choice"},
		{bo, "shops", 1, "none", models.CodeInvalid, "error.vote.choice"},
		{bo, "shops", 9, "agree", models.CodeNotFound, "error.idea.unknown"},
		{bo, "shops", 2, "agree", models.CodeGone, "error.idea.removed"},
		{bo, "nowhere", 1, "agree", models.CodeNotFound, "error.consultation.unknown"},
		{person(t, s, "mo", models.RoleModerator), "shops", 1, "agree", models.CodeForbidden, "error.vote.staff"},
	} {
		refused(t, errOf(s.CastVote(t.Context(), x.actor, x.slug, x.number, x.choice)), x.code, x.key)
		if x.code != models.CodeUnauthenticated && x.code != models.CodeForbidden {
			refused(t, errOf(s.CheckChoice(t.Context(), x.slug, x.number, x.choice)), x.code, x.key)
		}
	}
	clk.set(c.ClosesAt)
	refused(t, errOf(s.CastVote(t.Context(), bo, "shops", 1, "agree")), models.CodeClosed, "error.consultation.closed")
	refused(t, errOf(s.CheckChoice(t.Context(), "shops", 1, "agree")), models.CodeClosed, "error.consultation.closed")
	if got := tally(t, s, c, 1); got != (models.Tally{}) {
		t.Errorf("the tally is %v", got)
	}
}

func TestVoteLimit(t *testing.T) {
	t.Parallel()
	s, _ := newLimited(t, models.LimitVotes, 1)
	addConsultation(t, s, "shops", nil, "Markets")
	bo := person(t, s, "bo", models.RoleParticipant)
	must(s.CastVote(t.Context(), bo, "shops", 1, "agree"))(t)
	refused(t, errOf(s.CastVote(t.Context(), bo, "shops", 1, "pass")), models.CodeLimited, "error.limit.votes")
}

func TestEligibility(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "firms", func(c *models.Consultation) {
		c.Settings.Capacities = []models.Capacity{models.CapacityBusiness}
		c.Settings.Bands = []models.Band{models.BandSole, models.BandMicro}
	}, "Markets")
	addConsultation(t, s, "listed", func(c *models.Consultation) { c.Settings.Tiers = []models.Tier{models.TierOrganiser} }, "Markets")
	bo := person(t, s, "bo", models.RoleParticipant)
	refused(t, errOf(s.CastVote(t.Context(), bo, "listed", 1, "agree")), models.CodeForbidden, "error.vote.tier")
	for _, x := range []struct {
		capacity models.Capacity
		band     models.Band
		key      string
	}{
		{models.CapacityUnsaid, "", "error.vote.capacity_unsaid"},
		{models.CapacityOrganisation, "", "error.vote.capacity"},
		{models.CapacityBusiness, models.BandLarge, "error.vote.band"},
		{models.CapacityBusiness, models.BandMicro, ""},
	} {
		ok(t, s.EditAccount(t.Context(), bo, AccountInput{Name: "Bo", Capacity: x.capacity, Band: x.band}))
		p := must(s.store.Participant(t.Context(), bo.ID()))(t)
		_, err := s.CastVote(t.Context(), models.Actor{Participant: &p}, "firms", 1, "agree")
		_, asked := s.AskBallotLink(t.Context(), guest("c"), BallotLinkInput{
			Slug: "firms", Email: "cy@example.org", Capacity: x.capacity, Band: x.band,
			Choices: map[int]models.Choice{1: must(s.CheckChoice(t.Context(), "firms", 1, "agree"))(t)},
		})
		if x.key == "" {
			ok(t, err)
			ok(t, asked)
			continue
		}
		refused(t, err, models.CodeForbidden, x.key)
		if x.capacity == models.CapacityUnsaid { // the form asks for it
			field(t, asked, "capacity", "error.field.capacity_needed")
			continue
		}
		refused(t, asked, models.CodeForbidden, x.key)
	}
}
