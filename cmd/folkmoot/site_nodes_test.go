package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/sqlite"
)

// place is where a site lives: how many nodes it has, and what opens the store of one.
type place struct {
	nodes int
	open  func(t *testing.T, clock models.Clock) models.Store
}

// onFile is one node on a file.
func onFile(t *testing.T) place {
	file := filepath.Join(t.TempDir(), "folkmoot.db")
	return place{1, func(t *testing.T, clock models.Clock) models.Store {
		store, err := sqlite.Open(t.Context(), file, sqlite.Options{Clock: clock})
		check(t, err)
		return store
	}}
}

// onDatabase is two nodes on a MongoDB, whose time is the test's.
func onDatabase(t *testing.T) place {
	uri := mongotest.Database(t)
	return place{2, func(t *testing.T, clock models.Clock) models.Store {
		store, err := mongo.Open(t.Context(), uri, mongo.Options{Clock: clock, Patience: time.Minute})
		check(t, err)
		return store
	}}
}

// everywhere runs a test at each place that a site may live in.
func everywhere(t *testing.T, run func(t *testing.T, at func(*testing.T) place)) {
	t.Run("one node on SQLite", func(t *testing.T) { run(t, onFile) })
	t.Run("two nodes on MongoDB", func(t *testing.T) { run(t, onDatabase) })
}

// alternation is a proxy that sends each request to another node than the one before,
// whatever connection it comes on. Files under /public/ alternate by themselves, so that
// no page always meets the same node.
type alternation struct {
	nodes []*url.URL
	mu    sync.Mutex
	turn  map[bool]int // by whether it is a file
	took  []int        // pages and forms that each node has answered
}

// proxied puts the proxy before the nodes and returns its address. At the end both must
// have answered about half.
func proxied(t *testing.T, listeners []net.Listener) string {
	t.Helper()
	a := &alternation{turn: map[bool]int{}, took: make([]int, len(listeners))}
	for _, l := range listeners {
		a.nodes = append(a.nodes, &url.URL{Scheme: "http", Host: l.Addr().String()})
	}
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: a.rewrite, ModifyResponse: a.answered})
	t.Cleanup(func() {
		front.Close()
		if d := a.took[0] - a.took[1]; !t.Failed() && (d < -1 || d > 1 || a.took[0] < 5) {
			t.Errorf("the nodes answered %v requests: not about half each", a.took)
		}
	})
	return front.URL
}

func isFile(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/public/") }

func (a *alternation) rewrite(r *httputil.ProxyRequest) {
	a.mu.Lock()
	n := a.turn[isFile(r.In)]
	a.turn[isFile(r.In)] = (n + 1) % len(a.nodes)
	a.mu.Unlock()
	r.SetURL(a.nodes[n])
	r.SetXForwarded()
	r.Out.Host = r.In.Host
}

func (a *alternation) answered(r *http.Response) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for n, node := range a.nodes {
		if r.Request.URL.Host == node.Host && !isFile(r.Request) {
			a.took[n]++
		}
	}
	return nil
}
