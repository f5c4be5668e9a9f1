package main

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"folkmoot/models"
	"folkmoot/models/service"
)

// TestJourney plays the main job from a reply to the board's download, with the
// script and without it, on one node and on two.
func TestJourney(t *testing.T) {
	everywhere(t, func(t *testing.T, at func(*testing.T) place) {
		t.Run("with script", func(t *testing.T) { journey(t, at, false) })
		t.Run("without script", func(t *testing.T) { journey(t, at, true) })
	})
}

func journey(t *testing.T, at func(*testing.T) place, noScript bool) {
	chromium(t)
	s := newSiteAt(t, at(t))
	organiser := s.person("Olive", "olive@example.org", models.RoleOrganiser)
	s.person("Mo", "mo@example.org", models.RoleModerator)
	s.person("Bea", "bea@example.org", models.RoleBoard)
	s.opens("local-supply", organiser)
	first := s.says(organiser, "We read everything that you write.")

	moderator := visitor(t, s.base, "moderator", noScript)
	s.signsIn(moderator, "mo@example.org")
	residentReplies(s, moderator, first, noScript)
	ownerSuggests(s, moderator, noScript)
	voters(s, noScript)
	s.clock.Set(s.clock.Now().AddDate(0, 0, 22))
	counted(s, noScript)
	boardReads(s, noScript)
}

// says publishes a reply of the organiser, for others to answer.
func (s *site) says(organiser models.Actor, body string) models.Item {
	s.t.Helper()
	ctx := context.Background()
	sent, err := s.svc.PostReply(ctx, organiser, service.ReplyInput{Slug: "local-supply", Body: body})
	check(s.t, err)
	mod := s.person("Mo", "mo@example.org", models.RoleModerator)
	_, err = s.svc.Decide(ctx, mod, service.DecideInput{Items: []service.ItemRev{{Item: sent.Item}}, Action: models.ActionPublish})
	check(s.t, err)
	return sent.Item
}

// residentReplies answers a reply, sees it waiting, and everybody sees it once it
// is published.
func residentReplies(s *site, moderator *person, first models.Item, noScript bool) {
	resident := visitor(s.t, s.base, "resident", noScript)
	resident.visit("/consultations/local-supply")
	answer := fmt.Sprintf(`a[data-reply="%s"]:not([data-quote])`, first.ID)
	if noScript {
		resident.press(answer)
	} else {
		resident.click(answer)
		resident.awaits(fmt.Sprintf(`form input[name="parent"][value="%s"]`, first.ID))
	}
	resident.fill(`[data-reply-form] textarea[name="body"]`, "Then read **this**: the market hall is empty.")
	resident.fill(`[data-reply-form] input[name="name"]`, "Rosa")
	resident.fill(`[data-reply-form] input[name="email"]`, "rosa@example.org")
	resident.press(`[data-reply-form] button[type="submit"]`)
	resident.reads("the market hall is empty")
	resident.awaits(".reply-waiting")

	stranger := visitor(s.t, s.base, "stranger", noScript)
	stranger.visit("/consultations/local-supply")
	stranger.cannotRead("the market hall is empty")
	resident.visit(s.link("rosa@example.org"))
	resident.reads("the market hall is empty")

	moderator.visit("/moderation")
	moderator.reads("the market hall is empty")
	moderator.press(`[data-row] button[value="publish"]`)
	stranger.visit("/consultations/local-supply")
	stranger.reads("the market hall is empty")
	if got := stranger.text(".reply.depth-2 .answers"); !contains(got, "Olive") {
		s.t.Errorf("the reply does not say whom it answers: %q", got)
	}
}

// ownerSuggests suggests an idea and finds it published with its number.
func ownerSuggests(s *site, moderator *person, noScript bool) {
	owner := visitor(s.t, s.base, "owner", noScript)
	owner.visit("/consultations/local-supply/suggest")
	owner.fill(`#main input[name="title"]`, "A tool library for trades")
	owner.fill(`#main textarea[name="body"]`, "Tools stand idle in every yard.")
	owner.fill(`#main input[name="name"]`, "Joiner Jo")
	owner.press(`form[action$="/ideas"] button[type="submit"]`)
	owner.reads("A tool library for trades")
	moderator.visit("/moderation")
	moderator.press(`[data-row] button[value="publish"]`)
	owner.visit("/consultations/local-supply/ideas/4")
	owner.reads("A tool library for trades")
}

// choose presses one part of a ballot line and waits until it says so.
func (p *person) choose(number int, choice string, noScript bool) {
	p.t.Helper()
	button := fmt.Sprintf(`form[action$="/ideas/%d/vote"] button[value="%s"]`, number, choice)
	if noScript {
		p.press(button)
	} else {
		p.click(button)
	}
	p.awaits(button + `[aria-pressed="true"]`)
}

