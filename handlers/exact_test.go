package handlers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
)

// acts are what people do in TestKeptPagesAreExact, each by its own node.
var acts = []func(a *app, random *rand.Rand, shown []models.Reply) *models.Reply{
	func(a *app, r *rand.Rand, shown []models.Reply) *models.Reply {
		parent := ""
		if len(shown) > 0 {
			if p, err := a.store.Reply(context.Background(), shown[r.IntN(len(shown))].ID); err == nil && p.Status == models.StatusPublished {
				parent = p.ID
			}
		}
		added := a.publishedUnder(a.con, parent, fmt.Sprint("Words number ", r.Int64()))
		return &added
	},
	func(a *app, r *rand.Rand, shown []models.Reply) *models.Reply {
		if len(shown) > 0 {
			a.moderate(shown[r.IntN(len(shown))])
		}
		return nil
	},
	func(a *app, r *rand.Rand, _ []models.Reply) *models.Reply {
		_, err := a.svc.AddOrganiserIdea(context.Background(), a.staff(models.RoleOrganiser), a.con.Slug, fmt.Sprint("An idea ", r.Int64()), "Because.")
		must(a.t, err)
		return nil
	},
	func(a *app, r *rand.Rand, _ []models.Reply) *models.Reply {
		choice := []string{"agree", "disagree", "pass", "retract"}[r.IntN(4)]
		a.signedIn(fmt.Sprintf("voter%d@example.org", r.IntN(3)), models.RoleParticipant).post(voteOn1, url.Values{"choice": {choice}})
		return nil
	},
	func(a *app, r *rand.Rand, _ []models.Reply) *models.Reply {
		who := a.signedIn(fmt.Sprintf("voter%d@example.org", r.IntN(2)), models.RoleParticipant)
		who.post(mainPage+"/replies", url.Values{"body": {fmt.Sprint("It waits ", r.Int64())}})
		return nil
	},
	func(a *app, r *rand.Rand, _ []models.Reply) *models.Reply {
		a.clock.Add(time.Duration(r.Int64N(int64(3 * time.Hour))))
		return nil
	},
}

// moderate removes a reply, or puts it back.
func (a *app) moderate(r models.Reply) {
	a.t.Helper()
	now, err := a.store.Reply(context.Background(), r.ID)
	must(a.t, err)
	action := models.ActionRemove
	if now.Status != models.StatusPublished {
		action = models.ActionRestore
	}
	_, err = a.svc.Decide(context.Background(), a.staff(models.RoleModerator), service.DecideInput{
		Items: []service.ItemRev{{Item: now.Item(), Rev: now.Rev}}, Action: action, Reason: "off the subject",
	})
	must(a.t, err)
}

// TestKeptPagesAreExact lets two processes on one store do this and that, and compares
// what each of them keeps with pages that it makes anew, after every act.
func TestKeptPagesAreExact(t *testing.T) {
	a := newApp(t)
	store, err := sqlite.Open(context.Background(), a.store.(*sqlite.Store).Path(), sqlite.Options{Clock: a.clock})
	must(t, err)
	t.Cleanup(func() { store.Close() })
	b := newNode(t, store, a.clock)
	b.con = a.con
	a.withIdeas(32)
	random, shown := rand.New(rand.NewPCG(4, 2027)), []models.Reply(nil)
	for n := range 48 {
		node := []*app{a, b}[random.IntN(2)]
		if added := acts[random.IntN(len(acts))](node, random, shown); added != nil {
			shown = append(shown, *added)
		}
		for _, at := range []*app{a, b} {
			for _, path := range []string{mainPage, mainPage + "?ideas=number&sort=newest", mainPage + "/ideas/1"} {
				at.exact(fmt.Sprintf("after act %d, %s", n, path), path)
			}
		}
	}
	if len(shown) < 5 {
		t.Errorf("only %d replies were written", len(shown))
	}
}

// exact compares a page as it is kept with one that is made anew, for a stranger and
// for somebody who votes.
func (a *app) exact(what, path string) {
	a.t.Helper()
	for _, b := range []*browser{a.browser(), a.signedIn("voter0@example.org", models.RoleParticipant)} {
		b.get(path)
		kept := b.get(path).want(a.t, what, 200).body
		fresh := a.anew(func() string { return b.get(path).want(a.t, what, 200).body })
		if kept != fresh {
			a.t.Fatalf("%s: %s", what, firstDifference(kept, fresh))
		}
	}
}

