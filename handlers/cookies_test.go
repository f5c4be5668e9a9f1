package handlers

import (
	"encoding/base64"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

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
		for _, name := range []string{sessionCookie, guestCookie, noticeCookie, srv.pendingCookie(a.con.Slug)} {
			if seen[srv.wireName(name)] == "" {
				t.Errorf("%s: %s was not set", base, name)
			}
		}
		for _, c := range sent(t, srv, "/forget", nil, seen).Cookies() {
			if c.MaxAge < 0 {
				delete(seen, c.Name)
			}
			kept(t, base+", forgetting", c, secure)
		}
		delete(seen, srv.wireName(noticeCookie)) // says that the rest is forgotten
		if len(seen) > 0 {
			t.Errorf("%s: still remembered: %v", base, seen)
		}
	}
}

func kept(t *testing.T, what string, c *http.Cookie, secure bool) {
	t.Helper()
	prefix := "folkmoot_"
	if secure {
		prefix = "__Host-folkmoot_"
	}
	if !strings.HasPrefix(c.Name, prefix) {
		t.Errorf("%s: %s does not begin with %s", what, c.Name, prefix)
	}
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("%s: %s, want HttpOnly, SameSite=Lax, path /, Secure %v", what, c, secure)
	}
}

// TestRememberedOnlyIfAsked keeps cookies for the browser's session unless the box was
// ticked, and no longer than that once it is left empty again.
func TestRememberedOnlyIfAsked(t *testing.T) {
	a := newApp(t)
	link := func() string {
		token, _, err := a.svc.MakeSignInLink(t.Context(), "new@example.org", "New", models.RoleParticipant)
		must(t, err)
		return "/sign-in/" + token
	}
	ticked := url.Values{"remember": {"1"}}
	for _, c := range []struct {
		name, cookie, path string
		form               url.Values
		days               int
	}{
		{"a reply", guestCookie, replies, reply(), 90},
		{"an idea", guestCookie, ideas, suggestion(), 90},
		{"signing in", sessionCookie, "/sign-in/", url.Values{}, 30},
	} {
		form, path := maps.Clone(c.form), func() string {
			if c.cookie == sessionCookie {
				return link()
			}
			return c.path
		}
		for _, set := range sent(t, a.srv, path(), form, nil).Cookies() {
			if lasts := set.MaxAge > 0 || !set.Expires.IsZero(); lasts && set.Name != a.srv.wireName(noticeCookie) {
				t.Errorf("%s: %s outlives the browser's session", c.name, set)
			}
		}
		maps.Copy(form, ticked)
		got := map[string]int{}
		for _, set := range sent(t, a.srv, path(), form, nil).Cookies() {
			got[strings.TrimPrefix(set.Name, hostPrefix)] = set.MaxAge / (24 * 60 * 60)
		}
		if got[c.cookie] != c.days || got[rememberCookie] != 90 {
			t.Errorf("%s, remembered: %v", c.name, got)
		}
	}
	b := a.browser()
	b.post(replies, with(reply("body", "First"), "remember", "1")).want(t, "remembered", 303)
	b.get(mainPage).want(t, "the box", 200, `name="remember" value="1" checked`)
	again := b.post(replies, reply("body", "Second")).want(t, "not any more", 303)
	for _, set := range again.header.Values("Set-Cookie") {
		if strings.HasPrefix(set, a.srv.wireName(guestCookie)+"=") && (strings.Contains(set, "max-age") || strings.Contains(set, "expires")) {
			t.Errorf("the guest is still kept: %s", set)
		}
	}
	if b.cookies[rememberCookie] != "" || !strings.Contains(b.get(mainPage).body, "First") {
		t.Error("the device is still remembered, or forgot its owner at once")
	}
	a.browser().get(mainPage).want(t, "a stranger's box", 200, `name="remember" value="1" aria`)
}

