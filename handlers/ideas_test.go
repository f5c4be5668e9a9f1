package handlers

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"folkmoot/models"
)

var (
	ideaCards = regexp.MustCompile(`<li class="idea[^"]*" id="idea-(\d+)"`)
	moreIdeas = regexp.MustCompile(`href="([^"]*)"[^>]*data-more="idea-list"`)
)

// withIdeas adds ideas of the organiser's until there are n.
func (a *app) withIdeas(n int) {
	a.t.Helper()
	org := a.staff(models.RoleOrganiser)
	for k := 4; k <= n; k++ {
		_, err := a.svc.AddOrganiserIdea(context.Background(), org, a.con.Slug, fmt.Sprintf("Idea number %d of many", k), "Because.")
		must(a.t, err)
	}
}

// more returns the link to the next page of ideas, "" at the end.
func (r answer) more() string {
	m := moreIdeas.FindStringSubmatch(r.body)
	if m == nil {
		return ""
	}
	path, _, _ := strings.Cut(strings.ReplaceAll(m[1], "&amp;", "&"), "#")
	return path
}

// TestIdeasPageByPage goes through the ideas by links alone, in every order, and meets
// each once; the thread's own place and order stay.
func TestIdeasPageByPage(t *testing.T) {
	a := newApp(t)
	a.withIdeas(65)
	for _, order := range []string{"", "shuffled", "number", "newest"} {
		b, seen, pages := a.browser(), map[string]bool{}, 0
		for path := mainPage + "?sort=newest&limit=20&ideas=" + order; path != ""; pages++ {
			r := b.get(path).want(t, path, 200)
			for _, m := range ideaCards.FindAllStringSubmatch(r.body, -1) {
				if seen[m[1]] {
					t.Errorf("%s: idea %s twice", order, m[1])
				}
				seen[m[1]] = true
			}
			if back := strings.Contains(r.body, "Back to the first ideas"); back != (pages > 0) {
				t.Errorf("%s: page %d leads back: %t", order, pages+1, back)
			}
			path = r.more()
			if path != "" && (!strings.Contains(path, "sort=newest") || !strings.Contains(path, "limit=20")) {
				t.Errorf("more ideas loses the thread: %s", path)
			}
		}
		if len(seen) != 65 || pages != 3 {
			t.Errorf("%s: %d ideas on %d pages", order, len(seen), pages)
		}
	}
}

// TestIdeasCursorOfNobody refuses what we did not issue, in HTML and JSON alike.
func TestIdeasCursorOfNobody(t *testing.T) {
	a := newApp(t)
	a.withIdeas(40)
	b := a.browser()
	cursor := b.get(mainPage+"?ideas=number").want(t, "first", 200).more()
	for _, path := range []string{
		mainPage + "?ideas_after=nonsense", cursor + "x", strings.Replace(cursor, "ideas=number", "ideas=newest", 1),
	} {
		b.json = false
		b.get(path).want(t, path, 422)
		b.json = true
		b.get(path).want(t, path, 422)
	}
}

// TestVotesAcrossPages chooses on two pages of the ideas without a session: each vote
// comes back to the page it was cast on, and both wait together.
func TestVotesAcrossPages(t *testing.T) {
	a := newApp(t)
	a.withIdeas(40)
	b := a.browser()
	second := b.get(mainPage+"?ideas=number").want(t, "first", 200).more()
	r := b.get(second).want(t, "second", 200, `id="idea-35"`)
	back := regexp.MustCompile(`ideas/35/vote"[^>]*><input type="hidden" name="return" value="([^"]*)"`).FindStringSubmatch(r.body)
	if back == nil {
		t.Fatalf("no ballot for idea 35: %s", excerpt(r.body))
	}
	for n, from := range map[int]string{2: mainPage + "?ideas=number", 35: strings.ReplaceAll(back[1], "&amp;", "&")} {
		got := b.post(fmt.Sprintf("%s/ideas/%d/vote", mainPage, n), url.Values{"choice": {"agree"}, "return": {from}}).want(t, "vote", 303)
		if where := got.header.Get("Location"); where != fmt.Sprintf("%s#idea-%d", from, n) {
			t.Errorf("a vote on idea %d leads to %s", n, where)
		}
	}
	b.get(second).want(t, "second, voted", 200, "2 votes", "part-agree\" name=\"choice\" value=\"agree\" aria-pressed=\"true\"")
	b.get(mainPage+"/ballot").want(t, "ballot", 200, "Idea number 35 of many", "Pay owners to teach")
}