// voters cast: one by session, one by a link opened in another browser, one in
// the same browser who then changes a vote.
func voters(s *site, noScript bool) {
	page := "/consultations/local-supply?ideas=number"
	member := visitor(s.t, s.base, "member", noScript)
	s.signsIn(member, "val@example.org")
	member.visit(page)
	member.choose(1, "agree", noScript)
	member.choose(2, "agree", noScript)
	member.choose(4, "disagree", noScript)

	laptop := visitor(s.t, s.base, "laptop", noScript)
	laptop.visit(page)
	laptop.choose(1, "agree", noScript)
	laptop.choose(2, "pass", noScript)
	laptop.asks("vic@example.org")
	phone := visitor(s.t, s.base, "phone", noScript)
	phone.visit(s.link("vic@example.org"))
	phone.reads("vic@example.org")
	phone.reads("Buy from small firms first")
	phone.press(`form[action^="/sign-in/"] button[type="submit"]`)

	tablet := visitor(s.t, s.base, "tablet", noScript)
	tablet.visit(page)
	tablet.choose(1, "agree", noScript)
	tablet.choose(4, "agree", noScript)
	tablet.asks("vera@example.org")
	tablet.visit(s.link("vera@example.org"))
	tablet.press(`form[action^="/sign-in/"] button[type="submit"]`)
	tablet.visit(page)
	tablet.choose(1, "disagree", noScript)
}

// asks returns an address for what was chosen.
func (p *person) asks(email string) {
	p.t.Helper()
	p.press(`a[href$="/ballot"]`)
	p.fill(`#main input[name="email"]`, email)
	p.press(`form[action$="/ballot"] button[type="submit"]`)
	p.reads(email)
}

// counted seals the closed consultation.
func counted(s *site, noScript bool) {
	late := visitor(s.t, s.base, "latecomer", noScript)
	late.visit("/consultations/local-supply")
	if n := late.count(`form[action$="/vote"]`); n > 0 {
		s.t.Errorf("%d ballots are open after closing", n)
	}
	organiser := visitor(s.t, s.base, "organiser", noScript)
	s.signsIn(organiser, "olive@example.org")
	organiser.visit("/organise/local-supply")
	organiser.press(`form[action$="/seal"] button[type="submit"]`)
	organiser.awaits(`a[href$="/full.json"]`)
}

// boardReads compares what the board downloads with the votes that were cast.
func boardReads(s *site, noScript bool) {
	board := visitor(s.t, s.base, "board", noScript)
	s.signsIn(board, "bea@example.org")
	board.visit("/consultations/local-supply/results")
	board.reads("Buy from small firms first")
	csvPath, jsonPath := board.attribute(`a[href$="results.csv"]`, "href"), board.attribute(`a[href$="results.json"]`, "href")
	rows := table(s.t, s.downloads(csvPath))
	var result models.Result
	check(s.t, json.Unmarshal(s.downloads(jsonPath), &result))

	want := map[int]models.Tally{1: {Agree: 2, Disagree: 1}, 2: {Agree: 1, Pass: 1}, 3: {}, 4: {Agree: 1, Disagree: 1}}
	if len(result.Ideas) != len(want) || len(rows) != len(want) {
		s.t.Fatalf("%d ideas as JSON, %d as CSV, want %d", len(result.Ideas), len(rows), len(want))
	}
	for i, idea := range result.Ideas {
		if idea.Tally != want[idea.Number] {
			s.t.Errorf("idea %d: %+v, want %+v", idea.Number, idea.Tally, want[idea.Number])
		}
		for name, value := range map[string]int64{"number": int64(idea.Number), "agree": idea.Agree, "disagree": idea.Disagree, "pass": idea.Pass} {
			if rows[i][name] != fmt.Sprint(value) {
				s.t.Errorf("idea %d: CSV has %s %s, JSON %d", idea.Number, name, rows[i][name], value)
			}
		}
	}
	if result.Voters != 3 || result.Votes != 7 {
		s.t.Errorf("%d voters and %d votes, want 3 and 7", result.Voters, result.Votes)
	}
}

// TestNothingChosenIsLost closes the tab between choosing and giving an address.
func TestNothingChosenIsLost(t *testing.T) {
	chromium(t)
	s := newSite(t)
	s.opens("local-supply", s.person("Olive", "olive@example.org", models.RoleOrganiser))
	p := visitor(t, s.base, "shopkeeper", false)
	p.visit("/consultations/local-supply?ideas=number")
	p.choose(2, "agree", false)
	p.visit("/rules")
	p.visit("/consultations/local-supply?ideas=number")
	p.awaits(`form[action$="/ideas/2/vote"] button[value="agree"][aria-pressed="true"]`)
	p.press(`a[href$="/ballot"]`)
	p.fill(`#main input[name="email"]`, "not an address")
	p.do("send it as it is", chromedp.Submit(chromedp.CSS(`form[action$="/ballot"]`)))
	p.reads("Pay owners to teach")
}
