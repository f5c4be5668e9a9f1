//go:build unix

package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/mongo/mongotest"
)

const (
	failoverMembers = 3
	failoverClients = 32
	// failoverRounds is how often the primary is killed and how often it is stopped, and
	// failoverAcks how many writes are acknowledged before each strike, both at full size.
	failoverRounds = 5
	failoverAcks   = 2000
	failoverBase   = "http://folkmoot.example.org" // of both nodes
)

// TestFailover runs two nodes on a replica set of three while clients vote and reply.
// A node is killed and started again, and the primary killed and stopped in turn, several
// times at full size. Afterwards every acknowledged write is there once, every tally equals its
// count at once, no mail is lost, and verify finds no difference. Meanwhile a living node
// answers with nothing worse than 503, for a short time only.
func TestFailover(t *testing.T) {
	if testing.Short() {
		t.Skip("failover test skipped: -short")
	}
	f := newFailover(t)
	f.startClients()
	f.undisturbed()
	for _, strike := range f.strikes() {
		f.strike(strike)
	}
	f.stopClients()
	f.tallies()
	f.verify()
	f.compare()
	f.report()
}

// failover is the deployment under test and what became of each write.
type failover struct {
	t       *testing.T
	db      *mongotest.Own
	uri     string
	mail    *mailServer
	nodes   [2]*node
	store   *mongo.Store // the test's own
	con     models.Consultation
	ideas   []models.Idea
	clients []*failoverClient

	working sync.WaitGroup // the clients
	stop    chan struct{}  // closed to end the clients
	acks    atomic.Int64
	acked   chan struct{} // receives after each acknowledged write
	busy    atomic.Int64  // answers of 503
	broken  atomic.Int64  // connections that broke because a node was killed
	slowest atomic.Int64  // answer, in nanoseconds
	rate    float64       // acknowledged writes a second, undisturbed

	mu       sync.Mutex
	recovery chan struct{} // closed when the strike of the moment is over
	struck   []struck
	refused  []time.Time // when answers of 503 came
}

// struck is one strike and how the service recovered from it.
type struck struct {
	what        string
	began, over time.Time
	refused     time.Duration // from the first answer of 503 to the last
	silent      time.Duration // the longest time in which no write was acknowledged
	ready       time.Duration // from the end of the strike until both nodes were ready
}

func newFailover(t *testing.T) *failover {
	t.Helper()
	f := &failover{
		t: t, db: mongotest.StartOwn(t, failoverMembers), mail: startMailServer(t),
		stop: make(chan struct{}), recovery: make(chan struct{}), acked: make(chan struct{}, 1),
	}
	f.uri = f.db.Database("failover")
	var err error
	f.store, err = mongo.Open(t.Context(), f.uri, mongo.Options{Patience: time.Minute})
	check(t, err)
	t.Cleanup(func() { check(t, f.store.Close()) })
	f.accounts()
	for n := range f.nodes {
		f.nodes[n] = &node{t: t, name: fmt.Sprint("node ", n+1), args: []string{
			"--store", f.uri, "--base-url", failoverBase, "--smtp", f.mail.url(), "--no-limits", "--no-access-log",
		}}
		f.nodes[n].start()
	}
	return f
}

// accounts makes the consultation and an account for each client.
func (f *failover) accounts() {
	f.t.Helper()
	svc := mailing(f.t, f.store)
	_, org, err := svc.MakeSignInLink(f.t.Context(), "org@example.org", "Org", models.RoleOrganiser)
	check(f.t, err)
	f.con = opensNow(f.t, svc, models.Actor{Participant: &org, Language: "en"})
	f.ideas, err = f.store.Ideas(f.t.Context(), models.IdeaFilter{ConsultationID: f.con.ID})
	check(f.t, err)
	for n := range failoverClients {
		id, session := signsUp(f.t, f.store, svc, n)
		f.clients = append(f.clients, &failoverClient{f: f, n: n, id: id, session: session, votes: map[int]*knownVote{}})
	}
}

// scaledAcks is how many writes are acknowledged between two strikes.
func scaledAcks() int64 { return int64(max(40, scaled(failoverAcks))) }

func (f *failover) startClients() {
	for _, c := range f.clients {
		f.working.Go(c.run)
	}
}

// stopClients ends the load and waits for every client.
func (f *failover) stopClients() {
	began := time.Now()
	close(f.stop)
	f.working.Wait()
	f.t.Logf("the last client had its answer after %v", time.Since(began).Round(time.Millisecond))
}

// undisturbed measures how many writes two nodes take while nothing is wrong.
func (f *failover) undisturbed() {
	f.t.Helper()
	f.awaitAcks(failoverClients) // connections are there now
	began, from := time.Now(), f.acks.Load()
	f.awaitAcks(2 * scaledAcks())
	f.rate = float64(f.acks.Load()-from) / time.Since(began).Seconds()
}

// awaitAcks waits for n more acknowledged writes.
func (f *failover) awaitAcks(n int64) {
	f.t.Helper()
	from := f.acks.Load()
	f.eventually("acknowledged writes", 2*time.Minute+time.Duration(n)*time.Second/2, func() bool { return f.acks.Load() >= from+n })
}

// eventually waits until a condition holds, and fails the test if it takes too long.
func (f *failover) eventually(what string, within time.Duration, holds func() bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			f.t.Fatalf("waited %v in vain for: %s", within, what)
		case <-tick.C:
		case <-f.acked:
		}
	}
}
