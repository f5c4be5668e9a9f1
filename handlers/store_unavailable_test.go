package handlers

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/models"
)

// everyField is a form with all kinds of fields in it: texts of one line and of many,
// choices, one that comes twice, one without a value, and what is hostile to HTML.
func everyField() url.Values {
	return url.Values{
		"body": {"One thought,\r\nand another: \"<b>&amp;</b>\"."}, "title": {"A tool library"}, "name": {"Zoë <x>"}, "email": {"zoe@example.org"},
		"reason": {"It names a person."}, "choice": {"agree"}, "decision": {"publish"}, "items": {"reply-a", "reply-b"}, "parent": {""},
		"question": {"What of the bins?"}, "closes_at": {"2027-03-22T17:00"}, "who_decides": {"The board"}, "rev": {"3"}, "unheard_of": {strings.Repeat("words ", 40)},
	}
}

var (
	formTag     = regexp.MustCompile(`(?s)<form class="form" method="post" action="([^"]*)">(.*?)</form>`)
	inputTag    = regexp.MustCompile(`<input [^>]*?name="([^"]*)"[^>]*? value="([^"]*)"`)
	textareaTag = regexp.MustCompile(`(?s)<textarea [^>]*?name="([^"]*)"[^>]*>\n?(.*?)</textarea>`)
)

// offered reads the form that is offered again as a browser would send it.
func offered(t *testing.T, page string) (action string, form url.Values) {
	t.Helper()
	m := formTag.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no form is kept: %s", excerpt(page))
	}
	form = url.Values{}
	for _, tag := range []*regexp.Regexp{inputTag, textareaTag} {
		for _, f := range tag.FindAllStringSubmatch(m[2], -1) {
			form.Add(f[1], html.UnescapeString(f[2]))
		}
	}
	return html.UnescapeString(m[1]), form
}

// TestEveryFormIsKept sends a form to every address that takes one while the store is
// gone: as somebody signed in, and as a guest where a guest may.
func TestEveryFormIsKept(t *testing.T) {
	a := newApp(t)
	guest, all := a.browser(), a.signedIn("all@example.org", models.RoleAdmin)
	a.out.gone(true)
	asked := 0
	for _, r := range a.srv.Routes() {
		if r.Method != http.MethodPost {
			continue
		}
		path := a.fill(r.Path)
		a.keeps(t, all, path)
		if _, staff := doorOf(r.Path); !staff && guestMay(path) {
			a.keeps(t, guest, path)
		}
		asked++
	}
	if asked < 30 {
		t.Errorf("only %d addresses were asked", asked)
	}
}

// guestMay reports whether a form reaches the store without somebody signed in.
func guestMay(path string) bool {
	for _, not := range []string{"/account", "/forget", "/sign-out", "/report/", "/edit/"} {
		if strings.HasPrefix(path, not) {
			return false
		}
	}
	return true
}

func (a *app) keeps(t *testing.T, b *browser, path string) {
	t.Helper()
	sent, session := everyField(), b.cookies[sessionCookie]
	got := b.post(path, sent)
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
		t.Errorf("%s: status %d, Retry-After %q", path, got.status, got.header.Get("Retry-After"))
		return
	}
	action, form := offered(t, got.body)
	if diff := cmp.Diff(sent, form); diff != "" || action != path {
		t.Errorf("%s: kept for %s with (-sent +kept)\n%s", path, action, diff)
	}
	if b.cookies[sessionCookie] != session || session != "" && strings.Contains(got.body, `href="/sign-in`) {
		t.Errorf("%s: who was signed in looks like a stranger", path)
	}
	if got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: the page may be kept: %v", path, got.header)
	}
}

// TestSendAgain sends what was kept once the store is back, from guests and from people
// who are signed in, whether nothing could be read or only nothing written.
func TestSendAgain(t *testing.T) {
	for _, c := range []struct {
		what, path string
		role       models.Role // none: a guest
		form       url.Values
	}{
		{"a reply", mainPage + "/replies", "", reply()},
		{"a reply of somebody signed in", mainPage + "/replies", models.RoleParticipant, reply()},
		{"an idea", mainPage + "/ideas", "", url.Values{"name": {"Ada"}, "title": {"A tool library"}, "body": {"Tools stand idle."}}},
		{"a vote", voteOn1, models.RoleParticipant, url.Values{"choice": {"agree"}}},
		{"the account", "/account", models.RoleParticipant, url.Values{"name": {"Ada"}, "capacity": {"resident"}}},
		{"a role", "/admin/people", models.RoleAdmin, url.Values{"email": {"new@example.org"}, "name": {"New"}, "role": {"board"}}},
		{"a pause", "/organise/local-supply/pause", models.RoleOrganiser, url.Values{"reason": {"The hall is flooded."}}},
		{"a sign-in", "/sign-in", "", url.Values{"email": {"ada@example.org"}}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := newApp(t)
			b := a.browser()
			if c.role != "" {
				b = a.signedIn("pat@example.org", c.role)
			}
			if strings.HasSuffix(c.path, "/pause") {
				_, open, _ := strings.Cut(b.get("/organise/local-supply").want(t, "manage", 200).body, `name="rev" value="`)
				rev, _, _ := strings.Cut(open, `"`)
				c.form.Set("rev", rev)
			}
			before := a.stored()
			a.out.noWrites.Store(true)
			_, form := offered(t, b.post(c.path, c.form).want(t, "read-only", 503, "Send again").body)
			a.out.gone(true)
			path, form := offered(t, b.post(c.path, form).want(t, "gone", 503, "Send again").body)
			if !cmp.Equal(before, a.stored()) {
				t.Error("something was stored")
			}
			a.out.gone(false)
			if got := b.post(path, form); got.status != 303 && got.status != 200 {
				t.Errorf("sent again: %d\n%s", got.status, excerpt(got.body))
			}
		})
	}
}

// TestUnavailableJSON tells the script in its own language.
func TestUnavailableJSON(t *testing.T) {
	a := newApp(t)
	b := a.browser()
	b.json = true
	a.out.gone(true)
	r := b.post(mainPage+"/replies", reply()).want(t, "JSON", 503, `"code":"unavailable"`)
	if r.header.Get("Retry-After") == "" || strings.Contains(r.body, "<form") {
		t.Errorf("%v\n%s", r.header, r.body)
	}
}

// TestUnavailablePage is a page of somebody signed in: neither theirs nor a stranger's.
func TestUnavailablePage(t *testing.T) {
	a := newApp(t)
	b := a.signedIn("mod@example.org", models.RoleModerator)
	a.out.gone(true)
	r := b.get("/moderation").want(t, "queue", 503)
	if strings.Contains(r.body, `href="/sign-in`) || len(b.cookies) == 0 {
		t.Error("the moderator looks like a stranger")
	}
	for range 3 {
		b.get("/readyz").want(t, "not ready", 503)
	}
	b.get("/healthz").want(t, "alive", 200)
	a.out.gone(false)
	b.get("/readyz").want(t, "ready again", 200)
	b.get("/moderation").want(t, "queue again", 200)
	for _, words := range []string{"not ready", "ready again"} {
		if n := strings.Count(a.log.String(), words); n != 1 {
			t.Errorf("the log says %d times %q", n, words)
		}
	}
}
