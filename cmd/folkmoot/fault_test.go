//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/mongo/mongotest"
)

const (
	faultClients = 64
	faultCount   = 10
	// faultAcks is how many writes are acknowledged before each fault at full size.
	faultAcks = 2000
	faultBase = "http://folkmoot.example.org" // of both nodes
)

// TestFaults runs two nodes on one database under load, and ten times kills a node,
// freezes the database, or kills it: every acknowledged write is there once, each tally
// is right within five seconds, no mail is lost, and verify is content. Nothing but what
// was killed is started again.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("fault test skipped: -short")
	}
	f := newFaults(t)
	f.begin()
	f.undisturbed()
	for n := range faultCount {
		f.strike(n)
	}
	f.over()
	f.tallies()
	f.nodes[1].start() // the last fault's
	f.verify()
	f.audit()
	f.report()
}

// faults is the store under test and what became of each write.
type faults struct {
	t       *testing.T
	db      *mongotest.Own
	uri     string
	post    *postOffice
	nodes   [2]*faultNode
	store   *mongo.Store // the test's own, which sweeps nothing
	con     models.Consultation
	ideas   []models.Idea
	clients []*faultClient

	working sync.WaitGroup // the clients
	stop    chan struct{}  // closed when they shall end
	acks    atomic.Int64
	acked   chan struct{} // told of each: a fault comes right after one
	busy    atomic.Int64  // answers of 503
	unknown atomic.Int64  // other writes whose outcome nobody knows
	slowest atomic.Int64  // answer, in nanoseconds
	rate    float64       // of acknowledged writes a second, undisturbed

	mu      sync.Mutex
	healed  chan struct{} // closed when the fault of the moment is over
	strikes []struck
}

// struck is one fault.
type struck struct {
	what            string
	began, healed   time.Time
	recovered       time.Duration // from healed until both nodes said that they are ready
	firstWriteAfter time.Duration // from healed until a write was acknowledged
}

func newFaults(t *testing.T) *faults {
	t.Helper()
	f := &faults{t: t, db: mongotest.StartOwn(t), post: opensPostOffice(t), stop: make(chan struct{}), healed: make(chan struct{}), acked: make(chan struct{}, 1)}
	f.uri = f.db.URI() + "faults"
	var err error
	f.store, err = mongo.Open(t.Context(), f.uri, mongo.Options{SweepEvery: -1, Patience: time.Minute})
	check(t, err)
	t.Cleanup(func() { check(t, f.store.Close()) })
	f.people()
	for n := range f.nodes {
		f.nodes[n] = &faultNode{f: f, name: fmt.Sprint("node ", n+1)}
		f.nodes[n].start()
	}
	return f
}

// people makes the consultation and the accounts.
func (f *faults) people() {
	f.t.Helper()
	svc := mailing(f.t, f.store)
	_, org, err := svc.MakeSignInLink(f.t.Context(), "org@example.org", "Org", models.RoleOrganiser)
	check(f.t, err)
	f.con = opensNow(f.t, svc, models.Actor{Participant: &org, Language: "en"})
	f.ideas, err = f.store.Ideas(f.t.Context(), models.IdeaFilter{ConsultationID: f.con.ID})
	check(f.t, err)
	for n := range faultClients {
		id, session := signsUp(f.t, svc, n)
		f.clients = append(f.clients, &faultClient{f: f, n: n, id: id, session: session, votes: map[int]*standing{}})
	}
}

// scaledAcks is how many acknowledged writes lie between two faults.
func scaledAcks() int64 {
	scale, err := strconv.ParseFloat(os.Getenv("FOLKMOOT_TEST_SCALE"), 64)
	if err != nil || scale <= 0 || scale > 1 {
		scale = 0.01
	}
	return max(40, int64(faultAcks*scale))
}

// begin lets all clients loose.
func (f *faults) begin() {
	for _, c := range f.clients {
		f.working.Go(c.works)
	}
}

// undisturbed measures how many writes two nodes take while nothing is wrong.
func (f *faults) undisturbed() {
	f.t.Helper()
	f.acknowledges(faultClients) // connections are there now
	began, from := time.Now(), f.acks.Load()
	f.acknowledges(2 * scaledAcks())
	f.rate = float64(f.acks.Load()-from) / time.Since(began).Seconds()
}

// acknowledges waits for so many more acknowledged writes.
func (f *faults) acknowledges(n int64) {
	f.t.Helper()
	from := f.acks.Load()
	f.eventually("acknowledged writes", 2*time.Minute+time.Duration(n)*time.Second/2, func() bool { return f.acks.Load() >= from+n })
}

// eventually waits until a condition holds; a test that waits too long has failed.
func (f *faults) eventually(what string, within time.Duration, holds func() bool) {
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

// over ends the load and waits for every client.
func (f *faults) over() {
	began := time.Now()
	close(f.stop)
	f.working.Wait()
	f.t.Logf("the last client had its answer after %v", time.Since(began).Round(time.Millisecond))
}
