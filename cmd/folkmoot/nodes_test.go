package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

// nodes runs servers on one store until the test ends, and returns them once all answer.
func nodes(t *testing.T, list ...config) []running {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	up := make([]running, len(list))
	var ready, ended sync.WaitGroup
	for n, cfg := range list {
		ready.Add(1)
		ended.Go(func() {
			told := sync.OnceFunc(ready.Done)
			defer told()
			if err := run(ctx, cfg, func(s running) { up[n] = s; told() }); err != nil {
				t.Errorf("node %d: %v", n+1, err)
			}
		})
	}
	t.Cleanup(func() { stop(); ended.Wait() })
	if ready.Wait(); t.Failed() {
		t.FailNow()
	}
	return up
}

// TestTwoDemonstrations starts two nodes at once on an empty database: one fills it, and
// both serve it.
func TestTwoDemonstrations(t *testing.T) {
	cfg := quiet(t, mongotest.Database(t))
	cfg.Demo = true
	other := cfg
	other.Shell = newTerminal(t, models.SystemClock{}).shell
	up := nodes(t, cfg, other)
	for n, s := range up {
		checked, diffs, err := s.Service.VerifyStore(t.Context())
		check(t, err)
		if len(diffs) > 0 || checked.Consultations != 2 || checked.Files != 2 {
			t.Errorf("node %d: %+v, %v", n+1, checked, diffs)
		}
		for _, slug := range []string{demoOpen, demoSealed} {
			if code, body := get(t, s.BaseURL+"/consultations/"+slug); code != http.StatusOK {
				t.Errorf("node %d, %s: %d %.300s", n+1, slug, code, body)
			}
		}
	}
	if jobs, _, err := up[1].Store.WaitingJobs(t.Context(), "", 10); err != nil || len(jobs) > 0 {
		t.Errorf("messages wait for nobody: %+v, %v", jobs, err)
	}
}

// TestDemoRefusesHalfADemonstration is one whose node died while it filled the store.
func TestDemoRefusesHalfADemonstration(t *testing.T) {
	cfg := quiet(t, mongotest.Database(t))
	store, err := openStore(t.Context(), cfg.Store, sqlite.Options{})
	check(t, err)
	check(t, store.MarkDemo(t.Context()))
	check(t, store.Close())
	cfg.Demo = true
	if err := start(t, cfg, nil); err == nil || !strings.Contains(err.Error(), "cli.demo.cut_off") {
		t.Errorf("%v, want that it was cut off", err)
	}
}

// TestNodesGoByTheDatabase runs two nodes whose machines stand hours apart: to both a
// consultation that has just closed is closed, and one that has not is open.
func TestNodesGoByTheDatabase(t *testing.T) {
	slow, fast := quiet(t, mongotest.Database(t)), config{}
	fast = slow
	slow.Clock = storetest.NewClock(time.Now().Add(-5 * time.Hour))
	fast.Clock = storetest.NewClock(time.Now().Add(3 * time.Hour))
	up := nodes(t, slow, fast)
	for slug, closes := range map[string]time.Duration{"closed": -time.Hour, "open": time.Hour} {
		addConsultation(t, up[0], slug, closes)
		for n, s := range up {
			code := reply(t, s, slug)
			_, page := get(t, s.BaseURL+"/consultations/"+slug)
			takes := strings.Contains(page, `name="body"`)
			if want := slug == "open"; (code == http.StatusSeeOther) != want || takes != want {
				t.Errorf("node %d, the one that is %s: reply %d, shows the form: %v", n+1, slug, code, takes)
			}
		}
	}
}

// addConsultation adds one that was opened a day ago and closes in a while from now.
func addConsultation(t *testing.T, s running, slug string, closes time.Duration) {
	t.Helper()
	now, err := s.Store.Now(t.Context())
	check(t, err)
	check(t, s.Store.AddConsultation(t.Context(), models.Consultation{
		ID: slug, Slug: slug, State: models.StateOpen, Language: "en", TimeZone: "Europe/London", Settings: models.DefaultSettings(),
		Texts:   map[string]models.ConsultationText{"en": {Title: "Bins", Question: "What of the bins?"}},
		OpensAt: now.AddDate(0, 0, -1), ClosesAt: now.Add(closes), AnswerBy: now.AddDate(0, 0, 30), CreatedAt: now.AddDate(0, 0, -1),
	}, nil, storetest.Entry(models.AuditConsultationAdded)))
}

