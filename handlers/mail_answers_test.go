package handlers

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"folkmoot/models"
	"folkmoot/models/service"
)

// randomWords are what differs between two answers to the same: ids, references, tokens.
var randomWords = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[2-9A-Z]{4}-[2-9A-Z]{4}|[A-Za-z0-9_-]{43}`)

// answersTo sends every form that takes an address, each from a browser of its own, and
// returns the answers without what is random in them.
func (a *app) answersTo(email string) (all []string) {
	ballot := func(b *browser) answer {
		b.post(voteOn1, url.Values{"choice": {"agree"}}).want(a.t, "choose", 303)
		return b.post("/consultations/local-supply/ballot", url.Values{"email": {email}})
	}
	again := func(b *browser) answer {
		ballot(b)
		return b.post("/consultations/local-supply/ballot", url.Values{"email": {email}})
	}
	then := func(path string, form url.Values) func(b *browser) answer {
		return func(b *browser) answer {
			b.post(path, form).want(a.t, path, 303)
			return b.get("/consultations/local-supply")
		}
	}
	asJSON := func(b *browser) answer { b.json = true; return b.post(replies, reply("email", email)) }
	signIn := func(b *browser) answer { return b.post("/sign-in", url.Values{"email": {email}}) }
	forget := strings.NewReplacer(email, "ADDRESS", url.QueryEscape(email), "ADDRESS")
	for _, send := range []func(b *browser) answer{
		signIn, signIn, signIn, signIn, ballot, again, then(replies, reply("email", email)), then(ideas, suggestion("email", email)), asJSON,
	} {
		r := send(a.browser())
		all = append(all, fmt.Sprint(r.status, " ", randomWords.ReplaceAllString(forget.Replace(r.body), "RANDOM")))
	}
	return all
}

// TestNoAnswerTellsWhatWentThere compares the answers to an address that nothing went to
// with those to others: what was sent there, whether it took part, has an account or has
// staff behind it makes no difference.
func TestNoAnswerTellsWhatWentThere(t *testing.T) {
	a := newApp(t)
	a.limited(func(l *models.Limits) { l.Links, l.Texts = 10_000, 10_000 })
	for email, prepare := range map[string]func(email string){
		"account@example.org": func(email string) { a.signedIn(email, models.RoleParticipant) },
		"voter@example.org": func(email string) {
			a.signedIn(email, models.RoleParticipant).post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "vote", 303)
		},
		"staff@example.org": func(email string) { a.signedIn(email, models.RoleModerator) },
		"busy@example.org": func(email string) {
			for range 4 {
				a.answersTo(email)
			}
		},
		"sent@example.org": func(email string) {
			a.answersTo(email)
			waiting, _, err := a.store.WaitingJobs(t.Context(), "", 1000)
			must(t, err)
			for _, j := range waiting {
				must(t, a.store.FinishJob(t.Context(), j.ID))
			}
			a.clock.Add(time.Minute)
		},
	} {
		prepare(email)
		fresh := "fresh-" + email
		if d := cmp.Diff(a.answersTo(fresh), a.answersTo(email)); d != "" {
			t.Errorf("%s is answered otherwise than an address that nothing went to: %s", email, d)
		}
	}
}

// TestLostMailIsNoLostVote asks for a ballot link as somebody would whose mail does not
// come, while others fill the mailbox. The same browser may ask again twice, minutes apart;
// signing in counts what was chosen.
func TestLostMailIsNoLostVote(t *testing.T) {
	a := newApp(t)
	a.limited(func(*models.Limits) {})
	const victim = "victim@example.org"
	sent := func() (kinds []models.JobKind) {
		for {
			jobs, err := a.store.ClaimJobs(t.Context(), 100, time.Minute)
			must(t, err)
			if len(jobs) == 0 {
				return kinds
			}
			for _, j := range jobs {
				kinds = append(kinds, j.Kind)
				must(t, a.store.FinishJob(t.Context(), j.ID))
			}
		}
	}
	ask := func(b *browser, email string) {
		b.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "choose", 303)
		b.post("/consultations/local-supply/ballot", url.Values{"email": {email}}).want(t, "ask", 200, "Send it again", `name="email" value="`+email+`"`)
	}
	for n := range 3 {
		same := a.browser()
		ask(same, fmt.Sprintf("owner%d@example.org", n))
		if got := sent(); len(got) != 1 {
			t.Fatalf("the first time: %v", got)
		}
		for range 2 {
			ask(same, fmt.Sprintf("owner%d@example.org", n))
			if got := sent(); len(got) != 0 {
				t.Errorf("at once: %v", got)
			}
			a.clock.Add(models.ResendAfter)
			if got := sent(); len(got) != 1 || got[0] != models.JobBallot {
				t.Errorf("again: %v", got)
			}
		}
		ask(same, fmt.Sprintf("owner%d@example.org", n))
		a.clock.Add(time.Hour)
		if got := sent(); len(got) != 0 {
			t.Errorf("a fourth time: %v", got)
		}
	}
	for _, spelling := range []string{victim, "VICTIM@example.org", "vic.tim@example.org", "victim+1@example.org", "victim+2@example.org", "ｖictim@example.org", "v1ctim@example.org"} {
		ask(a.browser(), spelling)
		a.browser().post(replies, reply("email", spelling)).want(t, spelling, 303)
	}
	if got := sent(); len(got) > models.UnconfirmedMost+models.UnconfirmedMost { // v1ctim is another mailbox
		t.Errorf("%d messages went to one mailbox", len(got))
	}
	own := a.browser()
	ask(own, victim)
	if got := sent(); len(got) != 0 {
		t.Errorf("one more today: %v", got)
	}
	own.post("/sign-in", url.Values{"email": {victim}}).want(t, "sign in", 200)
	jobs, err := a.store.ClaimJobs(t.Context(), 1, time.Minute)
	must(t, err)
	if len(jobs) != 1 || jobs[0].Kind != models.JobSignIn || jobs[0].Recipient != victim {
		t.Fatalf("first goes %+v", jobs)
	}
	own.post("/sign-in/"+jobs[0].Args["token"], nil).want(t, "the button", 303)
	own.get("/consultations/local-supply").want(t, "the page", 200, "your vote counts")
	con, err := a.store.Consultation(t.Context(), a.con.ID)
	must(t, err)
	if con.VoterCount != 1 {
		t.Errorf("%d people voted, want 1", con.VoterCount)
	}
}

// TestNobodyIsLockedOut asks for sign-in links to somebody's address from many networks.
// Whenever the owner asks, a link that works is in the mailbox.
func TestNobodyIsLockedOut(t *testing.T) {
	a := newApp(t)
	a.limited(func(*models.Limits) {})
	const victim = "victim@example.org"
	var last models.Job
	total := 0
	for minute := range 120 {
		for n := range 4 {
			_, err := a.svc.AskSignIn(t.Context(), models.Actor{Network: fmt.Sprint("network ", minute, n)}, service.SignInInput{Email: victim})
			must(t, err)
		}
		jobs, err := a.store.ClaimJobs(t.Context(), 100, time.Minute)
		must(t, err)
		for _, j := range jobs {
			must(t, a.store.FinishJob(t.Context(), j.ID))
			last, total = j, total+1
		}
		if l, err := a.svc.Link(t.Context(), last.Args["token"]); err != nil {
			t.Fatalf("after %d minutes no link works: %+v, %v", minute, l, err)
		}
		a.clock.Add(time.Minute)
	}
	if most := 120 / 15 * models.SignInMost; total > most {
		t.Errorf("%d messages in two hours, want at most %d", total, most)
	}
}
