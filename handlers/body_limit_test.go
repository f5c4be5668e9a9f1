package handlers

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/service"
)

// TestEveryFormHasASize finds each route that takes a form in the table of forms, and no
// other there.
func TestEveryFormHasASize(t *testing.T) {
	a := newApp(t)
	posts := map[string]bool{}
	for _, r := range a.srv.Routes() {
		if r.Method != http.MethodPost {
			continue
		}
		posts[r.Path] = true
		if _, ok := forms[r.Path]; !ok {
			t.Errorf("POST %s: say in forms (body_limit.go) which fields it has, and how many characters each takes", r.Path)
		}
		if pattern, _ := a.srv.table.find("POST", a.fill(r.Path)); pattern != r.Path {
			t.Errorf("POST %s is taken for %q", a.fill(r.Path), pattern)
		}
	}
	for path := range forms {
		if !posts[path] {
			t.Errorf("%s is no route that takes a form", path)
		}
	}
}

// TestLimitsAreCharacters fills every field of a form to its limit, in scripts of one to
// four bytes a character. All of it is taken; one character more is refused by its count.
func TestLimitsAreCharacters(t *testing.T) {
	a := newApp(t)
	for name, char := range map[string]string{"Latin": "a", "German": "ß", "Chinese": "字", "emoji": "🧵"} {
		of := func(n int) string { return strings.Repeat(char, n) }
		mailbox := strings.Repeat("m", 60) + "@example.org"
		a.browser().post(replies, reply("name", of(models.MaxName), "body", of(models.MaxText), "email", mailbox)).want(t, name+" reply", 303)
		a.browser().post(ideas, suggestion("name", of(models.MaxName), "title", of(models.MaxTitle), "body", of(models.MaxText))).want(t, name+" idea", 303)
		a.browser().post(replies, reply("body", of(models.MaxText+1))).want(t, name+" reply, one more", 422, "10001")
		org := a.signedIn("organiser@example.org", models.RoleOrganiser)
		form := organiserForm(of)
		org.post("/organise/new", with(form, "slug", "limits-"+strings.ToLower(name))).want(t, name+" consultation", 303)
		org.post("/organise/new", with(form, "slug", "more", "body", of(models.MaxOrgText+1))).want(t, name+" consultation, one more", 422, "60001")
	}
}

// organiserForm is the form of a consultation with every text as long as it may be.
func organiserForm(of func(int) string) url.Values {
	return url.Values{
		"language": {"en"}, "time_zone": {"UTC"}, "min_votes": {"5"}, "tallies": {"after_closing"}, "reason": {of(models.MaxReason)},
		"title": {of(models.MaxTitle)}, "question": {of(models.MaxQuestion)}, "body": {of(models.MaxOrgText)},
		"who_decides": {of(models.MaxOrgLines)}, "can_change": {of(models.MaxOrgLines)}, "contact": {of(models.MaxOrgLines)},
		"other_formats": {of(models.MaxOrgLines)},
	}
}

// TestBodyLimits sends more than a form can need. What an organiser's form may hold is
// read for staff alone.
func TestBodyLimits(t *testing.T) {
	a := newApp(t)
	org, guest := a.signedIn("organiser@example.org", models.RoleOrganiser), a.browser()
	member := a.signedIn("member@example.org", models.RoleParticipant)
	forged := a.browser()
	forged.cookies[sessionCookie] = "forged"
	for _, c := range []struct {
		name, path string
		who        *browser
		size       int
		status     int
		says       string
	}{
		{"a reply", replies, guest, 130 << 10, 413, "10000 characters"},
		{"a reply as JSON", replies, &browser{a: a, cookies: map[string]string{}, json: true}, 130 << 10, 413, "10000 characters"},
		{"a vote", voteOn1, guest, 20 << 10, 413, "kB"},
		{"a sign-in", "/sign-in", guest, 20 << 10, 413, "kB"},
		{"nothing that takes a form", "/nowhere", guest, 5 << 10, 413, "kB"},
		{"an organiser's form by an organiser", "/organise/new", org, 700 << 10, 422, ""},
		{"an organiser's form by a stranger", "/organise/new", guest, 700 << 10, 413, ""},
		{"an organiser's form by a member", "/organise/new", member, 700 << 10, 413, ""},
		{"an organiser's form with a forged session", "/organise/new", forged, 700 << 10, 413, ""},
		{"an organiser's form that is short, by a stranger", "/organise/new", guest, 100 << 10, 401, ""},
		{"more than an organiser's form", "/organise/new", org, 1 << 20, 413, "60000 characters"},
		{"a slash more", replies + "/", guest, 130 << 10, 413, "10000 characters"},
	} {
		c.who.postRaw(c.path, "unknown="+strings.Repeat("x", c.size-8)).want(t, c.name, c.status, c.says)
	}
	if publicBody > 140_000 {
		t.Errorf("a stranger may send %d bytes", publicBody)
	}
}

