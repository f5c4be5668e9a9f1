package handlers

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"folkmoot/models"
)

// plainServer is the same program at another base URL.
func (a *app) plainServer(base string) *Server {
	a.t.Helper()
	srv, err := New(Options{Service: a.svc, BaseURL: base, Site: "Folkmoot", CanMail: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(a.t, err)
	return srv
}

// sent asks a server for what one form sets: its answer.
func sent(t *testing.T, srv *Server, path string, form url.Values, cookies map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for k, v := range cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	resp, err := srv.Test(r)
	must(t, err)
	must(t, resp.Body.Close())
	return resp
}

// TestCookies looks at every cookie of ours, behind TLS and without.
func TestCookies(t *testing.T) {
	a := newApp(t)
	for base, secure := range map[string]bool{testBase: true, "HTTPS://folkmoot.example": true, "http://127.0.0.1:8080": false} {
		srv := a.plainServer(base)
		token, _, err := a.svc.MakeSignInLink(t.Context(), "new@example.org", "New", models.RoleParticipant)
		must(t, err)
		seen := map[string]string{}
		for _, resp := range []*http.Response{
			sent(t, srv, "/sign-in/"+token, nil, nil),
			sent(t, srv, replies, reply(), nil),
			sent(t, srv, voteOn1, url.Values{"choice": {"agree"}}, nil),
		} {
			if resp.StatusCode != http.StatusSeeOther {
				t.Fatalf("%s: status %d", base, resp.StatusCode)
			}
			for _, c := range resp.Cookies() {
				seen[c.Name] = c.Value
				kept(t, base, c, secure)
			}
		}
		for _, name := range []string{sessionCookie, guestCookie, noticeCookie, pendingCookie(a.con.Slug)} {
			if seen[name] == "" {
				t.Errorf("%s: %s was not set", base, name)
			}
		}
		for _, c := range sent(t, srv, "/forget", nil, seen).Cookies() {
			if c.MaxAge < 0 {
				delete(seen, c.Name)
			}
			kept(t, base+", forgetting", c, secure)
		}
		delete(seen, noticeCookie) // says that the rest is forgotten
		if len(seen) > 0 {
			t.Errorf("%s: still remembered: %v", base, seen)
		}
	}
}

func kept(t *testing.T, what string, c *http.Cookie, secure bool) {
	t.Helper()
	if !strings.HasPrefix(c.Name, "folkmoot_") {
		t.Errorf("%s: %s is no name of ours", what, c.Name)
	}
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("%s: %s, want HttpOnly, SameSite=Lax, path /, Secure %v", what, c, secure)
	}
}

// TestNoCookieBeforeItIsNeeded reads as a stranger.
func TestNoCookieBeforeItIsNeeded(t *testing.T) {
	a := newApp(t)
	for _, path := range []string{"/", "/consultations/local-supply", "/consultations/local-supply/ideas/1", "/sign-in", "/privacy", "/nowhere", "/account"} {
		if set := a.browser().get(path).header.Values("Set-Cookie"); len(set) > 0 {
			t.Errorf("%s sets %v", path, set)
		}
	}
}

// TestNoticePurpose shows a notice that we signed as one, and no other.
func TestNoticePurpose(t *testing.T) {
	a := newApp(t)
	const payload, says = `{"k":"done","m":"notice.forgotten"}`, `class="notice notice-done"`
	own := a.svc.Sign("notice", payload)
	for _, c := range []struct {
		name, value string
		shown       bool
	}{
		{"a notice", own, true},
		{"signed as choices", a.svc.Sign("choices", payload), false},
		{"signed as a guest", a.svc.Sign("guest", payload), false},
		{"no signature", strings.Split(own, ".")[0], false},
		{"another's signature", strings.Split(own, ".")[0] + "." + strings.Split(a.svc.Sign("notice", "{}"), ".")[1], false},
		{"no notice at all", a.svc.Sign("notice", "[]"), false},
	} {
		b := a.browser()
		b.cookies[noticeCookie] = c.value
		r := b.get("/").want(t, c.name, 200)
		if got := strings.Contains(r.body, says); got != c.shown {
			t.Errorf("%s: shown %v", c.name, got)
		}
		if b.cookies[noticeCookie] != "" {
			t.Errorf("%s: the notice stays", c.name)
		}
	}
}

// TestGuestPurpose shows waiting text to the cookie that it was sent with, and to
// no cookie that was signed for something else.
func TestGuestPurpose(t *testing.T) {
	a := newApp(t)
	guest := a.browser()
	guest.post(replies, reply("body", "Waiting to be read")).want(t, "post", 303)
	id, ok := a.svc.Unsign("guest", guest.cookies[guestCookie])
	if !ok {
		t.Fatal("the guest cookie is not signed as one")
	}
	for _, c := range []struct {
		name, value string
		shown       bool
	}{
		{"the guest", a.svc.Sign("guest", id), true},
		{"signed as choices", a.svc.Sign("choices", id), false},
		{"signed as a notice", a.svc.Sign("notice", id), false},
		{"no signature", strings.Split(guest.cookies[guestCookie], ".")[0], false},
		{"bare", id, false},
		{"another guest", a.svc.Sign("guest", id+"x"), false},
	} {
		b := a.browser()
		b.cookies[guestCookie] = c.value
		r := b.get("/consultations/local-supply").want(t, c.name, 200)
		if got := strings.Contains(r.body, "Waiting to be read"); got != c.shown {
			t.Errorf("%s: shown %v", c.name, got)
		}
	}
}

// TestPendingVotesPurpose reads what was chosen in this consultation, signed as that.
func TestPendingVotesPurpose(t *testing.T) {
	a := newApp(t)
	a.openConsultation("elsewhere")
	b := a.browser()
	b.post("/consultations/elsewhere/ideas/1/vote", url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	value := b.cookies[pendingCookie("elsewhere")]
	payload, ok := a.svc.Unsign("choices", value)
	if !ok {
		t.Fatal("the cookie is not signed as choices")
	}
	for _, c := range []struct {
		name, slug, value string
		status            int // the ballot page asks, or leads away from no pending votes
	}{
		{"its own", "elsewhere", value, 200},
		{"for another consultation", "local-supply", value, 303},
		{"signed as a notice", "elsewhere", a.svc.Sign("notice", payload), 303},
		{"signed as a guest", "elsewhere", a.svc.Sign("guest", payload), 303},
		{"no signature", "elsewhere", strings.Split(value, ".")[0], 303},
		{"no cookie at all", "elsewhere", a.svc.Sign("choices", "null"), 303},
	} {
		other := a.browser()
		other.cookies[pendingCookie(c.slug)] = c.value
		other.get("/consultations/"+c.slug+"/ballot").want(t, c.name, c.status)
	}
}