// TestSessionLife ends a session within a day where the device is not remembered.
func TestSessionLife(t *testing.T) {
	a := newApp(t)
	for remember, days := range map[string]int{"": 1, "1": 30} {
		token, _, err := a.svc.MakeSignInLink(t.Context(), "new@example.org", "New", models.RoleParticipant)
		must(t, err)
		b, begun := a.browser(), a.clock.Now()
		b.post("/sign-in/"+token, url.Values{"remember": {remember}}).want(t, "sign in", 303)
		a.clock.Add(time.Duration(days)*24*time.Hour - time.Second)
		b.get("/account").want(t, "just before the end", 200)
		a.clock.Add(time.Second)
		b.get("/account").want(t, "at the end", 303)
		a.clock.Set(begun)
	}
}

// TestChoicesCannotBeRead keeps chosen votes from whoever looks into the browser, and drops
// them once they are confirmed there.
func TestChoicesCannotBeRead(t *testing.T) {
	a := newApp(t)
	values := map[string]string{}
	for _, choice := range []string{"agree", "disagree", "pass"} {
		b := a.browser()
		b.post(voteOn1, url.Values{"choice": {choice}}).want(t, choice, 303)
		for name, value := range b.cookies {
			plain, err := base64.RawURLEncoding.DecodeString(value)
			must(t, err)
			for _, word := range []string{"local-supply", "agree", "pass", `{"`} {
				if strings.Contains(name+value+string(plain), word) {
					t.Errorf("%s: the cookie %s holds %q", choice, name, word)
				}
			}
			values[choice] = value
		}
	}
	if len(values["agree"]) != len(values["disagree"]) || len(values["agree"]) != len(values["pass"]) || values["agree"] == "" {
		t.Errorf("the length tells which was chosen: %v", values)
	}
	b := a.browser()
	b.cookies[a.srv.pendingCookie("local-supply")] = values["disagree"]
	node := newNode(t, a.store, a.clock) // another one on the same store
	other := node.browser()
	other.cookies[node.srv.pendingCookie("local-supply")] = values["disagree"]
	for name, page := range map[string]answer{"this node": b.get(mainPage), "another node": other.get(mainPage)} {
		page.want(t, name, 200, "You chose disagree; not counted yet.")
	}
	b.post("/consultations/local-supply/ballot", url.Values{"email": {"ada@example.org"}}).want(t, "ask", 200)
	b.post("/sign-in/"+a.ballotToken(), nil).want(t, "confirm", 303)
	for name := range b.cookies {
		if strings.HasPrefix(name, choicesPrefix) {
			t.Errorf("%s stays once the votes are confirmed", name)
		}
	}
	b.get(mainPage).want(t, "counted", 200, "You disagree.")
}

// TestVotesOfThePersonBefore tells who signs in on a device that votes chosen there by
// somebody will count as theirs, and lets them be forgotten first.
func TestVotesOfThePersonBefore(t *testing.T) {
	a := newApp(t)
	link := func() string {
		token, _, err := a.svc.MakeSignInLink(t.Context(), "new@example.org", "New", models.RoleParticipant)
		must(t, err)
		return "/sign-in/" + token
	}
	b := a.browser()
	if body := b.get(link()).body; strings.Contains(body, "This browser holds") {
		t.Error("there is nothing to tell of")
	}
	b.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	b.get(link()).want(t, "told", 200, "This browser holds one vote that was chosen here for no address yet.")
	b.post("/forget", nil).want(t, "forget", 303)
	b.post(link(), nil).want(t, "sign in", 303)
	if body := b.get(mainPage).want(t, "signed in", 200, "You are signed in as New.").body; strings.Contains(body, "You agree.") {
		t.Error("the vote of the person before counts")
	}
}

