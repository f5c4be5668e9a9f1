package service

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func TestContribution(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil)
	sent := must(s.SuggestIdea(t.Context(), guest("mine"), IdeaInput{Slug: "shops", Name: "Ada", Title: "Fairs", Body: "*x*"}))(t)
	view := func() ContributionView {
		t.Helper()
		return must(s.Contribution(t.Context(), sent.Token))(t)
	}
	v := view()
	if v.Title != "Fairs" || !strings.Contains(v.HTML, "<em>x</em>") || v.Number != 0 || !v.CanWithdraw || v.CanConfirm ||
		v.Consultation.Slug != "shops" || v.Thing.Status != models.StatusPending || v.Item != sent.Item {
		t.Errorf("waiting: %+v", v)
	}
	publish(t, s, sent.Item)
	if v := view(); v.Number != 1 || v.IdeaNumber != 1 || v.Thing.Status != models.StatusPublished || !v.CanWithdraw {
		t.Errorf("published: %+v", v)
	}
	moveTo(t, s, c.ID, models.StateSealed)
	if view().CanWithdraw {
		t.Error("it may be withdrawn after sealing")
	}
	refused(t, s.Withdraw(t.Context(), sent.Token), models.CodeClosed, "error.contribution.sealed")
	moveTo(t, s, c.ID, models.StateOpen)
	decide(t, s, sent.Item, models.ActionRemove)
	if v := view(); v.CanWithdraw || v.Thing.Reason != "It names a neighbour." || v.Title != "Fairs" {
		t.Errorf("removed: %+v", v)
	}
	refused(t, s.Withdraw(t.Context(), sent.Token), models.CodeConflict, "error.contribution.withdrawn")
	for _, token := range []string{"", NewToken(), sent.Token[1:], sent.Item.ID, models.HashToken(sent.Token)} {
		refused(t, errOf(s.Contribution(t.Context(), token)), models.CodeNotFound, "error.contribution.unknown")
		refused(t, s.Withdraw(t.Context(), token), models.CodeNotFound, "error.contribution.unknown")
		refused(t, errOf(s.ConfirmContribution(t.Context(), token, time.Hour)), models.CodeNotFound, "error.contribution.unknown")
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil)
	waits := reply(t, s, "shops", "mine", "x", "")
	idea := must(s.SuggestIdea(t.Context(), guest("mine"), IdeaInput{Slug: "shops", Name: "Ada", Title: "Fairs", Body: "x"}))(t)
	publish(t, s, idea.Item)
	must(s.CastVote(t.Context(), person(t, s, "bo", models.RoleParticipant), "shops", 1, "agree"))(t)
	ok(t, s.Withdraw(t.Context(), waits.Token))
	ok(t, s.Withdraw(t.Context(), idea.Token))
	r := must(s.store.Reply(t.Context(), waits.Item.ID))(t)
	if !r.Withdrawn || r.Status != models.StatusRemoved || r.Shown() {
		t.Errorf("a waiting reply: %+v", r)
	}
	views := ideasOf(t, s, c, OrderNumber)
	if len(views) != 1 || views[0].Idea.Number != 1 || views[0].Idea.Title != "" || !views[0].Idea.Withdrawn {
		t.Errorf("an idea with a vote: %+v", views)
	}
	refused(t, errOf(s.Idea(t.Context(), c, 1)), models.CodeGone, "error.idea.withdrawn")
	ok(t, s.Withdraw(t.Context(), idea.Token)) // pressed twice
	chain := must(s.store.Decisions(t.Context(), c.ID, 0, 10))(t)
	if len(chain) != 3 || chain[2].Action != models.ActionWithdraw || chain[2].Hash != chain[2].ChainHash() || chain[2].ReasonSalt == "" {
		t.Errorf("the chain: %+v", chain)
	}
	item := must(s.store.IdeaByID(t.Context(), idea.Item.ID))(t)
	if want := models.TextDigest(item.Salt, "Fairs", "x"); chain[2].Items[0].Digest != want {
		t.Errorf("the digest is not that of the text: %+v", chain[2].Items)
	}
}

func TestConfirmContribution(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil)
	n := 0
	post := func(email string) (Sent, string) {
		t.Helper()
		n++
		sent := must(s.PostReply(t.Context(), guest("mine"), ReplyInput{Slug: "shops", Name: "Ada", Email: email, Body: fmt.Sprint("Text ", n)}))(t)
		return sent, s.contributionToken(sent.Item)
	}
	unaddressed, token := post("")
	refused(t, errOf(s.ConfirmContribution(t.Context(), token, time.Hour)), models.CodeConflict, "error.contribution.confirmed")
	sent, token := post("ada@example.org")
	second, token2 := post("ADA@example.org")
	if v := must(s.Contribution(t.Context(), token))(t); !v.CanConfirm {
		t.Errorf("it cannot be confirmed: %+v", v)
	}
	used := must(s.ConfirmContribution(t.Context(), token, time.Hour))(t)
	if p := must(s.Participant(t.Context(), used.SessionToken))(t); p == nil || p.Address != "ada@example.org" || p.Name != "Ada" {
		t.Fatalf("signed in as %+v", p)
	}
	if used.ReturnTo != "/contributions/"+token {
		t.Errorf("goes on to %s", used.ReturnTo)
	}
	for item, want := range map[string]string{sent.Item.ID: used.Participant.ID, second.Item.ID: used.Participant.ID, unaddressed.Item.ID: ""} {
		if r := must(s.store.Reply(t.Context(), item))(t); r.ParticipantID != want {
			t.Errorf("%s belongs to %q, want %q", item, r.ParticipantID, want)
		}
	}
	for _, done := range []string{token, token2} {
		refused(t, errOf(s.ConfirmContribution(t.Context(), done, time.Hour)), models.CodeConflict, "error.contribution.confirmed")
	}
	_, token3 := post("ada@example.org") // typed by anybody: it never opens an account that exists
	if v := must(s.Contribution(t.Context(), token3))(t); v.CanConfirm || v.Thing.ParticipantID != "" {
		t.Errorf("a guest's text with the address of an account: %+v", v)
	}
	refused(t, errOf(s.ConfirmContribution(t.Context(), token3, time.Hour)), models.CodeConflict, "error.contribution.confirmed")
}

func TestMergedIntoFollowsToTheEnd(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	root := must(s.store.Idea(t.Context(), c.ID, 1))(t)
	n, err := s.mergedInto(t.Context(), models.Idea{Contribution: models.Contribution{ID: "x"}, MergedInto: root.ID})
	if err != nil || n != 1 {
		t.Errorf("got %d, %v", n, err)
	}
	if n := must(s.mergedInto(t.Context(), root))(t); n != 0 {
		t.Errorf("what is not merged points to %d", n)
	}
	root.MergedInto = root.ID
	if n := must(s.mergedInto(t.Context(), root))(t); n != 0 {
		t.Errorf("a circle points to %d", n)
	}
}
