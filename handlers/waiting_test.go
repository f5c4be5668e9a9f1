package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/service"
)

var aText = regexp.MustCompile(`Text\d+End`)

// TestManyWaitingTexts shows an author the twenty newest of their waiting texts in their
// places, how many more there are, and all of them on a page of their own.
func TestManyWaitingTexts(t *testing.T) {
	a := newApp(t)
	guest := a.browser()
	for n := range 60 {
		a.clock.Add(1e6)
		guest.post(replies, reply("body", fmt.Sprintf("Text%dEnd", n))).want(t, "reply", 303)
		if n < 22 {
			guest.post(ideas, suggestion("title", fmt.Sprintf("Idea%dEnd", n))).want(t, "idea", 303)
		}
	}
	guest.get(mainPage) // the notice is read once
	a.clock.Add(20 * 60 * 1e9)
	renders := a.srv.pages.Renders()
	for _, sort := range []string{"oldest", "newest"} {
		body := guest.get(mainPage+"?sort="+sort).want(t, sort, 200, "40 more texts of yours wait here.", "2 more texts of yours wait here.", mainPage+"/waiting").body
		var want []string
		for n := range 20 {
			if want = append(want, fmt.Sprintf("Text%dEnd", 40+n)); sort == "newest" {
				want[n] = fmt.Sprintf("Text%dEnd", 59-n)
			}
		}
		if got := aText.FindAllString(body, -1); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v, want %v", sort, got, want)
		}
	}
	if n := a.srv.pages.Renders() - renders; n > 2 {
		t.Errorf("two addresses cost %d renderings", n)
	}
	first := guest.get(mainPage+"/waiting").want(t, "waiting", 200, "Text59End", "Text10End", "Idea21End", "Idea0End")
	next := regexp.MustCompile(`href="([^"]*after=[^"]*)"[^>]*data-more="replies"`).FindStringSubmatch(first.body)
	if next == nil || strings.Contains(first.body, "Text9End") || first.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the first page of what waits: %v %s", first.header, excerpt(first.body))
	}
	guest.get(strings.ReplaceAll(next[1], "&amp;", "&")).want(t, "the rest", 200, "Text9End", "Text0End")
	a.browser().get(mainPage+"/waiting").want(t, "a stranger's", 200, "Nothing of yours waits here.")
	a.browser().get(mainPage+"/waiting?after=forged").want(t, "a forged cursor", 422)
	guest.get(mainPage+"/ideas/1/waiting").want(t, "of an idea", 200, "Nothing of yours waits here.")
}

// TestWaitingAmongOthers puts an author's waiting replies between those of others, in long
// threads and short ones, wherever a page of the thread begins and ends.
func TestWaitingAmongOthers(t *testing.T) {
	a := newApp(t)
	author := a.signedIn("ann@example.org", models.RoleParticipant)
	var shown []models.Reply
	for n := range 130 {
		shown = append(shown, a.published(a.con, fmt.Sprintf("Text%dEnd", n)))
	}
	order := []string{}
	for n := range 130 {
		order = append(order, fmt.Sprintf("Text%dEnd", n))
		if n%13 == 5 {
			words := fmt.Sprintf("Text%dEnd", 1000+n)
			author.post(replies, url.Values{"body": {words}, "parent": {shown[n].ID}}).want(t, "answer", 303)
			order = append(order, words)
		}
	}
	author.get(mainPage)
	for _, limit := range []int{10, 20, 50, 100, 200} {
		var got []string
		for path := fmt.Sprintf("%s?limit=%d", mainPage, limit); path != ""; {
			r := author.get(path).want(t, path, 200)
			got = append(got, aText.FindAllString(r.body, -1)...)
			path = r.moreReplies()
		}
		if strings.Join(got, " ") != strings.Join(order, " ") {
			t.Errorf("by %d: %v", limit, got)
		}
	}
	_, err := a.svc.Decide(context.Background(), a.staff(models.RoleModerator), decisionOn(shown[5], models.ActionRemove))
	must(t, err)
	r := author.get(mainPage + "?limit=10")
	if !strings.Contains(r.body, "Text1005End") || strings.Contains(r.body, "Text5End") {
		t.Error("an answer to what was removed is not in its place")
	}
}

var moreReplies = regexp.MustCompile(`href="([^"]*)"[^>]*data-more="replies"`)