// TestChunkedBodyIsLimited sends a body that does not say how long it is.
func TestChunkedBodyIsLimited(t *testing.T) {
	a := newApp(t)
	r := httptest.NewRequest(http.MethodPost, "/organise/new", nil)
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader("title="+strings.Repeat("x", 2<<20))), -1
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a.browser().do(r).want(t, "chunked", 413)
}

// TestImportedTextIsSaved opens the form of imported consultations and sends it with what
// was missing. All of the text is kept, also where it is longer than people may type.
func TestImportedTextIsSaved(t *testing.T) {
	a := newApp(t)
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	posts := map[string]string{
		"60,000 characters":  "<p>" + strings.Repeat("Wörter über Straßen. ", models.MaxOrgText/21) + "</p>",
		"200,000 characters": "<p>" + strings.Repeat("汉字和标点。", 33_000) + "</p>",
	}
	if post := germanPost(t); post != "" {
		posts["a German post"] = post
	}
	for name, post := range posts {
		con, _, err := a.svc.ImportPost(t.Context(), service.ImportPost{
			Source: "wordpress", SourceID: name, Title: name, BodyHTML: post, Language: "de", Date: start,
		})
		must(t, err)
		page := org.get("/organise/"+con.Slug+"/edit").want(t, name, 200)
		form := formIn(page.body)
		before := con.Texts[con.Language].Body
		if models.Chars(before) < 40_000 || models.CleanBody(form.Get("body")) != before {
			t.Fatalf("%s: the form holds %d of %d characters", name, models.Chars(form.Get("body")), models.Chars(before))
		}
		for field, value := range map[string]string{
			"who_decides": "The board", "can_change": "Everything", "contact": "01234 567890", "other_formats": "Large print",
			"opens_at": "2027-03-02T09:00", "closes_at": "2027-04-02T09:00", "answer_by": "2027-05-02",
			"body": strings.ReplaceAll(before, "\n", "\r\n"), // as browsers send it
		} {
			form.Set(field, value)
		}
		org.post("/organise/"+con.Slug+"/edit", form).want(t, name, 303)
		con, err = a.store.Consultation(t.Context(), con.ID)
		must(t, err)
		if got := con.Texts[con.Language].Body; got != before {
			t.Errorf("%s: %d characters were saved, want %d", name, models.Chars(got), models.Chars(before))
		}
		stranger := http.StatusRequestEntityTooLarge
		if len(form.Encode()) <= publicBody {
			stranger = http.StatusUnauthorized
		}
		a.browser().post("/organise/"+con.Slug+"/edit", form).want(t, name+" by a stranger", stranger)
	}
}

var contentOf = regexp.MustCompile(`(?s)<content:encoded><!\[CDATA\[(.*?)\]\]>`)

// germanPost returns the long post among the small inputs, "" where they are not here.
func germanPost(t *testing.T) string {
	data := os.Getenv("FOLKMOOT_DATA")
	if data == "" {
		t.Log("FOLKMOOT_DATA is not set: the long German post is not here")
		return ""
	}
	file, err := os.ReadFile(filepath.Join(data, "cases", "wxr-long-post-de.xml"))
	must(t, err)
	return string(contentOf.FindSubmatch(file)[1])
}

var (
	inputs    = regexp.MustCompile(`<input[^>]*name="(\w+)"[^>]*value="([^"]*)"`)
	textareas = regexp.MustCompile(`(?s)<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>`)
	selected  = regexp.MustCompile(`(?s)<select[^>]*name="(\w+)".*?<option value="([^"]*)" selected`)
)

// formIn reads the fields of the forms on a page.
func formIn(page string) url.Values {
	form := url.Values{}
	for _, field := range []*regexp.Regexp{inputs, textareas, selected} {
		for _, m := range field.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], strings.TrimPrefix(html.UnescapeString(m[2]), "\n"))
		}
	}
	for _, several := range []string{"capacities", "bands"} { // none ticked: all
		form.Del(several)
	}
	return form
}
