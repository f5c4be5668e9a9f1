package mongo

import (
	"flag"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/storetest"
)

// TestMain lets more tests run at once and tries properties less often than on a file,
// unless told otherwise: each write is several round trips to a server, and tests mostly wait.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"test.parallel": "8", "rapid.checks": "20"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	flag.Parse()
	m.Run()
}

// TestContract holds the store to the contract of every store.
func TestContract(t *testing.T) {
	needServer(t)
	t.Log("server: " + serverName(t))
	storetest.Run(t, func(t *testing.T, clock models.Clock) models.Store {
		return openAt(t, freshDatabase(t), underTest(clock))
	})
}

// TestContractRaces holds it to what many who write at once may expect.
func TestContractRaces(t *testing.T) {
	needServer(t)
	storetest.RunRaces(t, func(t *testing.T, clock models.Clock) models.Store {
		return openAt(t, freshDatabase(t), underTest(clock))
	})
}

// TestContractRestart holds it to what survives closing and opening.
func TestContractRestart(t *testing.T) {
	needServer(t)
	storetest.RunRestart(t, func(t *testing.T) storetest.Open {
		uri := freshDatabase(t)
		return func(t *testing.T, clock models.Clock) models.Store { return openAt(t, uri, underTest(clock)) }
	})
}

// TestContractNodes holds it to what two nodes on one database may expect.
func TestContractNodes(t *testing.T) {
	needServer(t)
	storetest.RunNodes(t, func(t *testing.T) storetest.Open {
		uri := freshDatabase(t)
		return func(t *testing.T, clock models.Clock) models.Store { return openAt(t, uri, underTest(clock)) }
	})
}

// TestContractInterrupted holds it to what is left of writes that were interrupted.
func TestContractInterrupted(t *testing.T) {
	needServer(t)
	storetest.RunInterrupted(t, func(t *testing.T) storetest.OpenNode {
		uri := freshDatabase(t)
		return func(t *testing.T, clock models.Clock) storetest.Node {
			s := openAt(t, uri, underTest(clock))
			d := &disturbance{}
			s.db.Disturb(d.step)
			return storetest.Node{Store: s, Disturb: d.disturb}
		}
	})
}

// disturbance counts the writing commands of one store and lets one meet a fault.
type disturbance struct {
	mu      sync.Mutex
	armed   bool
	left    int // commands before the fault
	fault   storetest.Fault
	reached bool
	dead    bool
}

func (d *disturbance) disturb(n int, f storetest.Fault) (reached func() bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.armed, d.left, d.fault = true, n, f
	return func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.armed = false
		return d.reached
	}
}

func (d *disturbance) step(string) engine.Verdict {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.dead:
		return engine.Stop
	case !d.armed || d.reached:
		return engine.Proceed
	case d.left > 0:
		d.left--
		return engine.Proceed
	}
	d.reached = true
	if d.fault == storetest.Lose {
		return engine.Lose
	}
	d.dead = true
	return engine.Stop
}

// serverName says what the tests ran on.
func serverName(t *testing.T) string {
	t.Helper()
	s := openAt(t, freshDatabase(t), Options{})
	var build struct {
		Version string `bson:"version"`
	}
	if err := s.db.Command(t.Context(), eq("buildInfo", 1), &build); err != nil {
		t.Fatal(err)
	}
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	if err := s.db.Command(t.Context(), eq("hello", 1), &hello); err != nil {
		t.Fatal(err)
	}
	if hello.Msg == "isdbgrid" {
		return "MongoDB " + build.Version + ", a sharded cluster"
	}
	return "MongoDB " + build.Version + ", a replica set"
}

// underTest are options for a test server on a busy machine.
func underTest(clock models.Clock) Options { return Options{Clock: clock, Patience: time.Minute} }

// needServer skips a test where there is no database to hold it on.
func needServer(t *testing.T) string {
	t.Helper()
	return mongotest.Server(t)
}

// freshDatabase returns the address of a database that is not there yet and is dropped
// at the end of the test.
func freshDatabase(t testing.TB) string {
	t.Helper()
	return mongotest.Database(t)
}

func openAt(t *testing.T, uri string, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), uri, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
