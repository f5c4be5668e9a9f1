//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// nodeMemory is what no node may need, whatever happens to its database.
const nodeMemory = 256 << 20

// nodeHTTP is what all clients share. It waits longer than any answer may take.
var nodeHTTP = &http.Client{
	Timeout:       45 * time.Second,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// node is a server as a process of its own, which a test kills and starts again.
type node struct {
	t    *testing.T
	name string
	args []string

	mu      sync.Mutex
	life    *nodeLife // nil: killed
	largest int64     // resident memory that was seen, in bytes
}

// nodeLife is a node from a start to a kill.
type nodeLife struct {
	*process
	killed atomic.Bool
}

// base returns the address that requests begin with.
func (l *nodeLife) base() string { return "http://" + l.address }

func (n *node) start() {
	n.t.Helper()
	p := startServer(n.t, n.args...)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.life = &nodeLife{process: p}
}

// kill is kill -9.
func (n *node) kill() {
	n.weigh()
	n.mu.Lock()
	l := n.life
	n.life = nil
	n.mu.Unlock()
	l.killed.Store(true)
	l.kill()
}

// alive returns the running process, nil while the node is killed.
func (n *node) alive() *nodeLife {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.life
}

// ready asks the node whether it can work.
func (n *node) ready() bool { return n.answers("/readyz") == http.StatusOK }

// answers returns the status of a page, 0 if there is no answer.
func (n *node) answers(path string) int {
	l := n.alive()
	if l == nil {
		return 0
	}
	resp, err := nodeHTTP.Get(l.base() + path)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// weigh notes how much memory the process has, where the system tells.
func (n *node) weigh() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.life == nil {
		return
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", n.life.cmd.Process.Pid))
	if fields := strings.Fields(string(raw)); err == nil && len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		n.largest = max(n.largest, pages*int64(os.Getpagesize()))
	}
}
