package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

const mainPage = "/consultations/local-supply"

// TestKeptPageEqualsFreshPage compares every visitor's page from the cache with
// the one that is rendered for them alone.
func TestKeptPageEqualsFreshPage(t *testing.T) {
	a := newApp(t)
	a.published(a.con, "Something to read")
	a.withIdeas(35)
	second := a.browser().get(mainPage + "?ideas=newest").more()
	member := a.signedIn("member@example.org", models.RoleParticipant)
	member.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "vote", 303)
	chooser := a.browser()
	chooser.post(voteOn1, url.Values{"choice": {"pass"}}).want(t, "choose", 303)
	visitors := map[string]*browser{"stranger": a.browser(), "member": member, "chooser": chooser}
	for _, role := range everyRole[1:] {
		visitors[string(role)] = a.signedIn(string(role)+"4@example.org", role)
	}
	for _, path := range []string{mainPage, mainPage + "?ideas=number&sort=newest", second, mainPage + "/ideas/1"} {
		for name, b := range visitors {
			b.get(path) // a notice is read once
			kept := b.get(path).want(t, name, 200).body
			fresh := a.anew(func() string { return b.get(path).want(t, name, 200).body })
			if kept != fresh {
				t.Errorf("%s at %s: %s", name, path, firstDifference(kept, fresh))
			}
		}
	}
}