var chosen = regexp.MustCompile(`class="vote-form[^"]*" id="vote-(\d+)".*?value="(\w+)" aria-pressed="true"`)

// TestOwnVotesStayOwn lets many people vote, each in a way of their own, and read while
// texts come and go: each always sees their own votes, name and waiting text, and a
// stranger none of them.
func TestOwnVotesStayOwn(t *testing.T) {
	a := newApp(t)
	seen := a.published(a.con, "Comes and goes")
	choices := []string{"agree", "pass", "disagree"}
	var wg sync.WaitGroup
	for p := range 12 {
		b := a.signedIn(fmt.Sprintf("Marker%dEnd@example.org", p), models.RoleParticipant)
		want := ""
		for idea := 1; idea <= 3; idea++ {
			choice := choices[(p/[]int{1, 3, 9}[idea-1])%3]
			b.post(fmt.Sprintf("%s/ideas/%d/vote", mainPage, idea), url.Values{"choice": {choice}}).want(t, "vote", 303)
			want += fmt.Sprint(idea, choice, " ")
		}
		if p%4 == 0 {
			b.post(replies, reply("body", fmt.Sprintf("Waiting%dEnd", p))).want(t, "post", 303)
			want += fmt.Sprintf("Waiting%dEnd", p)
		}
		wg.Go(func() {
			for range 15 {
				b.ownAlone(t, fmt.Sprintf("Marker%dEnd", p), want)
			}
		})
	}
	for range 4 {
		wg.Go(func() {
			for range 15 {
				a.browser().ownAlone(t, "", "")
			}
		})
	}
	for range 6 {
		a.moderate(seen)
	}
	wg.Wait()
}

var (
	aName    = regexp.MustCompile(`(?i)marker\d+end`)
	aWaiting = regexp.MustCompile(`Waiting\d+End`)
)

// ownAlone reads the page and finds on it one's own name and things and no others.
func (b *browser) ownAlone(t *testing.T, name, want string) {
	body := b.get(mainPage + "?ideas=number").body
	got := ""
	for _, line := range strings.SplitAfter(body, `</li>`) {
		for _, m := range chosen.FindAllStringSubmatch(line, -1) {
			got += m[1] + m[2] + " "
		}
	}
	if got += aWaiting.FindString(body); got != want {
		t.Errorf("%q sees %q, want %q", name, got, want)
	}
	for _, n := range aName.FindAllString(body, -1) {
		if !strings.EqualFold(n, name) {
			t.Errorf("%q sees the name %q", name, n)
		}
	}
}

// TestResultPageIsExact compares the result as it is kept with the result made anew, while
// words are taken down and put back, and for who may have more.
func TestResultPageIsExact(t *testing.T) {
	a := newApp(t)
	org := a.signedIn("organiser9@example.org", models.RoleOrganiser)
	for n := range 12 {
		voter := a.signedIn(fmt.Sprintf("voter%d@example.org", n), models.RoleParticipant)
		if n%3 == 0 { // one whose vote waits
			voter = a.browser()
		}
		voter.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "vote", 303)
		if n%3 == 0 {
			voter.post(mainPage+"/ballot", url.Values{"email": {fmt.Sprintf("waits%d@example.org", n)}, "name": {"Pat"}}).want(t, "ask", 200)
		}
	}
	a.browser().get(mainPage+"/results").want(t, "before sealing", 403)
	a.clock.Set(a.con.ClosesAt.Add(models.LateLinks))
	org.post("/organise/local-supply/seal", nil).want(t, "seal", 303)
	a.exact("results once sealed", mainPage+"/results")
	ideas, err := a.store.Ideas(context.Background(), models.IdeaFilter{ConsultationID: a.con.ID})
	must(t, err)
	for n, action := range []models.Action{models.ActionRemove, models.ActionRestore} {
		_, err := a.svc.Decide(context.Background(), a.staff(models.RoleModerator), service.DecideInput{
			Items: []service.ItemRev{{Item: ideas[1].Item(), Rev: ideas[1].Rev}}, Action: action, Reason: "off the subject",
		})
		must(t, err)
		a.exact(fmt.Sprint("results after decision ", n+1), mainPage+"/results")
	}
	before := a.srv.pages.Renders()
	for range 3 {
		org.get(mainPage+"/results").want(t, "results", 200, "4 more votes", "full.json")
	}
	if n := a.srv.pages.Renders() - before; n != 0 {
		t.Errorf("a result that is kept was made %d times", n)
	}
}