// moreReplies returns the link to the next page of the thread, "" at the end.
func (r answer) moreReplies() string {
	m := moreReplies.FindStringSubmatch(r.body)
	if m == nil {
		return ""
	}
	path, _, _ := strings.Cut(strings.ReplaceAll(m[1], "&amp;", "&"), "#")
	return path
}

func decisionOn(r models.Reply, action models.Action) service.DecideInput {
	return service.DecideInput{Items: []service.ItemRev{{Item: r.Item(), Rev: r.Rev}}, Action: action, Reason: "off the subject"}
}

var (
	statusHere  = regexp.MustCompile(`(?s)<p class="said" role="status" tabindex="-1" data-focus>.*?<span>([^<]*)</span>`)
	statusAbove = regexp.MustCompile(`(?s)<div class="notice notice-done" id="notice" role="status" tabindex="-1" data-focus>.*?<p>([^<]*)</p>`)
)

// put follows the redirect of a write and returns the page, from where its fragment puts the
// reader on: what a browser without a script shows and focuses.
func (b *browser) put(r answer) (page answer, from string) {
	b.a.t.Helper()
	path, fragment, _ := strings.Cut(r.header.Get("Location"), "#")
	page = b.get(path).want(b.a.t, path, 200)
	focusable := regexp.MustCompile(`id="` + regexp.QuoteMeta(fragment) + `"[^>]* tabindex="-1"`)
	at := focusable.FindStringIndex(page.body)
	if fragment == "" || at == nil {
		b.a.t.Fatalf("%s puts nobody anywhere that can be focused", r.header.Get("Location"))
	}
	return page, page.body[strings.LastIndex(page.body[:at[0]], "<"):]
}

// TestConfirmationStandsWhereOneIsPut looks for what was just done where the address of the
// next page leads, as a status that a screen reader reads out, once.
func TestConfirmationStandsWhereOneIsPut(t *testing.T) {
	a := newApp(t)
	guest, shown := a.browser(), a.published(a.con, "Published")
	check := func(what string, r answer, status *regexp.Regexp, says string) {
		t.Helper()
		r.want(t, what, 303)
		page, from := guest.put(r)
		found := status.FindStringSubmatchIndex(from)
		if found == nil || !strings.HasPrefix(from[found[2]:], says) || found[0] > 2000 {
			t.Errorf("%s: it is not said where one is put:\n%.600s", what, from)
		}
		if n := strings.Count(page.body, "data-focus"); n != 1 {
			t.Errorf("%s: %d things want the focus", what, n)
		}
		path, _, _ := strings.Cut(r.header.Get("Location"), "#")
		if again := guest.get(path).body; strings.Contains(again, "data-focus") {
			t.Errorf("%s: it is said again on reload", what)
		}
	}
	sent := guest.post(replies, reply("body", "Waits"))
	item := strings.SplitAfter(sent.header.Get("Location"), "#")[1]
	check("a reply", sent, statusHere, "Thank you. Your reply has arrived; its reference is ")
	check("an answer", guest.post(replies, reply("body", "Waits too", "parent", shown.ID)), statusHere, "Thank you. Your reply has arrived")
	check("a reply under an idea", guest.post(replies, reply("body", "Waits there", "idea", "1")), statusHere, "Thank you. Your reply has arrived")
	check("an idea", guest.post(ideas, suggestion()), statusHere, "Thank you. Your idea has arrived; its reference is ")
	check("an edit", guest.post("/edit/"+item, url.Values{"rev": {"1"}, "body": {"Waits, changed"}}), statusHere, "Your change is saved.")
	check("a report", guest.post("/report/"+shown.Item().String(), url.Values{"reason": {"It is rude."}}), statusAbove, "Thank you. A moderator will look at it; the reference of your report is ")
	check("withdrawn", guest.post("/withdraw/"+item, nil), statusAbove, "You have withdrawn your reply.")
	guest.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "choose", 303)
	guest.post("/consultations/local-supply/ballot", url.Values{"email": {"ada@example.org"}}).want(t, "ask", 200)
	check("votes confirmed", guest.post("/sign-in/"+a.ballotToken(), nil), statusAbove, "You are signed in as ada@example.org, and your vote counts.")

	_, from := guest.put(guest.post(voteOn1, url.Values{"choice": {"pass"}}).want(t, "vote", 303))
	if i := strings.Index(from, `role="status">`); i < 0 || !strings.HasPrefix(from[i:], `role="status"><span>You pass.</span>`) {
		t.Errorf("a vote is not confirmed where one is put:\n%.1500s", from)
	}
}

