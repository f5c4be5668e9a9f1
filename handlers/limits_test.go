package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/models"
)

// bad is one case of section 7 of the design: what is sent, and the refusal.
type bad struct {
	name   string
	path   string
	form   url.Values
	raw    string // instead of form
	get    bool
	status int
	says   string // part of the sentence
	guest  bool   // sent without a session
}

func reply(changes ...string) url.Values {
	return with(url.Values{"name": {"Ada"}, "email": {""}, "body": {"A fair point."}}, changes...)
}

func suggestion(changes ...string) url.Values {
	return with(url.Values{"name": {"Ada"}, "email": {""}, "title": {"A tool library"}, "body": {"Tools stand idle."}}, changes...)
}

func with(v url.Values, changes ...string) url.Values {
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

const (
	replies = "/consultations/local-supply/replies"
	ideas   = "/consultations/local-supply/ideas"
	voteOn1 = "/consultations/local-supply/ideas/1/vote"
)

func badInput() []bad {
	return []bad{
		{name: "request larger than its form can need", path: replies, form: reply("body", strings.Repeat("x", 140<<10)), status: 413, says: "10000 characters", guest: true},
		{name: "text over 10,000 characters", path: replies, form: reply("body", strings.Repeat("é", 10_001)), status: 422, says: "10001", guest: true},
		{name: "idea text over 10,000 characters", path: ideas, form: suggestion("body", strings.Repeat("é", 10_001)), status: 422, says: "10001", guest: true},
		{name: "name over 80", path: replies, form: reply("name", strings.Repeat("n", 81)), status: 422, says: "80", guest: true},
		{name: "title over 160", path: ideas, form: suggestion("title", strings.Repeat("t", 161)), status: 422, says: "160", guest: true},
		{name: "no visible character in text", path: replies, form: reply("body", "\u200b \u3164\n"), status: 422, guest: true},
		{name: "no visible character in title", path: ideas, form: suggestion("title", "\u2060\u00ad"), status: 422, guest: true},
		{name: "no visible character in name", path: replies, form: reply("name", "\u200b"), status: 422, guest: true},
		{name: "control character in name", path: replies, form: reply("name", "A\x07da"), status: 422, guest: true},
		{name: "control character in title", path: ideas, form: suggestion("title", "A\ntool"), status: 422, guest: true},
		{name: "bidirectional override in name", path: replies, form: reply("name", "A\u202eda"), status: 422, guest: true},
		{name: "malformed UTF-8 in text", path: replies, raw: "name=Ada&body=%ff%fe", status: 422, says: "UTF-8", guest: true},
		{name: "malformed UTF-8 in name", path: ideas, raw: "name=%c3%28&title=a&body=b", status: 422, says: "UTF-8", guest: true},
		{name: "staff name", path: replies, form: reply("name", "Moderator 1"), status: 422, guest: true},
		{name: "address that is none", path: replies, form: reply("email", "ada at example"), status: 422, guest: true},
		{name: "reply to nothing", path: replies, form: reply("parent", "no-such-reply"), status: 422, guest: true},
		{name: "reply in another consultation", path: replies, form: reply("parent", "OTHER"), status: 422, guest: true},
		{name: "reply to something unpublished", path: replies, form: reply("parent", "PENDING"), status: 422, guest: true},
		{name: "reply to an idea that is not there", path: replies, form: reply("idea", "99"), status: 422, guest: true},
		{name: "vote of another kind", path: voteOn1, form: url.Values{"choice": {"perhaps"}}, status: 422},
		{name: "vote of another kind, guest", path: voteOn1, form: url.Values{"choice": {"none"}}, status: 422, guest: true},
		{name: "vote on an idea that is not there", path: "/consultations/local-supply/ideas/77/vote", form: url.Values{"choice": {"agree"}}, status: 404},
		{name: "forged link", path: "/sign-in/forged-token", get: true, status: 404},
		{name: "forged link, used", path: "/sign-in/forged-token", form: url.Values{}, status: 404},
		{name: "forged private link", path: "/contributions/forged-token", get: true, status: 404},
		{name: "cursor that we did not issue", path: "/consultations/local-supply?after=Zm9yZ2Vk", get: true, status: 422},
		{name: "limit out of range", path: "/consultations/local-supply?limit=1001", get: true, status: 422},
		{name: "unknown order", path: "/consultations/local-supply?sort=loudest", get: true, status: 422},
		{name: "unknown consultation", path: "/consultations/nowhere", get: true, status: 404},
		{name: "unknown page", path: "/nowhere", get: true, status: 404},
		{name: "report on nothing", path: "/report/reply-nothing", form: url.Values{"reason": {"rude"}}, status: 404},
	}
}

func closedInput() []bad {
	return []bad{
		{name: "reply after closing", path: replies, form: reply(), status: 409, says: "closed", guest: true},
		{name: "idea after closing", path: ideas, form: suggestion(), status: 409, says: "closed", guest: true},
		{name: "vote after closing", path: voteOn1, form: url.Values{"choice": {"agree"}}, status: 409, says: "closed"},
		{name: "choice after closing", path: voteOn1, form: url.Values{"choice": {"agree"}}, status: 409, says: "closed", guest: true},
	}
}

// TestBadInput sends each case as a form and as JSON: the right 4xx, a sentence,
// what was typed still there, and nothing stored.
func TestBadInput(t *testing.T) {
	a := newApp(t)
	other := a.openConsultation("elsewhere")
	ids := map[string]string{"OTHER": a.published(other, "Published elsewhere").ID, "PENDING": a.pending(a.con, "Not read yet").ID}
	for _, c := range badInput() {
		t.Run(c.name, func(t *testing.T) { a.refuses(t, c, ids) })
	}
	a.clock.Set(a.con.ClosesAt)
	for _, c := range closedInput() {
		t.Run(c.name, func(t *testing.T) { a.refuses(t, c, ids) })
	}
}

func (a *app) refuses(t *testing.T, c bad, ids map[string]string) {
	if id, ok := ids[c.form.Get("parent")]; ok {
		c.form.Set("parent", id)
	}
	b := a.browser()
	if !c.guest {
		b = a.signedIn("voter@example.org", models.RoleParticipant)
	}
	before := a.stored()
	for _, b.json = range []bool{false, true} {
		r := b.send(c)
		r.want(t, c.name, c.status, c.says)
		if b.json != strings.Contains(r.header.Get("Content-Type"), "json") {
			t.Errorf("asked for JSON: %v, got %s", b.json, r.header.Get("Content-Type"))
		}
		if strings.Contains(r.body, "[error") || strings.Contains(r.body, "goroutine") {
			t.Errorf("no sentence for people: %s", excerpt(r.body))
		}
	}
	if d := cmp.Diff(before, a.stored()); d != "" {
		t.Errorf("something was stored: %s", d)
	}
}

func (b *browser) send(c bad) answer {
	switch {
	case c.get:
		return b.get(c.path)
	case c.raw != "":
		return b.postRaw(c.path, c.raw)
	default:
		return b.post(c.path, c.form)
	}
}

// TestNothingTypedIsLost sends a reply with one fault and finds the rest in the form.
func TestNothingTypedIsLost(t *testing.T) {
	a := newApp(t)
	r := a.browser().post(replies, reply("name", "", "body", "My long & careful words", "email", "ada@example.org"))
	r.want(t, "reply without a name", 422, "My long &amp; careful words", "ada@example.org", `aria-invalid="true"`)
	r = a.browser().post(ideas, suggestion("title", "", "body", "My long & careful words"))
	r.want(t, "idea without a title", 422, "My long &amp; careful words", `aria-invalid="true"`)
	a.clock.Set(a.con.ClosesAt)
	a.browser().post(replies, reply("body", "Just too late")).want(t, "reply after closing", 409, "Just too late")
}

// TestDeepestLevel answers the deepest reply: it stays on that level and names whom it answers.
func TestDeepestLevel(t *testing.T) {
	a := newApp(t)
	parent := ""
	var last models.Reply
	for range models.MaxDepth + 2 {
		last = a.publishedUnder(a.con, parent, "Down we go")
		parent = last.ID
	}
	if last.Depth != models.MaxDepth || last.ParentName != "Ada" {
		t.Errorf("depth %d in reply to %q, want %d and Ada", last.Depth, last.ParentName, models.MaxDepth)
	}
	a.browser().get("/consultations/local-supply").want(t, "thread", 200, "reply-"+last.ID)
}

// TestLinks uses, reuses and outlives a sign-in link.
func TestLinks(t *testing.T) {
	a := newApp(t)
	token, _, err := a.svc.MakeSignInLink(context.Background(), "new@example.org", "New", models.RoleParticipant)
	must(t, err)
	b := a.browser()
	r := b.get("/sign-in/"+token).want(t, "the page", 200, "new@example.org")
	if r.header.Get("Cache-Control") != "no-store" || r.header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("a page with a token may be kept or referred to: %v", r.header)
	}
	if len(b.cookies) > 0 {
		t.Error("opening the link signed somebody in: a mail scanner does that")
	}
	b.post("/sign-in/"+token, nil).want(t, "the button", 303)
	a.browser().post("/sign-in/"+token, nil).want(t, "again", 410, "used")
	late, _, err := a.svc.MakeSignInLink(context.Background(), "new@example.org", "New", models.RoleParticipant)
	must(t, err)
	a.clock.Add(models.SignInLife + time.Second)
	a.browser().post("/sign-in/"+late, nil).want(t, "too late", 410, "expired")
	if strings.Contains(a.log.String(), token) {
		t.Error("the log holds a token")
	}
}