// TestNothingPrivateIsKept lets many people with marks of their own ask for the
// same pages at once: nobody sees anybody else's.
func TestNothingPrivateIsKept(t *testing.T) {
	a := newApp(t)
	var people []*browser
	for i := range 24 {
		_, p, err := a.svc.MakeSignInLink(context.Background(), fmt.Sprintf("p%d@example.org", i), fmt.Sprintf("Marker%dEnd", i), models.RoleParticipant)
		must(t, err)
		b := a.browser()
		b.cookies[sessionCookie], err = storetest.OpenSession(context.Background(), a.store, p.ID)
		must(t, err)
		people = append(people, b)
	}
	own := regexp.MustCompile(`Marker\d+End`)
	var wg sync.WaitGroup
	for i, b := range append(people, a.browser(), a.browser()) {
		wg.Go(func() {
			for n := range 20 {
				body := b.get(mainPage).body
				if n%5 == 0 && i < len(people) {
					b.post(voteOn1, url.Values{"choice": {[]string{"agree", "disagree", "pass", "retract"}[n/5]}})
				}
				for _, m := range own.FindAllString(body, -1) {
					if m != fmt.Sprintf("Marker%dEnd", i) {
						t.Errorf("visitor %d sees %s", i, m)
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestOwnTextsOnSharedPage shows people their own waiting texts, each on the page that all
// share: it follows their votes and texts, and is rendered for nobody alone.
func TestOwnTextsOnSharedPage(t *testing.T) {
	a := newApp(t)
	author, other := a.signedIn("ann@example.org", models.RoleParticipant), a.signedIn("bob@example.org", models.RoleParticipant)
	other.post(mainPage+"/replies", url.Values{"body": {"Bob waits"}}).want(t, "reply of Bob", 303)
	sent := author.post(mainPage+"/replies", url.Values{"body": {"Ann waits"}}).want(t, "reply of Ann", 303)
	author.get(mainPage) // the notice is read once
	before := author.get(mainPage).want(t, "with her text", 200, "Ann waits", "/edit/")
	renders := a.srv.pages.Renders()
	for range 3 {
		if again := author.get(mainPage); again.body != before.body || strings.Contains(again.body, "Bob waits") {
			t.Errorf("again: %s", firstDifference(before.body, again.body))
		}
	}
	author.post(voteOn1, url.Values{"choice": {"disagree"}}).want(t, "vote", 303)
	if body := author.get(mainPage).body; body == before.body {
		t.Error("her vote is not on her page")
	}
	for who, b := range map[string]*browser{"stranger": a.browser(), "Bob": other} {
		if strings.Contains(b.get(mainPage).body, "Ann waits") {
			t.Errorf("%s sees what waits", who)
		}
	}
	if n := a.srv.pages.Renders() - renders; n > 1 { // a first vote is seen by everybody
		t.Errorf("six visits and a vote cost %d renderings", n)
	}
	item := strings.SplitAfter(sent.header.Get("Location"), "#")[1]
	author.post("/edit/"+item, url.Values{"rev": {"1"}, "body": {"Ann still sits there"}}).want(t, "edit", 303)
	author.get(mainPage)
	author.get(mainPage).want(t, "edited", 200, "Ann still sits there")
	a.clock.Add(models.EditWindow)
	if body := author.get(mainPage).body; strings.Contains(body, "/edit/") {
		t.Error("after the window her text may still be edited")
	}
}

// anew returns what fn gives while nothing is kept yet.
func (a *app) anew(fn func() string) string {
	kept := a.srv.pages
	defer func() { a.srv.pages = kept }()
	a.srv.pages, _ = newPageCache(a.srv.public)
	return fn()
}

// TestOneRenderingForAThousand sends many visitors to a page that is not there yet.
func TestOneRenderingForAThousand(t *testing.T) {
	a := newApp(t)
	before := a.srv.pages.Renders()
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() { a.browser().get(mainPage).want(t, "page", 200) })
	}
	wg.Wait()
	if n := a.srv.pages.Renders() - before; n != 1 {
		t.Errorf("a thousand visitors cost %d renderings, want 1", n)
	}
}

// TestCacheIsExact sees each public write at once, by this process and by another.
func TestCacheIsExact(t *testing.T) {
	a := newApp(t)
	b := a.browser()
	etag := b.get(mainPage).want(t, "empty", 200).header.Get("ETag")
	a.published(a.con, "Just published")
	r := b.get(mainPage).want(t, "after publication", 200, "Just published")
	if r.header.Get("ETag") == etag {
		t.Error("another page under the same ETag")
	}
	b.revalidates(t, r.header.Get("ETag"), 304)
	b.revalidates(t, etag, 200)

	other, err := sqlite.Open(context.Background(), a.store.(*sqlite.Store).Path(), sqlite.Options{Clock: a.clock})
	must(t, err)
	defer other.Close()
	con, err := other.ConsultationBySlug(context.Background(), a.con.Slug)
	must(t, err)
	text := con.Texts["en"]
	text.Question = "Asked anew by another process?"
	con.Texts["en"] = text
	_, err = other.EditConsultation(context.Background(), con, nil, storetest.Entry(models.AuditConsultationEdited))
	must(t, err)
	b.get(mainPage).want(t, "after another process", 200, "Asked anew by another process?")
}

func (b *browser) revalidates(t *testing.T, etag string, status int) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, mainPage, nil)
	r.Header.Set("If-None-Match", etag)
	b.do(r).want(t, "revalidation", status)
}

// TestTimePasses moves the clock over what a page depends on without any write.
func TestTimePasses(t *testing.T) {
	a := newApp(t)
	b := a.browser()
	b.get(mainPage).want(t, "open", 200, `name="choice"`, "/suggest")
	a.clock.Set(a.con.SuggestionsCloseAt)
	if r := b.get(mainPage).want(t, "suggestions closed", 200); strings.Contains(r.body, mainPage+"/suggest") {
		t.Error("suggestions are offered after they closed")
	}
	a.clock.Set(a.con.ClosesAt.Add(-time.Millisecond))
	b.get(mainPage).want(t, "the last moment", 200, `name="choice"`)
	a.clock.Set(a.con.ClosesAt)
	if r := b.get(mainPage).want(t, "closed", 200); strings.Contains(r.body, `name="choice"`) {
		t.Error("votes are offered after closing")
	}
}

// TestQueryOfAnother keeps what one visitor's address holds off the next one's page.
func TestQueryOfAnother(t *testing.T) {
	a := newApp(t)
	a.browser().get(mainPage+"?email=secret%40example.org&limit=50").want(t, "first", 200)
	if r := a.browser().get(mainPage+"?limit=50").want(t, "next", 200); strings.Contains(r.body, "secret") {
		t.Error("a visitor's query is on the next one's page")
	}
}
