package handlers

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
	"folkmoot/models/sqlite/sqlitetest"
	"folkmoot/models/storetest"
	viewsmail "folkmoot/views/mail"
)

const testBase = "https://folkmoot.example"

// app is the whole program but for the network: real store, real services, real pages.
type app struct {
	t     testing.TB
	srv   *Server
	svc   *service.Service
	store models.Store
	out   *faulty // what the services see of store
	clock *storetest.Clock
	log   *safeLog
	http  *http.Client
	known map[string]string   // sessions by address
	con   models.Consultation // open, with three organiser's ideas
}

var start = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

func newApp(t testing.TB) *app {
	t.Helper()
	clock := storetest.NewClock(start)
	store := sqlitetest.Open(t, filepath.Join(t.TempDir(), "folkmoot.db"), sqlite.Options{Clock: clock})
	a := newNode(t, store, clock)
	a.con = a.openConsultation("local-supply")
	return a
}

// newNode is a server on a store that others may be on too.
func newNode(t testing.TB, store models.Store, clock *storetest.Clock) *app {
	t.Helper()
	ctx, out := context.Background(), &faulty{Store: store}
	svc, err := service.New(ctx, out, clock, models.NewMemoryLimiter(clock), service.Config{BaseURL: testBase, CanMail: true, NoLimits: true})
	must(t, err)
	a := &app{t: t, svc: svc, store: store, out: out, clock: clock, log: &safeLog{}, known: map[string]string{}}
	a.srv, err = New(Options{
		Service: svc, BaseURL: testBase, Site: "Folkmoot", CanMail: true, AccessLog: true,
		Log: slog.New(slog.NewTextHandler(a.log, nil)), Mail: viewsmail.Renderer{BaseURL: testBase, Site: "Folkmoot"},
	})
	must(t, err)
	a.listen()
	return a
}

// listen serves on a listener in memory: real HTTP, no network.
func (a *app) listen() {
	l := fasthttputil.NewInmemoryListener()
	served := make(chan error, 1)
	go func() { served <- a.srv.Serve(l) }()
	a.http = &http.Client{
		Transport:     &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return l.Dial() }},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	a.t.Cleanup(func() {
		a.http.CloseIdleConnections()
		must(a.t, a.srv.Shutdown(context.Background()))
		must(a.t, <-served)
	})
}

// safeLog is a log that the server writes while a test reads it.
type safeLog struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// staff makes a person with a role and gives them as an actor.
func (a *app) staff(role models.Role) models.Actor {
	a.t.Helper()
	_, p, err := a.svc.MakeSignInLink(context.Background(), string(role)+"@example.org", "Robin "+strings.ToUpper(string(role[:1]))+string(role[1:3]), role)
	must(a.t, err)
	return models.Actor{Participant: &p, Language: "en"}
}

func (a *app) openConsultation(slug string) models.Consultation {
	a.t.Helper()
	ctx, org := context.Background(), a.staff(models.RoleOrganiser)
	_, err := a.svc.NewConsultation(ctx, org, consultationInput(slug, a.clock.Now()))
	must(a.t, err)
	for _, title := range []string{"Buy from small firms first", "Pay owners to teach", "Share a delivery van"} {
		_, err = a.svc.AddOrganiserIdea(ctx, org, slug, title, "Because it keeps money here.")
		must(a.t, err)
	}
	m, err := a.svc.Manage(ctx, org, slug)
	must(a.t, err)
	con, err := a.svc.Open(ctx, org, slug, time.Time{}, m.Consultation.Rev)
	must(a.t, err)
	return con
}

func consultationInput(slug string, now time.Time) service.ConsultationInput {
	return service.ConsultationInput{
		Slug: slug, Language: "en", TimeZone: "Europe/London",
		Text: models.ConsultationText{
			Title: "Local supply chains", Question: "What should the board do for small firms?", Body: "Tell us.",
			WhoDecides: "The board", CanChange: "Everything", Contact: "01234 567890", OtherFormats: "Ask us for large print",
		},
		Settings: models.DefaultSettings(),
		OpensAt:  now, SuggestionsCloseAt: now.AddDate(0, 0, 14), ClosesAt: now.AddDate(0, 0, 21), AnswerBy: now.AddDate(0, 0, 40),
	}
}