// TestCrossSite refuses writes from elsewhere and lets a guest's plain form through.
func TestCrossSite(t *testing.T) {
	a := newApp(t)
	member := a.signedIn("member@example.org", models.RoleParticipant)
	guest := a.browser()
	for _, c := range []struct {
		name   string
		who    *browser
		header map[string]string
		status int
	}{
		{"another site", member, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"another origin", member, map[string]string{"Origin": "https://evil.example"}, 403},
		{"our origin", member, map[string]string{"Origin": testBase}, 303},
		{"same site says the browser", member, map[string]string{"Sec-Fetch-Site": "same-origin"}, 303},
		{"session that does not say", member, nil, 403},
		{"guest that does not say", guest, nil, 303},
		{"guest from another site", guest, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
	} {
		r, err := http.NewRequest(http.MethodPost, replies, strings.NewReader(reply().Encode()))
		must(t, err)
		r.Host = "forged.example"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range c.header {
			r.Header.Set(k, v)
		}
		c.who.do(r).want(t, c.name, c.status)
	}
}

// pending posts a reply as a guest and leaves it waiting.
func (a *app) pending(con models.Consultation, body string) models.Reply {
	return a.posted(con, "", body)
}

func (a *app) posted(con models.Consultation, parent, body string) models.Reply {
	a.t.Helper()
	b := a.browser()
	b.json = true
	r := b.post("/consultations/"+con.Slug+"/replies", reply("body", body, "parent", parent)).want(a.t, "post", 201)
	id := strings.TrimSuffix(strings.Split(r.body, `"item":"reply-`)[1], "")
	id, _, _ = strings.Cut(id, `"`)
	got, err := a.store.Reply(context.Background(), id)
	must(a.t, err)
	return got
}

func (a *app) published(con models.Consultation, body string) models.Reply {
	return a.publishedUnder(con, "", body)
}

func (a *app) publishedUnder(con models.Consultation, parent, body string) models.Reply {
	a.t.Helper()
	r := a.posted(con, parent, body)
	mod := a.signedIn("moderator@example.org", models.RoleModerator)
	mod.post("/moderation/"+r.Item().String(), url.Values{"decision": {"publish"}}).want(a.t, "publish", 303)
	got, err := a.store.Reply(context.Background(), r.ID)
	must(a.t, err)
	return got
}