// TestOneReadingOfCookies sends writes without Origin and Sec-Fetch-Site. Whatever the
// Cookie header holds, a write that is taken for somebody's who is signed in is refused.
func TestOneReadingOfCookies(t *testing.T) {
	a := newApp(t)
	member := a.signedIn("member@example.org", models.RoleParticipant).cookies[sessionCookie]
	for _, base := range []string{testBase, "http://127.0.0.1:8080"} {
		srv := a.plainServer(base)
		name, other := hostPrefix+sessionCookie, sessionCookie
		if !srv.secure() {
			name, other = other, name
		}
		for _, c := range []struct {
			name, cookie string
			form, member int // status of a form without origin, and of a form that only a member may send, with one
		}{
			{"none", "", 303, 401},
			{"the session", name + "=" + member, 403, 303},
			{"an empty one first", name + "=; " + name + "=" + member, 403, 401},
			{"an empty one last", name + "=" + member + "; " + name + "=", 403, 303},
			{"another first", name + "=x; " + name + "=" + member, 403, 401},
			{"spaces", name + "=;  " + name + "= " + member, 403, 401},
			{"quotes", name + `="` + member + `"`, 403, 303},
			{"only an empty one", name + "=", 403, 401},
			{"the other name", other + "=" + member, 303, 401},
			{"the other name first", other + "=; " + name + "=" + member, 403, 303},
			{"in capitals", strings.ToUpper(name) + "=" + member, 303, 401},
		} {
			ask := func(path string, form url.Values, header ...string) int {
				r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Accept", "text/html")
				for i := 0; i+1 < len(header); i += 2 {
					r.Header.Set(header[i], header[i+1])
				}
				if c.cookie != "" {
					r.Header.Set("Cookie", c.cookie)
				}
				resp, err := srv.Test(r)
				must(t, err)
				must(t, resp.Body.Close())
				return resp.StatusCode
			}
			if got := ask(replies, reply()); got != c.form {
				t.Errorf("%s, %s: a form without origin gets %d, want %d", base, c.name, got, c.form)
			}
			account := url.Values{"name": {"Pat"}, "capacity": {"resident"}}
			if got := ask("/account", account, "Sec-Fetch-Site", "same-origin"); got != c.member {
				t.Errorf("%s, %s: a member's form gets %d, want %d", base, c.name, got, c.member)
			}
		}
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
	own := a.svc.Encrypt("notice", payload)
	for _, c := range []struct {
		name, value string
		shown       bool
	}{
		{"a notice", own, true},
		{"encrypted as choices", a.svc.Encrypt("choices", payload), false},
		{"only signed", a.svc.Sign("notice", payload), false},
		{"cut", own[:len(own)-4], false},
		{"bare", payload, false},
		{"no notice at all", a.svc.Encrypt("notice", "[]"), false},
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

// TestPendingVotesPurpose reads what was chosen in this consultation, encrypted as that.
func TestPendingVotesPurpose(t *testing.T) {
	a := newApp(t)
	a.openConsultation("elsewhere")
	b := a.browser()
	b.post("/consultations/elsewhere/ideas/1/vote", url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	value := b.cookies[a.srv.pendingCookie("elsewhere")]
	payload, ok := a.svc.Decrypt("choices", value)
	if !ok {
		t.Fatal("the cookie is not encrypted as choices")
	}
	for _, c := range []struct {
		name, slug, value string
		status            int // the ballot page asks, or leads away from no pending votes
	}{
		{"its own", "elsewhere", value, 200},
		{"for another consultation", "local-supply", value, 303},
		{"encrypted as a notice", "elsewhere", a.svc.Encrypt("notice", payload), 303},
		{"only signed", "elsewhere", a.svc.Sign("choices", payload), 303},
		{"cut", "elsewhere", value[:len(value)-4], 303},
		{"no cookie at all", "elsewhere", a.svc.Encrypt("choices", "null"), 303},
	} {
		other := a.browser()
		other.cookies[a.srv.pendingCookie(c.slug)] = c.value
		other.get("/consultations/"+c.slug+"/ballot").want(t, c.name, c.status)
	}
}
