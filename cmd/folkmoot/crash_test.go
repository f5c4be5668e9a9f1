package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

const (
	crashRounds  = 10
	crashClients = 64
	crashAcks    = 250 // acknowledged writes after which a round's server is killed
	crashIdeas   = 5
)

// TestCrash kills the server under load, ten times over: every acknowledged write
// is there after each restart, none is counted twice, and verify is content.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("crash test skipped: -short")
	}
	c := newCrash(t)
	for round := range crashRounds {
		c.round(round)
		c.compare(round)
	}
	t.Logf("%d replies and %d votes acknowledged over %d kills", len(c.replies), c.votesAcked.Load(), crashRounds)
}

// crash is the store under test and what was acknowledged so far.
type crash struct {
	t          *testing.T
	file       string
	con        models.Consultation
	clients    []*crashClient
	acks       atomic.Int64
	votesAcked atomic.Int64
	mu         sync.Mutex
	replies    map[string]string // id to body, acknowledged
}

// crashClient is one participant. A vote that was under way when the server died
// may or may not be there.
type crashClient struct {
	id      string
	session string
	acked   map[int]models.Choice
	unsure  map[int]models.Choice
}

func newCrash(t *testing.T) *crash {
	c := &crash{t: t, file: filepath.Join(t.TempDir(), "folkmoot.db"), replies: map[string]string{}}
	s, svc := c.open()
	defer s.Close()
	ctx := context.Background()
	_, org, err := svc.MakeSignInLink(ctx, "org@example.org", "Org", models.RoleOrganiser)
	check(t, err)
	c.con = opensNow(t, svc, models.Actor{Participant: &org, Language: "en"})
	for i := range crashClients {
		id, session := signsUp(t, s, svc, i)
		c.clients = append(c.clients, &crashClient{id: id, session: session, acked: map[int]models.Choice{}, unsure: map[int]models.Choice{}})
	}
	return c
}

// signsUp makes the account of a numbered client and signs it in.
func signsUp(t *testing.T, store models.Store, svc *service.Service, n int) (id, session string) {
	t.Helper()
	_, p, err := svc.MakeSignInLink(context.Background(), fmt.Sprintf("c%d@example.org", n), fmt.Sprintf("Client %d", n), models.RoleParticipant)
	check(t, err)
	session, err = storetest.OpenSession(context.Background(), store, p.ID)
	check(t, err)
	return p.ID, session
}

func (c *crash) open() (*sqlite.Store, *service.Service) {
	c.t.Helper()
	s, err := sqlite.Open(context.Background(), c.file, sqlite.Options{})
	check(c.t, err)
	svc, err := service.New(context.Background(), s, models.SystemClock{}, models.NewMemoryLimiter(models.SystemClock{}), service.Config{CanMail: true})
	check(c.t, err)
	return s, svc
}

func opensNow(t *testing.T, svc *service.Service, org models.Actor) models.Consultation {
	t.Helper()
	ctx, now := context.Background(), time.Now()
	_, err := svc.NewConsultation(ctx, org, service.ConsultationInput{
		Slug: "crash", Language: "en", TimeZone: "UTC", Settings: models.DefaultSettings(),
		Text:     models.ConsultationText{Title: "Crash", Question: "What now?", Body: "Text", WhoDecides: "We", CanChange: "All", Contact: "Us", OtherFormats: "Ask"},
		ClosesAt: now.AddDate(0, 1, 0), AnswerBy: now.AddDate(0, 2, 0),
	})
	check(t, err)
	for i := range crashIdeas {
		_, err = svc.AddOrganiserIdea(ctx, org, "crash", fmt.Sprintf("Idea %d", i+1), "Why")
		check(t, err)
	}
	m, err := svc.Manage(ctx, org, "crash")
	check(t, err)
	con, err := svc.Open(ctx, org, "crash", time.Time{}, m.Consultation.Rev)
	check(t, err)
	return con
}

