package main

import (
	"context"
	"encoding/csv"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/handlers"
	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/storetest"
	viewsmail "folkmoot/views/mail"
)

// site is Folkmoot on loopback with a clock that the test sets, and a postman who
// delivers when asked: one node, or several behind a proxy.
type site struct {
	t     *testing.T
	base  string
	svc   *service.Service // of the first node
	store models.Store
	clock *storetest.Clock
	post  viewsmail.Renderer
	inbox map[string][]models.Mail
}

// newSite is one node on a file.
func newSite(t *testing.T) *site { return newSiteAt(t, onFile(t)) }

func newSiteAt(t *testing.T, at place) *site {
	t.Helper()
	s := &site{t: t, clock: storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)), inbox: map[string][]models.Mail{}}
	var listeners []net.Listener
	for range at.nodes {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		listeners = append(listeners, listener)
	}
	s.base = "http://" + listeners[0].Addr().String()
	if at.nodes > 1 {
		s.base = proxied(t, listeners)
	}
	s.post = viewsmail.Renderer{BaseURL: s.base, Site: "Folkmoot"}
	for n, listener := range listeners {
		store := at.open(t, s.clock)
		svc := s.serves(store, listener, at.nodes > 1)
		if n == 0 {
			s.store, s.svc = store, svc
		}
	}
	return s
}

// serves runs one node until the test ends.
func (s *site) serves(store models.Store, listener net.Listener, behind bool) *service.Service {
	t, ctx := s.t, context.Background()
	clock, err := store.Clock(ctx)
	check(t, err)
	svc, err := service.New(ctx, store, clock, store.Limiter(clock), service.Config{BaseURL: s.base, CanMail: true, NoLimits: true})
	check(t, err)
	o := handlers.Options{Service: svc, Log: slog.New(slog.NewTextHandler(testLog{t}, nil)), BaseURL: s.base, Site: "Folkmoot", CanMail: true, Mail: s.post}
	if behind {
		o.TrustedProxies = []string{"127.0.0.1"}
	}
	srv, err := handlers.New(o)
	check(t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(listener) }()
	t.Cleanup(func() {
		check(t, srv.Shutdown(context.Background()))
		check(t, <-served)
		check(t, store.Close())
	})
	return svc
}

// stages fills the site with the demonstration.
func (s *site) stages() {
	s.t.Helper()
	cfg := config{Demo: true, Clock: s.clock, Shell: newTerminal(s.t, s.clock).shell}
	_, err := cfg.prepareDemo(s.t.Context(), s.store)
	check(s.t, err)
}

// testLog shows the server's errors beside the test's own.
type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "level=ERROR") {
		l.t.Log(strings.TrimSpace(string(b)))
	}
	return len(b), nil
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deliver renders every message that is due and puts it in its inbox.
func (s *site) deliver() {
	s.t.Helper()
	ctx := context.Background()
	jobs, err := s.store.ClaimJobs(ctx, 100, time.Minute)
	check(s.t, err)
	for _, j := range jobs {
		m, err := s.post.RenderMail(j)
		check(s.t, err)
		s.inbox[j.Recipient] = append(s.inbox[j.Recipient], m)
		check(s.t, s.store.FinishJob(ctx, j.ID))
	}
}

var mailLink = regexp.MustCompile(`http://[^\s<>"]+/(?:sign-in|contributions)/[A-Za-z0-9_-]+`)

// link returns the link in the last message to an address that carries one.
func (s *site) link(address string) string {
	s.t.Helper()
	s.deliver()
	for _, m := range slices.Backward(s.inbox[address]) {
		if link := mailLink.FindString(m.Text); link != "" {
			return link
		}
	}
	s.t.Fatalf("no mail with a link came to %s: %v", address, s.inbox)
	return ""
}

// person makes an account with a role.
func (s *site) person(name, email string, role models.Role) models.Actor {
	s.t.Helper()
	_, p, err := s.svc.MakeSignInLink(context.Background(), email, name, role)
	check(s.t, err)
	return models.Actor{Participant: &p, Language: "en"}
}

// signsIn goes the way that everybody goes: address, mail, link, button.
func (s *site) signsIn(p *person, email string) {
	s.t.Helper()
	p.visit("/sign-in")
	p.fill(`#main input[name="email"]`, email)
	p.press(`form[action="/sign-in"] button[type="submit"]`)
	p.visit(s.link(email))
	p.reads(email)
	p.press(`form[action^="/sign-in/"] button[type="submit"]`)
}

// opens makes an open consultation with three of the organiser's ideas.
func (s *site) opens(slug string, organiser models.Actor) models.Consultation {
	s.t.Helper()
	ctx, now := context.Background(), s.clock.Now()
	_, err := s.svc.NewConsultation(ctx, organiser, service.ConsultationInput{
		Slug: slug, Language: "en", TimeZone: "Europe/London",
		Text: models.ConsultationText{
			Title: "Local supply", Question: "What should the board do for small firms?", Body: "Tell us what would help **you**.",
			WhoDecides: "The board of the partnership", CanChange: "All of it", Contact: "board@example.org", OtherFormats: "Ask for large print",
		},
		Settings: models.ConsultationSettings{MinVotes: 2},
		OpensAt:  now, ClosesAt: now.AddDate(0, 0, 21), AnswerBy: now.AddDate(0, 0, 60),
	})
	check(s.t, err)
	for _, title := range []string{"Buy from small firms first", "Pay owners to teach", "Share a delivery van"} {
		_, err = s.svc.AddOrganiserIdea(ctx, organiser, slug, title, "It keeps money here.")
		check(s.t, err)
	}
	m, err := s.svc.Manage(ctx, organiser, slug)
	check(s.t, err)
	c, err := s.svc.Open(ctx, organiser, slug, time.Time{}, m.Consultation.Rev)
	check(s.t, err)
	return c
}

// downloads fetches a public file as a plain client.
func (s *site) downloads(path string) []byte {
	s.t.Helper()
	resp, err := http.Get(s.base + path)
	check(s.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(s.t, err)
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s\n%s", path, resp.Status, body)
	}
	return body
}

// table reads a CSV with a head into one map per row.
func table(t *testing.T, raw []byte) (rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
	check(t, err)
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}
