package main

import (
	"testing"

	"folkmoot/models"
)

// TestConfirmations lets a resident send, change, report and withdraw, and looks each time
// whether what was done is said where the browser puts them and has the focus, with the
// script and without it.
func TestConfirmations(t *testing.T) {
	chromium(t)
	for name, noScript := range map[string]bool{"with script": false, "without script": true} {
		t.Run(name, func(t *testing.T) { confirmations(t, noScript) })
	}
}

func confirmations(t *testing.T, noScript bool) {
	s := newSite(t)
	organiser := s.person("Olive", "olive@example.org", models.RoleOrganiser)
	s.opens("local-supply", organiser)
	first := s.says(organiser, "We read everything that you write.")
	const page = "/consultations/local-supply"
	p := visitor(t, s.base, "resident", noScript)
	here, above := ".reply-waiting:focus-within .said[role=status]", "#notice[role=status]:focus"

	p.visit(page)
	p.fill(`[data-reply-form] textarea[name="body"]`, "The market hall is empty.")
	p.fill(`[data-reply-form] input[name="name"]`, "Rosa")
	p.press(`[data-reply-form] button[type="submit"]`)
	p.awaits(here)
	p.reads("Thank you. Your reply has arrived")
	p.visit(page + "?sort=newest") // as if it were read again later
	if p.count(".said") > 0 {
		t.Error("it is said twice")
	}
	link := p.attribute(`.reply-waiting a[href^="/contributions/"]`, "href")

	p.press(`.reply-waiting a[href^="/edit/"]`)
	p.fill(`#main textarea[name="body"]`, "The market hall is empty on Mondays.")
	p.press(`form[action^="/edit/"] button[type="submit"]`)
	p.awaits(here)
	p.reads("Your change is saved.")

	p.press(`#reply-` + first.ID + ` a[href^="/report/"]`)
	p.fill(`#main textarea[name="reason"]`, "It is advertising.")
	p.press(`form[action^="/report/"] button[type="submit"]`)
	p.awaits(above)
	p.reads("the reference of your report is")
	p.press(`#main a[href^="/replies/"]`)

	p.press(`.reply-waiting a[href^="/withdraw/"]`)
	p.reads("Withdraw your reply?")
	p.reads("empty on Mondays")
	p.press(`form[action^="/withdraw/"] button[type="submit"]`)
	p.awaits(above)
	p.reads("You have withdrawn your reply.")
	if p.count(".reply-waiting") > 0 {
		t.Error("it is still there")
	}
	p.visit(link)
	p.reads("You have withdrawn it.")

	p.visit(page + "?ideas=number")
	p.choose(1, "agree", noScript)
	p.press(`a[href$="/ballot"]`)
	if n := p.count(`input[name="capacity"][value=""]:checked`); n != 1 {
		t.Errorf("the ballot page says for its reader as what they take part (%d)", n)
	}
	p.fill(`#main input[name="email"]`, "rosa@example.org")
	p.press(`form[action$="/ballot"] button[type="submit"]`)
	p.visit(s.link("rosa@example.org"))
	p.press(`form[action^="/sign-in/"] button[type="submit"]`)
	p.awaits(above)
	p.reads("and your vote counts.")
}