// round serves, lets every client write until enough is acknowledged, and kills.
func (c *crash) round(round int) {
	c.t.Helper()
	server, base := c.serve()
	c.acks.Store(0)
	enough := make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	for i, client := range c.clients {
		wg.Go(func() {
			c.writes(client, base, rand.New(rand.NewPCG(uint64(round), uint64(i))), func() { once.Do(func() { close(enough) }) })
		})
	}
	<-enough
	server.kill()
	wg.Wait()
}

// serve starts the program on the store and returns its address.
func (c *crash) serve() (*process, string) {
	c.t.Helper()
	p := startServer(c.t, "--store", c.file, "--no-limits")
	return p, "http://" + p.address
}

// writes posts replies and votes until the server is gone.
func (c *crash) writes(client *crashClient, base string, r *rand.Rand, enough func()) {
	jar, _ := cookiejar.New(nil)
	u, _ := url.Parse(base)
	jar.SetCookies(u, []*http.Cookie{{Name: "folkmoot_session", Value: client.session}})
	h := &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for n := 0; ; n++ {
		var ok bool
		if n%3 == 0 {
			ok = c.reply(h, base, fmt.Sprintf("Reply %s %d %d", client.id, r.Uint64(), n))
		} else {
			ok = c.vote(h, base, client, 1+r.IntN(crashIdeas), []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass}[r.IntN(3)])
		}
		if !ok {
			return
		}
		if c.acks.Add(1) >= crashAcks {
			enough()
		}
	}
}

func (c *crash) reply(h *http.Client, base, body string) bool {
	status, raw := send(h, base+"/consultations/crash/replies", url.Values{"body": {body}})
	if status != http.StatusCreated {
		return status != 0
	}
	var got struct{ Item string }
	if json.Unmarshal(raw, &got) != nil { // the answer broke off: not acknowledged
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.replies[strings.TrimPrefix(got.Item, "reply-")] = body
	return true
}

func (c *crash) vote(h *http.Client, base string, client *crashClient, number int, choice models.Choice) bool {
	client.unsure[number] = choice
	status, _ := send(h, fmt.Sprintf("%s/consultations/crash/ideas/%d/vote", base, number), url.Values{"choice": {string(choice)}})
	if status == http.StatusOK {
		client.acked[number] = choice
		delete(client.unsure, number)
		c.votesAcked.Add(1)
	}
	return status != 0
}

// send posts a form as the script does; status 0 means that the server is gone.
func send(h *http.Client, to string, form url.Values) (int, []byte) {
	req, err := http.NewRequest(http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := h.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil
	}
	return resp.StatusCode, raw
}

// compare opens the store that the kill left and compares.
func (c *crash) compare(round int) {
	c.t.Helper()
	s, svc := c.open()
	defer s.Close()
	ctx := context.Background()
	for id, body := range c.replies {
		r, err := s.Reply(ctx, id)
		if err != nil || r.Body != body {
			c.t.Fatalf("round %d: acknowledged reply %s is %q: %v", round, id, r.Body, err)
		}
	}
	for _, client := range c.clients {
		c.compareVotes(ctx, round, s, client)
	}
	_, diffs, err := svc.VerifyStore(ctx)
	check(c.t, err)
	for _, d := range diffs {
		c.t.Errorf("round %d: verify: %s: want %s, got %s", round, d.Where, d.Want, d.Got)
	}
}

func (c *crash) compareVotes(ctx context.Context, round int, s *sqlite.Store, client *crashClient) {
	own, err := s.OwnVotes(ctx, c.con.ID, client.id)
	check(c.t, err)
	for number := 1; number <= crashIdeas; number++ {
		idea, err := s.Idea(ctx, c.con.ID, number)
		check(c.t, err)
		got, acked, unsure := own[idea.ID], client.acked[number], client.unsure[number]
		if got != acked && (unsure == "" || got != unsure) {
			c.t.Errorf("round %d: vote of %s on %d is %q, acknowledged %q, under way %q", round, client.id, number, got, acked, unsure)
		}
		if got != "" {
			client.acked[number] = got
		}
		delete(client.unsure, number)
	}
}
