package handlers

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
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
		a.clock.Add(1000)
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