// ballotToken returns the token of the one ballot link that waits to be mailed.
func (a *app) ballotToken() string {
	a.t.Helper()
	jobs, _, err := a.store.WaitingJobs(context.Background(), "", 100)
	must(a.t, err)
	at := slices.IndexFunc(jobs, func(j models.Job) bool { return j.Kind == models.JobBallot })
	return jobs[at].Args["token"]
}

// TestConfirmationInALongThread puts an author onto the page of the thread where their reply
// stands.
func TestConfirmationInALongThread(t *testing.T) {
	a := newApp(t)
	var shown []models.Reply
	for n := range 130 {
		shown = append(shown, a.published(a.con, fmt.Sprintf("Text%dEnd", n)))
	}
	guest := a.browser()
	for what, form := range map[string]url.Values{
		"a reply":           reply("body", "At the end"),
		"an answer, early":  reply("body", "Answers the third", "parent", shown[2].ID),
		"an answer, late":   reply("body", "Answers one of the last", "parent", shown[127].ID),
		"one under an idea": reply("body", "In a short thread", "idea", "2"),
	} {
		if _, from := guest.put(guest.post(replies, form).want(t, what, 303)); !statusHere.MatchString(from[:min(len(from), 2500)]) {
			t.Errorf("%s: %.500s", what, from)
		}
	}
}

