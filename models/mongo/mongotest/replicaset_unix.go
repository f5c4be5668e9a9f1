//go:build unix

package mongotest

import (
	"syscall"
	"testing"
)

// Own is a replica set that a test has for itself and whose members it may kill.
type Own struct {
	t testing.TB
	*ReplicaSet
}

// StartOwn starts a replica set of n members, which ends with the test. Where there is no
// mongod the test is skipped and says how to run it; in CI that is a failure.
func StartOwn(t testing.TB, n int) *Own {
	t.Helper()
	mongod, err := Mongod()
	if err != nil {
		missing(t, "needs a MongoDB of its own to kill: set FOLKMOOT_TEST_MONGOD to the path of a mongod (.ci/mongodb fetches one) and run this test again")
	}
	set, err := StartReplicaSet(t.Context(), mongod, t.TempDir(), n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for n := range set.members {
			set.signal(n, syscall.SIGCONT)
		}
		if err := set.Stop(); err != nil {
			t.Error(err)
		}
	})
	return &Own{t, set}
}

// Primary waits for a primary and returns its number.
func (o *Own) Primary() int {
	o.t.Helper()
	n, err := o.ReplicaSet.Primary(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// Healthy reports whether there is one primary and all other members follow it.
func (o *Own) Healthy() bool { return o.ReplicaSet.Healthy(o.t.Context()) }

// Start starts a member that was killed, and waits until it answers.
func (o *Own) Start(n int) {
	o.t.Helper()
	if err := o.ReplicaSet.Start(o.t.Context(), n); err != nil {
		o.t.Fatal(err)
	}
}

// Kill ends a member with SIGKILL.
func (o *Own) Kill(n int) {
	o.t.Helper()
	if err := o.members[n].kill(); err != nil {
		o.t.Fatal(err)
	}
}

// Freeze stops a member with SIGSTOP: its connections stay, and nothing comes from them.
func (o *Own) Freeze(n int) { o.signal(n, syscall.SIGSTOP) }

// Thaw lets a frozen member go on.
func (o *Own) Thaw(n int) { o.signal(n, syscall.SIGCONT) }

func (r *ReplicaSet) signal(n int, s syscall.Signal) {
	if p := r.members[n].running; p != nil {
		_ = p.Process.Signal(s)
	}
}
