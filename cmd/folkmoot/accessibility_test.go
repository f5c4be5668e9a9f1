package main

import (
	"fmt"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/service"
)

// scanned is one page type to scan: who looks, where, and what is done there first.
type scanned struct {
	who  string // a role; "" is a stranger
	path string
	act  func(*person)
}

const lep, shops = "/consultations/" + demoOpen, "/consultations/" + demoSealed

// pages lists one of each page type, with its errors and its empty states.
func pages() []scanned {
	chosen := func(p *person) { p.choose(1, "agree", false); p.press(`a[href$="/ballot"]`) }
	return []scanned{
		{"", "/", nil},
		{"", lep + "?ideas=number", nil},
		{"", lep + "/ideas/1", nil},
		{"", lep + "/suggest", nil},
		{"", lep + "/suggest", func(p *person) { p.do("send nothing", submitAnyway(`form[action$="/ideas"]`)) }},
		{"", lep + "?ideas=number", chosen},
		{"", lep + "/changes", nil},
		{"", shops, nil},
		{"", shops + "/results", nil},
		{"", shops + "/ideas/1", nil},
		{"", lep + "/results", nil},
		{"", "/nowhere", nil},
		{"", "/search?q=shop", nil},
		{"", "/search?q=zebra", nil},
		{"", "/sign-in", nil},
		{"", "/sign-in/forged", nil},
		{"", "/privacy", nil},
		{"", "/terms", nil},
		{"", "/accessibility", nil},
		{"", "/rules", nil},
		{"", "/contact", nil},
		{"moderator", "/account", nil},
		{"moderator", "/moderation", nil},
		{"moderator", "/moderation/decisions/" + demoOpen, nil},
		{"organiser", "/organise", nil},
		{"organiser", "/organise/new", nil},
		{"organiser", "/organise/" + demoOpen, nil},
		{"organiser", "/organise/" + demoOpen + "/edit", nil},
		{"organiser", "/organise/" + demoSealed, nil},
		{"board", "/board", nil},
		{"board", "/board/" + demoSealed, nil},
		{"admin", "/admin", nil},
		{"admin", "/admin/mail", nil},
		{"admin", "/admin/settings", nil},
	}
}

// TestAccessible scans each page type of the demonstration with axe-core at 320
// and 1280 pixels, light and dark: no violation, no sideways scrolling.
func TestAccessible(t *testing.T) {
	chromium(t)
	axe := axeSource(t)
	s := newSite(t)
	s.stages()
	visitors := map[string]*person{}
	for _, page := range pages() {
		p := visitors[page.who]
		if p == nil {
			p = visitor(t, s.base, "a "+page.who+" visitor", false)
			if page.who != "" {
				s.signsIn(p, page.who+"@thornleydale.example")
			}
			visitors[page.who] = p
		}
		p.visit(page.path)
		if page.act != nil {
			page.act(p)
		}
		p.scans(axe)
	}
	s.scansPrivatePages(axe)
	s.scansHardCases(axe)
	s.scansWithoutStore(axe)
}

// scansPrivatePages scans what only a link or a cookie of one's own leads to.
func (s *site) scansPrivatePages(axe string) {
	p := visitor(s.t, s.base, "an author", false)
	p.visit(lep)
	p.fill(`[data-reply-form] textarea[name="body"]`, "A text that waits.")
	p.fill(`[data-reply-form] input[name="name"]`, "Anneke")
	p.fill(`[data-reply-form] input[name="email"]`, "anneke@example.org")
	p.press(`[data-reply-form] button[type="submit"]`)
	p.scans(axe)
	p.press(`.reply-waiting a[href^="/edit/"]`)
	p.scans(axe)
	p.visit(s.link("anneke@example.org"))
	p.scans(axe)
	p.visit(lep)
	p.press(`a[href^="/report/"]`)
	p.scans(axe)
	p.visit(lep + "?ideas=number")
	p.choose(2, "disagree", false)
	p.asks("anneke2@example.org")
	p.scans(axe)
	p.visit(s.link("anneke2@example.org"))
	p.scans(axe)
}

// scansHardCases scans a consultation with a 300-character word, an Arabic name,
// an empty thread, and a thread of a thousand (at full size).
func (s *site) scansHardCases(axe string) {
	org := s.person("Olive", "olive@example.org", models.RoleOrganiser)
	mod := s.person("Mo", "mo@example.org", models.RoleModerator)
	s.opens("hard-cases", org)
	p := visitor(s.t, s.base, "a patient visitor", false)
	p.visit("/consultations/hard-cases")
	p.scans(axe)
	parent := ""
	for range models.MaxDepth {
		parent = s.publishes(mod, service.ReplyInput{Slug: "hard-cases", Name: "مريم بنت عبد الله", Body: strings.Repeat("w", 300) + " مرحبا", ParentID: parent})
	}
	p.visit("/consultations/hard-cases")
	p.scans(axe)
	for i := range max(40, scaled(1000-models.MaxDepth)) {
		s.publishes(mod, service.ReplyInput{Slug: "hard-cases", Name: fmt.Sprintf("Reader %d", i), Body: "One of a thousand."})
	}
	p.visit("/consultations/hard-cases?limit=1000")
	p.scans(axe)
}

// scansWithoutStore scans a form that could not be saved, and a page that cannot be made.
func (s *site) scansWithoutStore(axe string) {
	p := visitor(s.t, s.base, "an unlucky visitor", false)
	p.visit("/consultations/hard-cases/suggest")
	p.fill(`#main input[name="title"]`, "A tool library")
	p.fill(`#main textarea[name="body"]`, "Tools stand idle in every yard.")
	p.fill(`#main input[name="name"]`, "Jo")
	check(s.t, s.store.Close())
	p.press(`form[action$="/ideas"] button[type="submit"]`)
	p.reads("Send again")
	p.scans(axe)
	p.visit("/consultations/hard-cases/changes")
	p.scans(axe)
}

// publishes posts a guest's reply and publishes it; it returns the id of the reply.
func (s *site) publishes(mod models.Actor, in service.ReplyInput) string {
	s.t.Helper()
	sent, err := s.svc.PostReply(s.t.Context(), models.Actor{Guest: "guest", Language: "en"}, in)
	check(s.t, err)
	_, err = s.svc.Decide(s.t.Context(), mod, service.DecideInput{Items: []service.ItemRev{{Item: sent.Item}}, Action: models.ActionPublish})
	check(s.t, err)
	return sent.Item.ID
}
