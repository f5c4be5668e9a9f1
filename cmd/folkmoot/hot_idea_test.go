//go:build unix

package main

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/mongo/mongotest"
)

const (
	hotWriters = 64
	hotSeconds = 30 // at full size
	// hotWait is what no vote may take.
	hotWait = 5 * time.Second
)

// TestHotIdea lets many people change their vote on one idea through two nodes, over and
// over: nobody waits long, and the tally is what the last votes make.
func TestHotIdea(t *testing.T) {
	uri := mongotest.Database(t)
	store, err := mongo.Open(t.Context(), uri, mongo.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, store.Close()) })
	svc := mailing(t, store)
	_, org, err := svc.MakeSignInLink(t.Context(), "org@example.org", "Org", models.RoleOrganiser)
	check(t, err)
	con := opensNow(t, svc, models.Actor{Participant: &org, Language: "en"})
	var list []*hotWriter
	for n := range hotWriters {
		id, session := signsUp(t, store, svc, n)
		list = append(list, &hotWriter{t: t, n: n, id: id, session: session})
	}
	nodes := []*process{startServer(t, "--store", uri, "--no-limits", "--no-access-log"), startServer(t, "--store", uri, "--no-limits", "--no-access-log")}
	end := time.Now().Add(max(2*time.Second, time.Duration(scaled(hotSeconds))*time.Second))
	var writing sync.WaitGroup
	for _, w := range list {
		writing.Go(func() { w.run(nodes, end) })
	}
	writing.Wait()

	idea, err := store.Idea(t.Context(), con.ID, 1)
	check(t, err)
	want, votes, slowest := models.Tally{}, 0, time.Duration(0)
	for _, w := range list {
		want.Add(w.last, 1)
		votes += w.votes
		slowest = max(slowest, w.slowest)
		own, err := store.OwnVotes(t.Context(), con.ID, w.id)
		check(t, err)
		if own[idea.ID] != w.last {
			t.Errorf("the vote of writer %d is %q, want %q", w.n, own[idea.ID], w.last)
		}
	}
	t.Logf("%d votes, the slowest answer after %v", votes, slowest.Round(time.Millisecond))
	if idea.Tally != want {
		t.Errorf("the tally is %+v, want %+v", idea.Tally, want)
	}
	if slowest > hotWait {
		t.Errorf("somebody waited %v", slowest)
	}
	if code, out, errs := command(t, "verify", "--store", uri); code != exitDone {
		t.Errorf("verify: exit %d\n%s%s", code, out, errs)
	}
}

// hotWriter is one person who changes a vote again and again.
type hotWriter struct {
	t           *testing.T
	n           int
	id, session string
	votes       int
	last        models.Choice
	slowest     time.Duration
}

// run votes on the first idea through the nodes in turn until end.
func (w *hotWriter) run(nodes []*process, end time.Time) {
	choices := []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass}
	client := &http.Client{Transport: sessionTransport(w.session), Timeout: time.Minute}
	for began := time.Now(); began.Before(end); began = time.Now() {
		choice, node := choices[(w.n+w.votes)%len(choices)], nodes[(w.n+w.votes)%len(nodes)]
		status, raw := send(client, fmt.Sprintf("http://%s/consultations/crash/ideas/1/vote", node.address), url.Values{"choice": {string(choice)}})
		if status != http.StatusOK {
			w.t.Errorf("vote %d of writer %d: %d %.300s", w.votes, w.n, status, raw)
			return
		}
		w.slowest = max(w.slowest, time.Since(began))
		w.votes++
		w.last = choice
	}
}

// sessionTransport sends a session's cookie with every request.
type sessionTransport string

func (s sessionTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.AddCookie(&http.Cookie{Name: "folkmoot_session", Value: string(s)})
	return nodeHTTP.Transport.RoundTrip(r)
}