// reply posts one as a guest and returns the status.
func reply(t *testing.T, s running, slug string) int {
	t.Helper()
	form := url.Values{"name": {"Rosa"}, "email": {"rosa@example.org"}, "body": {"Twice a week, please."}}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(s.BaseURL+"/consultations/"+slug+"/replies", form)
	check(t, err)
	check(t, res.Body.Close())
	return res.StatusCode
}

// TestNodesShareTheirLimits lets a network write to one node and another in turn.
func TestNodesShareTheirLimits(t *testing.T) {
	cfg := quiet(t, mongotest.Database(t))
	up := nodes(t, cfg, cfg)
	limited := models.DefaultSiteSettings()
	limited.Limits.Texts = 6
	_, err := up[0].Store.PutSiteSettings(t.Context(), limited, storetest.Entry(models.AuditSettingsChanged))
	check(t, err)
	addConsultation(t, up[0], "bins", time.Hour)
	taken := 0
	for n := range 20 {
		switch code := reply(t, up[n%2], "bins"); code {
		case http.StatusSeeOther:
			taken++
		case http.StatusTooManyRequests:
		default:
			t.Fatalf("reply %d: %d", n+1, code)
		}
	}
	if taken != 6 {
		t.Errorf("both nodes took %d replies, want 6", taken)
	}
}

// TestServeWithoutDatabase says why it does not start, and not the password.
func TestServeWithoutDatabase(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	check(t, gone.Close())
	uri := "mongodb://moot:secret@" + gone.Addr().String() + "/folkmoot?serverSelectionTimeoutMS=200"
	code, out, errs := command(t, "serve", "--listen", "127.0.0.1:0", "--store", uri)
	if code != exitFailed || out != "" || !strings.Contains(errs, "does not answer") || !strings.Contains(errs, "refused") || strings.Contains(errs, "secret") {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
}

// TestNoDatabaseByMistake makes none for a command that only reads.
func TestNoDatabaseByMistake(t *testing.T) {
	uri := mongotest.Database(t)
	for range 2 {
		if code, _, errs := command(t, "verify", "--store", uri); code != exitFailed || !strings.Contains(errs, "There is no store at mongodb://") {
			t.Errorf("exit %d, %q", code, errs)
		}
	}
}

func TestStoreName(t *testing.T) {
	for store, want := range map[string]string{
		"folkmoot.db": "folkmoot.db",
		"mongodb://moot:p%40ss@a:1,b:2/folkmoot?replicaSet=rs0": "mongodb://a:1,b:2/folkmoot",
		"mongodb+srv://moot:secret@cluster.example.org":         "mongodb+srv://cluster.example.org/",
	} {
		if got := storeName(store); got != want {
			t.Errorf("%s is named %s", store, got)
		}
	}
}

// TestVisitorsChangeNodes goes from node to node with each request: what one has said,
// chosen or begun is known to the other.
func TestVisitorsChangeNodes(t *testing.T) {
	s := newSiteAt(t, onDatabase(t))
	s.opens("local-supply", s.person("Olive", "olive@example.org", models.RoleOrganiser))
	jar, err := cookiejar.New(nil)
	check(t, err)
	guest := &http.Client{Jar: jar}
	body := func(res *http.Response, err error) string {
		t.Helper()
		check(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		check(t, err)
		return string(b)
	}
	main := s.base + "/consultations/local-supply"
	for n, words := range []string{"Twice a week, please.", "And glass on Fridays."} { // once from each node
		page := body(guest.PostForm(main+"/replies", url.Values{"name": {"Rosa"}, "body": {words}}))
		if !strings.Contains(page, words) || !strings.Contains(page, "reply-waiting") {
			t.Errorf("reply %d: its author sees neither it nor that it waits", n+1)
		}
		body(guest.Get(main)) // so that the next form meets the other node
	}
	for number, choice := range map[string]string{"1": "agree", "2": "pass", "3": "disagree"} {
		body(guest.PostForm(main+"/ideas/"+number+"/vote", url.Values{"choice": {choice}}))
	}
	for range 2 {
		page := body(guest.Get(main + "/ballot"))
		for _, title := range []string{"Buy from small firms first", "Pay owners to teach", "Share a delivery van"} {
			if !strings.Contains(page, title) {
				t.Errorf("a choice is missing among the pending votes: %s", title)
			}
		}
	}
}