// browser is one visitor: it keeps cookies, by the handlers' names, and follows nothing by itself.
type browser struct {
	a       *app
	cookies map[string]string
	json    bool
}

func (a *app) browser() *browser { return &browser{a: a, cookies: map[string]string{}} }

// signedIn returns a browser with a session of the address, made with the role.
func (a *app) signedIn(email string, role models.Role) *browser {
	a.t.Helper()
	if a.known[email] == "" {
		p, err := a.store.ParticipantByAddress(context.Background(), email)
		if models.IsNotFound(err) {
			_, p, err = a.svc.MakeSignInLink(context.Background(), email, "Pat "+strings.Split(email, "@")[0], role)
		}
		must(a.t, err)
		a.known[email], err = storetest.OpenSession(context.Background(), a.store, p.ID)
		must(a.t, err)
	}
	b := a.browser()
	b.cookies[sessionCookie] = a.known[email]
	return b
}

type answer struct {
	status int
	body   string
	header http.Header
}

func (b *browser) get(path string) answer {
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (b *browser) post(path string, form url.Values) answer {
	return b.postRaw(path, form.Encode())
}

func (b *browser) postRaw(path, body string) answer {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func (b *browser) do(r *http.Request) answer {
	b.a.t.Helper()
	for k, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: b.a.srv.wireName(k), Value: v})
	}
	if b.json {
		r.Header.Set("Accept", "application/json")
	}
	r.RequestURI, r.URL.Scheme = "", "http"
	if r.URL.Host == "" {
		r.URL.Host = "folkmoot.example"
	}
	resp, err := b.a.http.Do(r)
	must(b.a.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(b.a.t, err)
	for _, c := range resp.Cookies() {
		name := strings.TrimPrefix(c.Name, hostPrefix)
		if c.MaxAge < 0 {
			delete(b.cookies, name)
		} else {
			b.cookies[name] = c.Value
		}
	}
	return answer{resp.StatusCode, string(body), resp.Header}
}

// want fails the test unless the answer has the status and its body holds every text.
func (r answer) want(t testing.TB, what string, status int, texts ...string) answer {
	t.Helper()
	if r.status != status {
		t.Fatalf("%s: status %d, want %d\n%s", what, r.status, status, excerpt(r.body))
	}
	for _, text := range texts {
		if !strings.Contains(r.body, text) {
			t.Errorf("%s: the page lacks %q\n%s", what, text, excerpt(r.body))
		}
	}
	return r
}

func excerpt(s string) string {
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	if len(s) > 1500 {
		s = s[:1500] + "…"
	}
	return s
}

// stored counts everything that a refused request must not have added.
func (a *app) stored() map[string]int {
	a.t.Helper()
	n := map[string]int{}
	ctx := context.Background()
	must(a.t, a.store.EachItem(ctx, a.con.ID, func(i models.VerifyItem) error { n[string(i.Item.Kind)]++; return nil }))
	must(a.t, a.store.EachVote(ctx, a.con.ID, func(models.Vote) error { n["vote"]++; return nil }))
	waiting, err := a.store.UnconfirmedVotes(ctx, a.con.ID)
	must(a.t, err)
	n["unconfirmed"] = int(waiting)
	jobs, _, err := a.store.WaitingJobs(ctx, "", 1000)
	must(a.t, err)
	n["job"] = len(jobs)
	people, _, err := a.store.Participants(ctx, false, "", 1000)
	must(a.t, err)
	n["people"] = len(people)
	d, err := a.store.Decisions(ctx, a.con.ID, 0, 1000)
	must(a.t, err)
	n["decision"] = len(d)
	return n
}
