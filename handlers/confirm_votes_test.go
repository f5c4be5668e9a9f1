package handlers

import (
	"net/url"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// TestCapacityUnsaid keeps unsaid as what somebody takes part, and asks for it where only
// some may vote.
func TestCapacityUnsaid(t *testing.T) {
	a := newApp(t)
	b := a.browser()
	const ballot = "/consultations/local-supply/ballot"
	b.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	b.get(ballot).want(t, "the form", 200, `name="capacity" value="" checked>`)
	b.post(ballot, url.Values{"email": {"ada@example.org"}, "capacity": {""}, "band": {""}}).want(t, "ask", 200)
	b.post("/sign-in/"+a.ballotToken(), nil).want(t, "confirm", 303)
	votes := 0
	must(t, a.store.EachVote(t.Context(), a.con.ID, func(v models.Vote) error {
		if votes++; v.Capacity != models.CapacityUnsaid {
			t.Errorf("it counts as that of a %s", v.Capacity)
		}
		return nil
	}))
	if votes != 1 {
		t.Errorf("%d votes", votes)
	}

	con, err := a.store.Consultation(t.Context(), a.con.ID)
	must(t, err)
	con.Settings.Capacities = []models.Capacity{models.CapacityBusiness}
	_, err = a.store.EditConsultation(t.Context(), con, nil, storetest.Entry(models.AuditRulesChanged))
	must(t, err)
	if body := b.get(mainPage).body; !strings.Contains(body, "Say in your account as what you take part, then vote.") {
		t.Error("the account that has not said it is not asked to")
	}
	other := a.browser()
	other.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	if page := other.get(ballot).want(t, "the form", 200, `name="capacity" value="business_owner" required>`); strings.Contains(page.body, `value="" checked`) || strings.Contains(page.body, `value="business_owner" checked`) {
		t.Error("something is said for somebody who has said nothing")
	}
	other.post(ballot, url.Values{"email": {"bo@example.org"}}).want(t, "unsaid", 422, "This consultation counts only some groups, so please say as what you take part.")
}