// TestWaitingTextHoldsItsLink keeps a text's private link, and what its author may do, in the
// text for as long as the browser knows them, and shows them to nobody else.
func TestWaitingTextHoldsItsLink(t *testing.T) {
	a := newApp(t)
	holds, err := New(Options{Service: a.svc, BaseURL: testBase, Site: "Folkmoot", Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	withoutMail := *a
	withoutMail.srv = holds
	withoutMail.listen()
	member := a.signedIn("ann@example.org", models.RoleParticipant)
	for _, c := range []struct {
		name, says string
		by         *browser
		email      string
	}{
		{"no address", "You gave no address, so nothing is mailed: keep your private link.", a.browser(), ""},
		{"an address, mail is sent", "Word of it goes to your address too", a.browser(), "ada@example.org"},
		{"an address, no mail server", "This site sends no mail, so nothing went to your address: keep your private link.", withoutMail.browser(), "bea@example.org"},
		{"no address, no mail server", "You gave no address, so nothing is mailed", withoutMail.browser(), ""},
		{"an account", "Word of what becomes of it goes to your e-mail address.", member, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, words := mainPage, "Waits for "+c.name
			r := c.by.post(replies, reply("body", words, "email", c.email)).want(t, "post", 303)
			item := strings.SplitAfter(r.header.Get("Location"), "#")[1]
			c.by.get(path)
			page := c.by.get(path).want(t, "read again", 200, words, c.says, `href="/edit/`+item+`"`, `href="/withdraw/`+item+`"`)
			link := regexp.MustCompile(`href="(/contributions/[\w.-]+)"[^>]*>Your private link<`).FindStringSubmatch(page.body)
			if link == nil || strings.Contains(page.body, "have sent you") {
				t.Fatalf("the waiting text: %s", excerpt(page.body))
			}
			stranger := a.browser()
			if body := stranger.get(path).body; strings.Contains(body, link[1]) || strings.Contains(body, item) {
				t.Error("a stranger sees the link")
			}
			shown := stranger.get(link[1]).want(t, "by the link", 200, words, `href="`+link[1]+`/withdraw"`)
			if strings.Contains(shown.body, "Confirm my address") {
				t.Error("a link that a page showed offers to confirm the address")
			}
			stranger.post(link[1]+"/confirm", nil).want(t, "confirm by it", 409)
			if stranger.cookies[sessionCookie] != "" {
				t.Error("a link that a page showed signs in")
			}
			a.clock.Add(models.EditWindow)
			if body := c.by.get(path).want(t, "later", 200, link[1]).body; strings.Contains(body, "/edit/"+item) {
				t.Error("it can still be edited")
			}
			a.browser().get(link[1][:len(link[1])-2]+"AA").want(t, "forged", 404)
		})
	}
}

// TestWithdrawingAsks withdraws a text at the second press alone, and for its author alone.
func TestWithdrawingAsks(t *testing.T) {
	a := newApp(t)
	guest, other := a.browser(), a.browser()
	other.post(replies, reply("body", "Of another")).want(t, "another's", 303)
	for _, kind := range []string{"reply", "idea"} {
		r := guest.post(replies, reply("body", "Goes"))
		if kind == "idea" {
			r = guest.post(ideas, suggestion("title", "Goes"))
		}
		item := strings.SplitAfter(r.header.Get("Location"), "#")[1]
		guest.get("/withdraw/"+item).want(t, "asked", 200, "Withdraw your "+kind+"?", "Goes", `method="post" action="/withdraw/`+item+`"`, "No, keep it")
		guest.get(mainPage).want(t, "still there", 200, item)
		for who, b := range map[string]*browser{"a stranger": a.browser(), "another guest": other, "an account": a.signedIn("ann@example.org", models.RoleParticipant)} {
			b.get("/withdraw/"+item).want(t, who, 404)
			b.post("/withdraw/"+item, nil).want(t, who, 404)
		}
		guest.post("/withdraw/"+item, nil).want(t, "withdrawn", 303)
		if strings.Contains(guest.get(mainPage).body, item) {
			t.Errorf("the %s is still there", kind)
		}
		again := guest.post("/withdraw/"+item, nil).want(t, "pressed twice", 303)
		if page, _ := guest.put(again); !strings.Contains(page.body, "You have withdrawn your "+kind+".") {
			t.Errorf("pressed twice: %s", excerpt(page.body))
		}
		guest.get("/withdraw/"+item).want(t, "nothing more to ask", 409)
	}
	guest.post(replies, reply("body", "By its link")).want(t, "post", 303)
	link := regexp.MustCompile(`/contributions/[\w.-]+`).FindString(guest.get(mainPage).body)
	page := a.browser().get(link).want(t, "the private page", 200, "Withdraw it")
	if strings.Contains(page.body, `action="`+link+`/withdraw"`) {
		t.Error("the private page withdraws at the first press")
	}
	a.browser().get(link+"/withdraw").want(t, "asked", 200, `method="post" action="`+link+`/withdraw"`, `href="`+link+`"`)
	a.browser().post(link+"/withdraw", nil).want(t, "withdrawn", 303)
	a.browser().get(link).want(t, "what became of it", 200, "You have withdrawn it.")
	a.browser().get(link+"/withdraw").want(t, "nothing more to ask", 303)
}

// TestReplyButtonAfterRefusal keeps the way to the reply box where replies are taken.
func TestReplyButtonAfterRefusal(t *testing.T) {
	a := newApp(t)
	const button = `href="#reply-form">Write a reply</a>`
	a.browser().post(replies, reply("body", "")).want(t, "refused", 422, button)
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	org.post("/organise/local-supply/pause", url.Values{"rev": {fmt.Sprint(a.con.Rev)}, "reason": {"Flood"}}).want(t, "pause", 303)
	if r := a.browser().post(replies, reply()).want(t, "closed", 409, "A fair point."); strings.Contains(r.body, button) {
		t.Error("the button leads to where nothing can be sent")
	}
}

// TestFirstTextFromABrowser asks a browser without a cookie to send its first text again with
// one, so that a form sent twice comes from one guest; nothing is stored before.
func TestFirstTextFromABrowser(t *testing.T) {
	a := newApp(t)
	navigate := func(b *browser, path string, form url.Values) answer {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Sec-Fetch-Mode", "navigate")
		return b.do(r)
	}
	for path, form := range map[string]url.Values{replies: reply(), ideas: suggestion()} {
		before := a.stored()
		b := a.browser()
		first := navigate(b, path, form).want(t, "the first", 307)
		to := first.header.Get("Location")
		if to != path+"?again=1" || b.cookies[guestCookie] == "" || first.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %v", path, first.header)
		}
		if after := a.stored(); !maps.Equal(after, before) {
			t.Errorf("%s: stored %v, then %v", path, before, after)
		}
		sent := navigate(b, to, form).want(t, "the same again", 303)
		impatient := navigate(b, path, form).want(t, "pressed twice", 303)
		if sent.header.Get("Location") != impatient.header.Get("Location") {
			t.Errorf("%s: two texts, %s and %s", path, sent.header.Get("Location"), impatient.header.Get("Location"))
		}
		if after := a.stored(); after["reply"]+after["idea"] != before["reply"]+before["idea"]+1 {
			t.Errorf("%s: stored %v, then %v", path, before, after)
		}
		navigate(a.browser(), to, form).want(t, "who takes no cookies", 303)
	}
}
