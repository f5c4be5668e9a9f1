package main

import (
	"fmt"
	"testing"

	"folkmoot/models"
)

// TestManyIdeas reads through more ideas than stand on one page, and votes on one of
// the next, with a script and without.
func TestManyIdeas(t *testing.T) {
	chromium(t)
	axe := axeSource(t)
	s := newSite(t)
	org := s.person("Olive", "olive@example.org", models.RoleOrganiser)
	s.opens("many", org)
	for n := s.ideasOf("many") + 1; n <= 40; n++ {
		_, err := s.svc.AddOrganiserIdea(t.Context(), org, "many", fmt.Sprintf("Idea number %d of a great many", n), "Because.")
		check(t, err)
	}
	for _, noScript := range []bool{false, true} {
		t.Run(fmt.Sprintf("without script %t", noScript), func(t *testing.T) {
			p := visitor(t, s.base, "a reader of ideas", noScript)
			p.visit("/consultations/many?ideas=number")
			if p.count("#idea-30") != 1 || p.count("#idea-31") != 0 {
				t.Error("the first page does not end with idea 30")
			}
			next := p.attribute(`[data-more="idea-list"]`, "href")
			if noScript {
				p.press(`[data-more="idea-list"]`)
			} else {
				p.scans(axe)
				p.visit(next)
				p.scans(axe)
				p.visit("/consultations/many?ideas=number")
				p.click(`[data-more="idea-list"]`)
			}
			p.awaits("#idea-40")
			if stays := p.count("#idea-1") == 1; stays == noScript || p.count(`[data-more="idea-list"]`) != 0 {
				t.Errorf("the first ideas are still there: %t", stays)
			}
			p.choose(35, "agree", noScript)
			p.reads("Idea number 35 of a great many")
		})
	}
}

// ideasOf counts the ideas that a consultation has.
func (s *site) ideasOf(slug string) int {
	c, err := s.store.ConsultationBySlug(s.t.Context(), slug)
	check(s.t, err)
	return int(c.IdeaCount)
}
