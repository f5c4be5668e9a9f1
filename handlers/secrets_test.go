package handlers

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"folkmoot/models"
)

var hrefs = regexp.MustCompile(`(?:href|src|action)="([^"]+)"`)

// crawl asks every public address as this visitor: the router's own and every
// link on every page, downloads included. It gives the answers by path.
func (b *browser) crawl() map[string]answer {
	seen := map[string]answer{}
	var ahead []string
	for _, r := range b.a.srv.Routes() {
		if r.Method == "GET" {
			ahead = append(ahead, b.a.fill(r.Path))
		}
	}
	for len(ahead) > 0 && len(seen) < 2000 {
		path := ahead[0]
		ahead = ahead[1:]
		if _, ok := seen[path]; ok {
			continue
		}
		r := b.get(path)
		seen[path] = r
		for _, m := range hrefs.FindAllStringSubmatch(r.body, -1) {
			next := strings.ReplaceAll(m[1], "&amp;", "&")
			next, _, _ = strings.Cut(next, "#")
			if strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//") {
				ahead = append(ahead, next)
			}
		}
	}
	return seen
}

// TestNothingUnpublishedLeaks plants markers wherever text or addresses are kept
// and crawls every public address as a stranger.
func TestNothingUnpublishedLeaks(t *testing.T) {
	a := newApp(t)
	a.plant()
	for path, r := range a.browser().crawl() {
		all := r.body + fmt.Sprint(r.header)
		for _, marker := range []string{"MARKER", "marker@example.org", "marker%40"} {
			if strings.Contains(all, marker) {
				t.Errorf("%s shows %q: %s", path, marker, around(all, marker))
			}
		}
	}
	if strings.Contains(a.log.String(), "MARKER") || strings.Contains(a.log.String(), "marker@") {
		t.Error("the log shows what is not public")
	}
}

func around(s, marker string) string {
	i := strings.Index(s, marker)
	return s[max(0, i-80):min(len(s), i+80)]
}

// plant leaves markers in waiting, rejected, spam and removed texts, in earlier
// wordings, in addresses, in reports, in a draft and in unused votes.
func (a *app) plant() {
	t := a.t
	guest := a.browser()
	marked := func(s string) url.Values {
		return reply("name", "MARKERname", "email", s+"marker@example.org", "body", "MARKER"+s)
	}
	guest.post(replies, marked("waiting")).want(t, "waiting", 303)
	guest.post(ideas, with(marked("idea"), "title", "MARKERtitle")).want(t, "idea", 303)
	mod := a.signedIn("moderator@example.org", models.RoleModerator)
	for _, c := range []string{"reject", "spam"} {
		r := a.posted(a.con, "", "MARKER"+c)
		mod.post("/moderation/"+r.Item().String(), url.Values{"decision": {c}, "reason": {"not here"}}).want(t, c, 303)
	}
	shown := a.published(a.con, "MARKERremoved")
	mod.post("/moderation/"+shown.Item().String(), url.Values{"decision": {"remove"}, "reason": {"off the subject"}}).want(t, "remove", 303)
	seen := a.published(a.con, "A public reply")
	a.browser().post("/report/"+seen.Item().String(), url.Values{"reason": {"MARKERreport"}}).want(t, "report", 303)
	a.edited("MARKERearlier", "A second, better wording")
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	org.post("/organise/new", url.Values{"title": {"MARKERdraft"}, "slug": {"marker-draft"}, "question": {"MARKERq"}, "language": {"en"}, "time_zone": {"UTC"}, "min_votes": {"5"}}).want(t, "draft", 303)
	voter := a.browser()
	voter.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	voter.post("/consultations/local-supply/ballot", url.Values{"email": {"votemarker@example.org"}, "name": {"MARKERvoter"}}).want(t, "ask", 200)
}

// edited publishes a reply whose first wording was another.
func (a *app) edited(before, after string) {
	b := a.browser()
	b.json = true
	sent := b.post(replies, reply("body", before)).want(a.t, "post", 201)
	b.json = false
	_, rest, _ := strings.Cut(sent.body, `"item":"`)
	item, _, _ := strings.Cut(rest, `"`)
	page := b.get("/edit/"+item).want(a.t, "edit page", 200, before)
	rev := regexp.MustCompile(`name="rev"[^>]*value="(\d+)"`).FindStringSubmatch(page.body)
	if rev == nil {
		a.t.Fatalf("the edit form names no revision: %s", excerpt(page.body))
	}
	b.post("/edit/"+item, url.Values{"body": {after}, "rev": {rev[1]}}).want(a.t, "edit", 303)
	mod := a.signedIn("moderator@example.org", models.RoleModerator)
	mod.post("/moderation/"+item, url.Values{"decision": {"publish"}}).want(a.t, "publish", 303)
}

// TestHiddenTallies turns every vote round while tallies are hidden: not one byte
// of any page, export or header may differ, for strangers and staff alike.
func TestHiddenTallies(t *testing.T) {
	a := newApp(t)
	var voters []*browser
	for i := range 12 {
		b := a.signedIn(fmt.Sprintf("voter%d@example.org", i), models.RoleParticipant)
		b.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "vote", 303)
		voters = append(voters, b)
	}
	visitors := map[string]*browser{"stranger": a.browser()}
	for _, role := range everyRole[1:] {
		visitors[string(role)] = a.signedIn(string(role)+"3@example.org", role)
	}
	before := map[string]map[string]answer{}
	for name, b := range visitors {
		before[name] = b.crawl()
	}
	for _, v := range voters {
		v.post(voteOn1, url.Values{"choice": {"disagree"}}).want(t, "change", 303)
	}
	for name, b := range visitors {
		for path, now := range b.crawl() {
			if was := before[name][path]; was.body != now.body || was.header.Get("ETag") != now.header.Get("ETag") {
				t.Errorf("%s sees %s change when votes do: %s", name, path, firstDifference(was.body, now.body))
			}
		}
	}
}

func firstDifference(a, b string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%q / %q", a[max(0, i-60):min(len(a), i+60)], b[max(0, i-60):min(len(b), i+60)])
		}
	}
	return fmt.Sprintf("lengths %d and %d", len(a), len(b))
}

// TestHeldMailKeepsVotesSecret shows the admin a voting mail to hand over, without
// what was chosen.
func TestHeldMailKeepsVotesSecret(t *testing.T) {
	a := newApp(t)
	voter := a.browser()
	voter.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	voter.post("/consultations/local-supply/ballot", url.Values{"email": {"vee@example.org"}}).want(t, "ask", 200)
	page := a.signedIn("admin@example.org", models.RoleAdmin).get("/admin/mail").want(t, "held mail", 200, "vee@example.org", "/sign-in/")
	if body := strings.ToLower(page.body); strings.Contains(body, "idea 1") || strings.Contains(body, "buy from small firms first") {
		t.Error("the admin reads what was chosen")
	}
}
