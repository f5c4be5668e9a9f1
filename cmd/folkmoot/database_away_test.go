package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/service"
)

// TestDatabaseAway spoils the way to the database: writes get 503 in time, with what was
// typed still in the form, a page that was given before is given again, and when the way
// is free again all goes on by itself, and nothing is there twice.
func TestDatabaseAway(t *testing.T) {
	for name, spoil := range map[string]func(*mongotest.Proxy){
		"gone":     (*mongotest.Proxy).Cut,
		"silent":   (*mongotest.Proxy).Hole,
		"too slow": func(p *mongotest.Proxy) { p.Slow(4 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAway(t)
			a.well("before")
			spoil(a.proxy)
			a.asks(http.StatusServiceUnavailable, "meanwhile")
			a.proxy.Heal()
			a.recovers()
			a.well("after")
			a.compare()
		})
	}
}

// away is one server, and the way to its database.
type away struct {
	t       *testing.T
	proxy   *mongotest.Proxy
	server  running
	session string
	voter   string

	mu    sync.Mutex
	acked map[string]bool // bodies of replies
	sent  map[string]bool
	voted models.Choice
}

func newAway(t *testing.T) *away {
	t.Helper()
	uri := mongotest.Database(t)
	a := &away{t: t, proxy: mongotest.StartProxy(t, uri), acked: map[string]bool{}, sent: map[string]bool{}}
	cfg := quiet(t, a.proxy.Through(uri))
	cfg.NoLimits = true
	a.server = nodes(t, cfg)[0]
	svc := mailing(t, a.server.Store)
	_, org, err := svc.MakeSignInLink(t.Context(), "org@example.org", "Org", models.RoleOrganiser)
	check(t, err)
	opensNow(t, svc, models.Actor{Participant: &org, Language: "en"})
	a.voter, a.session = signsUp(t, a.server.Store, svc, 1)
	a.recovers()
	return a
}

// mailing is a service on a store that could send mail.
func mailing(t *testing.T, store models.Store) *service.Service {
	t.Helper()
	clock, err := store.Clock(t.Context())
	check(t, err)
	svc, err := service.New(t.Context(), store, clock, models.NewMemoryLimiter(clock), service.Config{CanMail: true})
	check(t, err)
	return svc
}

// well holds that everything works.
func (a *away) well(when string) {
	a.t.Helper()
	a.asks(http.StatusOK, when)
}

// asks sends a reply, a vote and a look at the page all at once, and holds that the
// answers are those of a database that works, or of one that is away.
func (a *away) asks(want int, when string) {
	a.t.Helper()
	choice := map[bool]models.Choice{true: models.ChoiceAgree, false: models.ChoiceDisagree}[want == http.StatusOK]
	var asked sync.WaitGroup
	asked.Go(func() { a.replies(want, "Words sent "+when) })
	asked.Go(func() { a.votes(want, choice) })
	asked.Go(func() { a.looks(want) })
	asked.Wait()
}

// answer is what a server said, and how soon.
type answer struct {
	*http.Response
	body string
	took time.Duration
}

// inTime is when a request is answered whatever the database does: its deadline is 15
// seconds, and a busy machine may take some more.
const inTime = 30 * time.Second

