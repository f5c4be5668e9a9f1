// Package storetest is the contract that every models.Store passes: what each
// method does, what it refuses, in which order and in which pages it lists, and
// what holds when many write at once and after a restart. It speaks to a store
// through models.Store alone.
package storetest

import (
	"context"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"folkmoot/models"
)

// Open returns a fresh, empty store that reads the time from clock. It closes the
// store by t.Cleanup; a case may have closed it before.
type Open func(t *testing.T, clock models.Clock) models.Store

// Reopen prepares one empty place for a store and returns what opens it, again
// and again. Each opening is closed by t.Cleanup; a case may have closed it before.
type Reopen func(t *testing.T) Open

// testCase is one behaviour, named as a sentence.
type testCase struct {
	name string
	run  func(e *env)
}

// feature is what one file of the contract holds.
type feature struct {
	name  string
	cases []testCase
}

// features lists the contract in the order of models.Store.
func features() []feature {
	return []feature{
		{"site", siteCases},
		{"consultation", consultationCases},
		{"idea", ideaCases},
		{"reply", replyCases},
		{"thread", threadCases},
		{"vote", voteCases},
		{"people", peopleCases},
		{"link", linkCases},
		{"ballot", ballotCases},
		{"queue", queueCases},
		{"moderation", moderationCases},
		{"result", resultCases},
		{"response", responseCases},
		{"job", jobCases},
		{"search", searchCases},
		{"importing", importingCases},
		{"audit", auditCases},
		{"verify", verifyCases},
		{"copy", copyCases},
	}
}

// Run runs the contract, each case on a store of its own.
func Run(t *testing.T, open Open) {
	for _, f := range features() {
		t.Run(f.name, func(t *testing.T) {
			for _, c := range f.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.run(newEnv(t, open))
				})
			}
		})
	}
}

// RunRaces runs the cases with many concurrent writers.
func RunRaces(t *testing.T, open Open) {
	for _, c := range raceCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(newEnv(t, open))
		})
	}
}

// RunRestart runs the cases about what survives closing and opening again.
func RunRestart(t *testing.T, reopen Reopen) {
	for _, c := range restartCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(newEnv(t, reopen(t)))
		})
	}
}

// RunNodes runs the cases with two programs on one store, races included.
func RunNodes(t *testing.T, reopen Reopen) {
	for _, c := range slices.Concat(nodeCases, raceCases) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, reopen(t))
			e.nodes = []models.Store{e.store, e.again()}
			c.run(e)
		})
	}
}

// Names returns the names of all cases, as "feature/behaviour".
func Names() (names []string) {
	all := append(features(), feature{"race", raceCases}, feature{"restart", restartCases},
		feature{"nodes", slices.Concat(nodeCases, raceCases)})
	for _, f := range all {
		for _, c := range f.cases {
			names = append(names, f.name+"/"+c.name)
		}
	}
	for _, w := range interruptedWrites {
		for _, f := range faults {
			names = append(names, "interrupted/"+w.name+": "+f.name)
		}
	}
	return names
}

// reporter is what *testing.T and *rapid.T have in common.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// env is the state of one case: a store, its clock and the builders of fixtures.go.
type env struct {
	reporter
	ctx   context.Context
	clock *Clock
	store models.Store
	nodes []models.Store      // several programs on one place, store among them; nil: store alone
	again func() models.Store // opens once more: a fresh store in Run, the same in RunRestart
	ids   *atomic.Int64
}

// at returns the node that the wth of many clients uses.
func (e *env) at(w int) models.Store {
	if len(e.nodes) == 0 {
		return e.store
	}
	return e.nodes[w%len(e.nodes)]
}

// nextNode makes the next node the one that the case uses.
func (e *env) nextNode() {
	next := (slices.Index(e.nodes, e.store) + 1) % len(e.nodes)
	e.store = e.nodes[next]
}

// start is the time at which every case begins.
var start = time.Date(2027, 3, 1, 9, 30, 15, 123_000_000, time.UTC)

func newEnv(t *testing.T, open Open) *env {
	clock := NewClock(start)
	e := &env{reporter: t, ctx: t.Context(), clock: clock, ids: new(atomic.Int64)}
	e.again = func() models.Store { return open(t, clock) }
	e.store = e.again()
	return e
}

// on returns a copy of e that reports to another test, as rapid passes one.
func (e *env) on(r reporter) *env {
	other := *e
	other.reporter = r
	return &other
}

// scaled returns full in a full-size run (FOLKMOOT_TEST_SCALE=1), the like
// fraction of it at other scales and a hundredth unless told.
func scaled(full int) int {
	scale, err := strconv.ParseFloat(os.Getenv("FOLKMOOT_TEST_SCALE"), 64)
	if err != nil || scale <= 0 {
		scale = 0.01
	}
	return max(1, int(float64(full)*min(scale, 1)))
}
