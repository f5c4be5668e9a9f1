package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"folkmoot/models"
)

// TestHeaders looks at answers of every kind: pages, files, refusals and redirects.
func TestHeaders(t *testing.T) {
	a := newApp(t)
	css := regexp.MustCompile(`href="(/public/[^"]+\.css)"`).FindStringSubmatch(a.browser().get("/").want(t, "front page", 200).body)
	if css == nil {
		t.Fatal("the front page names no style sheet")
	}
	for path, status := range map[string]int{
		"/": 200, "/consultations/local-supply": 200, "/consultations/local-supply/replies.csv": 200, "/consultations/local-supply/replies.json": 200,
		"/privacy": 200, "/healthz": 200, "/readyz": 200, css[1]: 200, "/public/nothing.css": 404, "/nowhere": 404, "/account": 303, "/sign-in/forged": 410,
		"/consultations/local-supply/results": 403,
	} {
		r := a.browser().get(path)
		if r.status != status && !(status == 410 && r.status == 404) {
			t.Errorf("%s: status %d, want %d", path, r.status, status)
		}
		strict(t, path, r.header)
		if got := r.header.Get("Strict-Transport-Security"); !strings.HasPrefix(got, "max-age=") {
			t.Errorf("%s: HSTS %q", path, got)
		}
	}
	strict(t, "a write from elsewhere", a.forged().header)
	strict(t, "too much", a.browser().post(replies, reply("body", strings.Repeat("x", 140<<10))).want(t, "too much", 413).header)
}

// forged posts from another site.
func (a *app) forged() answer {
	r := httptest.NewRequest(http.MethodPost, replies, strings.NewReader(reply().Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	return a.browser().do(r).want(a.t, "from another site", 403)
}

func strict(t *testing.T, what string, h http.Header) {
	t.Helper()
	csp := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, part) {
			t.Errorf("%s: the policy lacks %s: %q", what, part, csp)
		}
	}
	for _, part := range []string{"unsafe-inline", "unsafe-eval", "data:", "http:", "https:", "*"} {
		if strings.Contains(csp, part) {
			t.Errorf("%s: the policy allows %s", what, part)
		}
	}
	if got := h.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("%s: X-Content-Type-Options %q", what, got)
	}
	if got := h.Get("Referrer-Policy"); got != "strict-origin-when-cross-origin" && got != "same-origin" {
		t.Errorf("%s: Referrer-Policy %q", what, got)
	}
}

// TestNoHSTSWithoutTLS promises nothing that a plain address cannot keep.
func TestNoHSTSWithoutTLS(t *testing.T) {
	a := newApp(t)
	for base, want := range map[string]bool{"http://127.0.0.1:8080": false, testBase: true} {
		srv := a.plainServer(base)
		for _, path := range []string{"/", "/nowhere", "/healthz"} {
			resp, err := srv.Test(httptest.NewRequest(http.MethodGet, path, nil))
			must(t, err)
			must(t, resp.Body.Close())
			if got := resp.Header.Get("Strict-Transport-Security") != ""; got != want {
				t.Errorf("%s%s: HSTS %v", base, path, got)
			}
			strict(t, base+path, resp.Header)
		}
	}
}

var inline = regexp.MustCompile(`<script(?:\s+(?:defer|async|type="[^"]*"))*\s*>|\sstyle="|\son[a-z]+="|<style|javascript:`)

// TestPrivatePages keeps pages with somebody's own parts out of every cache and
// index, and their addresses from other sites.
func TestPrivatePages(t *testing.T) {
	a := newApp(t)
	guest := a.browser()
	guest.post(replies, reply("body", "Waiting to be read")).want(t, "post", 303)
	shown := guest.get("/consultations/local-supply").want(t, "the guest's page", 200, "Waiting to be read")
	link := regexp.MustCompile(`/contributions/[\w.-]+`).FindString(shown.body)
	if link == "" {
		t.Fatal("a guest without an address is shown no private link")
	}
	token, _, err := a.svc.MakeSignInLink(t.Context(), "new@example.org", "New", models.RoleParticipant)
	must(t, err)
	voter := a.browser()
	voter.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	a.draftWithIdeas("bench")
	for _, c := range []struct {
		who  *browser
		path string
	}{
		{a.browser(), link},
		{a.browser(), "/sign-in/" + token},
		{a.browser(), "/sign-in"},
		{voter, "/consultations/local-supply/ballot"},
		{a.signedIn("member@example.org", models.RoleParticipant), "/account"},
		{a.signedIn("moderator@example.org", models.RoleModerator), "/moderation"},
		{org, "/organise"},
		{org, "/organise/local-supply"},
		{org, "/organise/bench/preview"},
		{a.signedIn("board@example.org", models.RoleBoard), "/board"},
		{a.signedIn("admin@example.org", models.RoleAdmin), "/admin"},
		{a.browser(), "/contributions/forged"},
	} {
		r := c.who.get(c.path)
		if r.status != 200 && c.path != "/contributions/forged" {
			t.Errorf("%s: status %d", c.path, r.status)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"} {
			if got := r.header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s %q, want %s", c.path, name, got, want)
			}
		}
		if found := inline.FindString(r.body); found != "" {
			t.Errorf("%s holds %s, which the policy blocks", c.path, found)
		}
	}
	if got := shown.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page with a guest's own text: Cache-Control %q", got)
	}
	for _, path := range []string{"/", "/consultations/local-supply", "/privacy"} {
		r := a.browser().get(path).want(t, path, 200)
		if r.header.Get("X-Robots-Tag") != "" || r.header.Get("Cache-Control") == "no-store" {
			t.Errorf("%s is everybody's: %v", path, r.header)
		}
		if found := inline.FindString(r.body); found != "" {
			t.Errorf("%s holds %s, which the policy blocks", path, found)
		}
	}
}

// TestRetryAfter says when to come back: after too many texts, and while the store is away.
func TestRetryAfter(t *testing.T) {
	a := newApp(t)
	a.limited(func(l *models.Limits) { l.Texts = 2 })
	for range 2 {
		a.browser().post(replies, reply()).want(t, "a reply", 303)
	}
	last := a.browser().post(replies, reply()).want(t, "too many texts", 429)
	if wait := seconds(last); wait < 1 || wait > 600 {
		t.Errorf("too many texts: Retry-After %q", last.header.Get("Retry-After"))
	}
	must(t, a.store.Close())
	if r := a.browser().get("/readyz").want(t, "no store", 503); seconds(r) < 1 {
		t.Errorf("no store: Retry-After %q", r.header.Get("Retry-After"))
	}
}

// seconds reads Retry-After; 0 if it is not there or no number.
func seconds(r answer) int {
	n, _ := strconv.Atoi(r.header.Get("Retry-After"))
	return n
}
