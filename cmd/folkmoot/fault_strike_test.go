//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// faultNode is one of the nodes: a process that is killed and started again.
type faultNode struct {
	f    *faults
	name string

	mu      sync.Mutex
	server  *process // nil: killed
	largest int64    // resident memory that was seen, in bytes
}

// start runs the node as a host would.
func (n *faultNode) start() {
	n.f.t.Helper()
	p := startServer(n.f.t, "--store", n.f.uri, "--base-url", faultBase, "--smtp", n.f.post.url(), "--no-limits", "--no-access-log")
	n.mu.Lock()
	defer n.mu.Unlock()
	n.server = p
}

// kill is kill -9.
func (n *faultNode) kill() {
	n.weigh()
	n.mu.Lock()
	p := n.server
	n.server = nil
	n.mu.Unlock()
	p.kill()
}

// base is its address, "" while it is killed.
func (n *faultNode) base() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server == nil {
		return ""
	}
	return "http://" + n.server.address
}

// ready asks the node whether it can work.
func (n *faultNode) ready() bool { return n.answers("/readyz") == http.StatusOK }

// answers gives the status of a page, 0 if there is no answer.
func (n *faultNode) answers(path string) int {
	resp, err := faultHTTP.Get(n.base() + path)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// weigh looks how much memory the process has, where the system tells.
func (n *faultNode) weigh() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server == nil {
		return
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", n.server.cmd.Process.Pid))
	if fields := strings.Fields(string(raw)); err == nil && len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		n.largest = max(n.largest, pages*int64(os.Getpagesize()))
	}
}

// strike lets one fault happen under load, ends it, and waits until all is well again.
// The last one is the second node's death: it stays dead until the tallies are right.
func (f *faults) strike(n int) {
	f.t.Helper()
	f.acknowledges(scaledAcks())
	plan := []func() struck{f.killNode(0), f.freeze, f.killNode(1), f.killDatabase}
	if n == faultCount-1 {
		began := time.Now()
		f.killInSending(1)
		f.strikes = append(f.strikes, struck{what: "node 2 is killed for good", began: began, healed: time.Now()})
		return
	}
	s := plan[n%len(plan)]()
	s.healed = time.Now()
	close(f.newFault())
	from := f.acks.Load()
	f.eventually("an acknowledged write after: "+s.what, time.Minute, func() bool { return f.acks.Load() > from })
	s.firstWriteAfter = time.Since(s.healed)
	f.eventually("both nodes ready after: "+s.what, time.Minute, func() bool { return f.nodes[0].ready() && f.nodes[1].ready() })
	s.recovered = time.Since(s.healed)
	f.strikes = append(f.strikes, s)
	f.nodes[0].weigh()
	f.nodes[1].weigh()
}

// newFault gives the channel on which clients wait for the end of the fault, and puts
// another in its place.
func (f *faults) newFault() chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.healed
	f.healed = make(chan struct{})
	return old
}

// killNode kills a node; the other one goes on alone, then it is started again.
func (f *faults) killNode(n int) func() struck {
	return func() struck {
		f.t.Helper()
		s := struck{what: f.nodes[n].name + " is killed", began: time.Now()}
		f.killInSending(n)
		f.acknowledges(faultClients / 4)
		f.nodes[n].start()
		return s
	}
}

// killInSending kills a node between sending a message and noting that it has gone: more
// wait for the mail server's answer than one node sends at a time.
func (f *faults) killInSending(n int) {
	f.t.Helper()
	f.post.hold()
	f.eventually("messages of both nodes in hand", time.Minute, func() bool { return f.post.waiting() > 4 })
	f.nodes[n].kill()
	f.post.release()
}

// freeze stops the database until the nodes have given up on it.
func (f *faults) freeze() struck {
	f.t.Helper()
	s := struck{what: "the database is frozen", began: time.Now()}
	f.db.Freeze()
	f.refuses()
	f.db.Thaw()
	return s
}

// killDatabase kills the database and starts it on what it has kept.
func (f *faults) killDatabase() struck {
	f.t.Helper()
	s := struck{what: "the database is killed", began: time.Now()}
	f.db.Kill()
	f.refuses()
	f.db.Start()
	return s
}

// refuses waits until writes get 503 and both nodes say that they live and are not ready.
func (f *faults) refuses() {
	f.t.Helper()
	from := f.busy.Load()
	var asked sync.WaitGroup
	for _, n := range f.nodes {
		asked.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			for n.answers("/readyz") != http.StatusServiceUnavailable {
				if ctx.Err() != nil {
					f.t.Errorf("%s says that it is ready while the database is away", n.name)
					return
				}
			}
			if got := n.answers("/healthz"); got != http.StatusOK {
				f.t.Errorf("%s: /healthz gave %d while the database was away", n.name, got)
			}
		})
	}
	f.eventually("answers of 503", time.Minute, func() bool { return f.busy.Load() >= from+faultClients/8 })
	asked.Wait()
}
