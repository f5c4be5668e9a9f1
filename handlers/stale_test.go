package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"folkmoot/models"
	"folkmoot/models/sqlite"
)

// staleNote begins the sentence on a page that may be old.
const staleNote = "The latest cannot be read just now."

// TestLastPageWhileStoreIsGone goes on showing what was read before, says so, and shows
// nobody anybody's own parts; afterwards the first answer is exact.
func TestLastPageWhileStoreIsGone(t *testing.T) {
	a := newApp(t)
	a.published(a.con, "Read before")
	member, other := a.signedIn("member@example.org", models.RoleParticipant), a.signedIn("other@example.org", models.RoleParticipant)
	member.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "vote", 303)
	paths := []string{mainPage, mainPage + "?ideas=number&sort=newest", mainPage + "/ideas/1"}
	for _, path := range paths {
		member.get(path)
		member.get(path).want(t, path, 200, "Pat member")
	}
	a.browser().get(mainPage).want(t, "a stranger's", 200)
	a.clock.Add(10 * time.Minute)
	a.out.gone(true)
	for name, b := range map[string]*browser{"stranger": a.browser(), "member": member, "other": other} {
		for _, path := range paths {
			r := b.get(path).want(t, name+" at "+path, 200, staleNote, "1 March 2027, 09:00 GMT")
			if strings.Contains(r.body, "Pat ") || strings.Contains(r.body, `aria-pressed="true"`) || r.header.Get("ETag") != "" {
				t.Errorf("%s at %s: somebody's own parts, or an ETag", name, path)
			}
			if own := strings.Contains(r.body, "What is yours"); own != (name != "stranger") {
				t.Errorf("%s is told that their own parts are missing: %t", name, own)
			}
			if r.header.Get("Cache-Control") != "no-store" || r.header.Get("Age") != "600" {
				t.Errorf("%s: Cache-Control %q, Age %q", name, r.header.Get("Cache-Control"), r.header.Get("Age"))
			}
		}
		b.get(mainPage+"?sort=newest").want(t, "never read before", 503)
	}
	b := a.browser()
	b.json = true
	b.get(mainPage).want(t, "JSON", 503)
	a.out.gone(false)
	a.published(a.con, "Written since")
	for _, b := range []*browser{a.browser(), member} {
		if r := b.get(mainPage).want(t, "after recovery", 200, "Written since"); strings.Contains(r.body, staleNote) {
			t.Error("the note stays")
		}
	}
}

// TestAgainIsTheLongWay compares what a stranger is given for an address that is known
// with what they get for the same page by an address that is not.
func TestAgainIsTheLongWay(t *testing.T) {
	a := newApp(t)
	a.published(a.con, "Something")
	ask := func(path, etag string) answer {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if etag != "" {
			r.Header.Set("If-None-Match", etag)
		}
		return a.browser().do(r)
	}
	for _, path := range []string{mainPage, mainPage + "?ideas=newest", mainPage + "/ideas/2"} {
		long := path + "?x=1"
		if strings.Contains(path, "?") {
			long = path + "&x=1"
		}
		ask(long, "")
		again, other := ask(path, "").want(t, path, 200), ask(long, "").want(t, long, 200)
		for _, r := range []answer{again, other} {
			for _, own := range []string{"X-Request-Id", "Date"} {
				r.header.Del(own)
			}
		}
		if d := cmp.Diff(again.header, other.header); d != "" || again.body != other.body {
			t.Errorf("%s: bodies %t, headers (again, long): %s", path, again.body == other.body, d)
		}
		if r := ask(path, again.header.Get("ETag")); r.status != 304 || r.header.Get("ETag") == "" || r.header.Get("Vary") != "Cookie, Accept-Encoding" {
			t.Errorf("%s again: %d %v", path, r.status, r.header)
		}
	}
}

// TestClockWindow holds what a page depends on still between the times of its window.
func TestClockWindow(t *testing.T) {
	base := newConsultation(t)
	depends := func(c models.Consultation, now time.Time) string {
		return fmt.Sprint(c.StateAt(now), c.Coming(now), c.Accepts(models.ActSuggest, now) == nil, c.Accepts(models.ActVote, now) == nil,
			c.TalliesShown(), now.UTC().Format(" 2006010215 "), models.In(now, c.TimeZone).Format(time.DateOnly))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := base
		c.TimeZone = rapid.SampledFrom([]string{"UTC", "Europe/London", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns"}).Draw(t, "zone")
		at := func(name string) time.Time {
			return start.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour/time.Millisecond)).Draw(t, name)) * time.Millisecond)
		}
		c.OpensAt, c.SuggestionsCloseAt, c.ClosesAt = at("opens"), at("suggestions"), at("closes")
		now := at("now")
		from, until := clockWindow(c, now)
		if now.Before(from) || !now.Before(until) || until.Sub(from) > time.Hour {
			t.Fatalf("the window around %v is %v to %v", now, from, until)
		}
		within := from.Add(time.Duration(rapid.Int64Range(0, until.Sub(from).Milliseconds()-1).Draw(t, "within")) * time.Millisecond)
		for _, other := range []time.Time{from, within, until.Add(-time.Millisecond)} {
			if depends(c, now) != depends(c, other) {
				t.Fatalf("between %v and %v the page changes", now, other)
			}
			if f, u := clockWindow(c, other); !f.Equal(from) || !u.Equal(until) {
				t.Fatalf("at %v the window is %v to %v, at %v %v to %v", now, from, until, other, f, u)
			}
		}
	})
}

func newConsultation(t *testing.T) models.Consultation {
	in := consultationInput("any", start)
	return models.Consultation{
		ID: "c", Slug: in.Slug, State: models.StateOpen, Language: in.Language, Settings: in.Settings,
		Texts: map[string]models.ConsultationText{"en": in.Text},
	}
}

// TestTwoNodes serve one store: what one of them was told, the other shows at once.
func TestTwoNodes(t *testing.T) {
	a := newApp(t)
	store, err := sqlite.Open(context.Background(), a.store.(*sqlite.Store).Path(), sqlite.Options{Clock: a.clock})
	must(t, err)
	t.Cleanup(func() { store.Close() })
	b := newNode(t, store, a.clock)
	b.con = a.con
	member := a.signedIn("member@example.org", models.RoleParticipant)
	on := map[*app]*browser{a: a.browser(), b: b.browser()}
	for n, writer := range []*app{a, b, b, a} {
		words := "Said on a node" + strings.Repeat(" again", n+1)
		writer.published(writer.con, words)
		for node, visitor := range on {
			visitor.get(mainPage).want(t, "page", 200, words)
			there := node.browser()
			there.cookies = member.cookies
			there.get(mainPage).want(t, "signed in", 200, words, "Pat member")
		}
	}
}