// does sends a request and reads the answer.
func (a *away) does(method, path string, form url.Values, signedIn, json bool) answer {
	req, err := http.NewRequest(method, a.server.BaseURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		a.t.Error(err)
		return answer{Response: &http.Response{}}
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if json {
		req.Header.Set("Accept", "application/json")
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if signedIn {
		req.AddCookie(&http.Cookie{Name: "folkmoot_session", Value: a.session})
	}
	client := http.Client{Timeout: inTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	began := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		a.t.Error(err)
		return answer{Response: &http.Response{}}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Error(err)
	}
	return answer{Response: resp, body: string(raw), took: time.Since(began)}
}

// refused holds that an answer says "not now" and when to come again.
func (a *away) refused(what string, got answer) {
	if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		a.t.Errorf("%s: %d, Retry-After %q, %.300s", what, got.StatusCode, got.Header.Get("Retry-After"), got.body)
	}
	a.t.Logf("%s: 503 after %v", what, got.took.Round(time.Millisecond))
}

// replies posts a reply as a guest's browser does.
func (a *away) replies(want int, body string) {
	form := url.Values{"name": {"Rosa"}, "email": {"rosa@example.org"}, "body": {body}}
	got := a.does(http.MethodPost, "/consultations/crash/replies", form, false, false)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent[body] = true
	if want == http.StatusServiceUnavailable {
		a.refused("a reply", got)
		for _, typed := range []string{body, "Rosa", "rosa@example.org"} {
			if !strings.Contains(got.body, typed) {
				a.t.Errorf("%q is not in the form any more: %s", typed, got.body)
			}
		}
		return
	}
	if got.StatusCode != http.StatusSeeOther {
		a.t.Errorf("a reply: %d %.300s", got.StatusCode, got.body)
	}
	a.acked[body] = true
}

// votes casts a vote as the script of a page does.
func (a *away) votes(want int, choice models.Choice) {
	got := a.does(http.MethodPost, "/consultations/crash/ideas/1/vote", url.Values{"choice": {string(choice)}}, true, true)
	if want == http.StatusServiceUnavailable {
		a.refused("a vote", got)
		return
	}
	var said struct {
		Choice  models.Choice
		Waiting bool
	}
	if err := json.Unmarshal([]byte(got.body), &said); err != nil || got.StatusCode != want || said.Choice != choice || said.Waiting {
		a.t.Errorf("a vote: %d %.300s", got.StatusCode, got.body)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.voted = choice
}

// looks asks how the server is, and for a page that it has given before.
func (a *away) looks(want int) {
	if got := a.does(http.MethodGet, "/healthz", nil, false, false); got.StatusCode != http.StatusOK {
		a.t.Errorf("/healthz: %d", got.StatusCode)
	}
	if want == http.StatusServiceUnavailable {
		a.refused("/readyz", a.does(http.MethodGet, "/readyz", nil, false, false))
	}
	page := a.does(http.MethodGet, "/consultations/crash", nil, false, false)
	if page.StatusCode != http.StatusOK || !strings.Contains(page.body, "What now?") {
		a.t.Errorf("a page that was there before: %d after %v, %.300s", page.StatusCode, page.took, page.body)
	}
}

// recovers waits until the server says that it is ready.
func (a *away) recovers() {
	a.t.Helper()
	began := time.Now()
	for a.does(http.MethodGet, "/readyz", nil, false, false).StatusCode != http.StatusOK {
		if time.Since(began) > time.Minute {
			a.t.Fatal("not ready a minute after the database is back")
		}
	}
	a.t.Logf("ready after %v", time.Since(began).Round(time.Millisecond))
}

// compare finds every acknowledged reply once and no other twice, the vote that was
// acknowledged last, and what verify says of it all.
func (a *away) compare() {
	a.t.Helper()
	c, err := a.server.Store.ConsultationBySlug(a.t.Context(), "crash")
	check(a.t, err)
	rows := map[string]int{}
	check(a.t, a.server.Store.EachItem(a.t.Context(), c.ID, func(i models.VerifyItem) error {
		if i.Item.Kind == models.KindReply {
			rows[i.Body]++
		}
		return nil
	}))
	for body := range a.sent {
		if rows[body] > 1 || a.acked[body] && rows[body] != 1 {
			a.t.Errorf("%q is there %d times", body, rows[body])
		}
	}
	i, err := a.server.Store.Idea(a.t.Context(), c.ID, 1)
	check(a.t, err)
	own, err := a.server.Store.OwnVotes(a.t.Context(), c.ID, a.voter)
	check(a.t, err)
	if own[i.ID] != a.voted {
		a.t.Errorf("the vote is %q, want %q", own[i.ID], a.voted)
	}
	a.settles()
}

// settles waits until verify is content: what was half done when the database went is
// finished by the server itself.
func (a *away) settles() {
	a.t.Helper()
	began := time.Now()
	for {
		_, diffs, err := a.server.Service.VerifyStore(a.t.Context())
		check(a.t, err)
		if len(diffs) == 0 {
			return
		}
		if time.Since(began) > time.Minute {
			a.t.Fatalf("verify: %+v", diffs)
		}
	}
}
