package mongotest

import (
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy stands between a store and its database and spoils what passes.
type Proxy struct {
	t        testing.TB
	server   string
	listener net.Listener

	mu    sync.Mutex
	state state
	turn  chan struct{} // closed when the state changes
	pairs map[*pair]bool
}

// state is what a Proxy does with an answer.
type state struct {
	delay time.Duration // before it passes
	hole  bool          // it never comes, on this connection
	cut   bool          // connections break, new ones too
}

// pair are the two connections of one client.
type pair struct {
	client, server net.Conn
	dead           bool // something was lost in it
}

// StartProxy stands before the server of an address until the test ends.
func StartProxy(t testing.TB, uri string) *Proxy {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{t: t, server: u.Host, listener: l, turn: make(chan struct{}), pairs: map[*pair]bool{}}
	go p.accepts()
	t.Cleanup(func() { _ = l.Close(); p.set(state{cut: true}) })
	return p
}

// Through gives the address of a database as it is reached through the proxy.
func (p *Proxy) Through(uri string) string {
	return strings.Replace(uri, p.server, p.listener.Addr().String(), 1) + "?directConnection=true"
}

// Slow lets every answer wait.
func (p *Proxy) Slow(d time.Duration) { p.set(state{delay: d}) }

// Hole swallows everything: connections stay, and nothing comes of them any more.
func (p *Proxy) Hole() { p.set(state{hole: true}) }

// Cut breaks every connection, and new ones at once.
func (p *Proxy) Cut() { p.set(state{cut: true}) }

// Heal lets everything pass. A connection in which something was lost breaks.
func (p *Proxy) Heal() { p.set(state{}) }

func (p *Proxy) set(s state) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = s
	close(p.turn)
	p.turn = make(chan struct{})
	for x := range p.pairs {
		if s.cut || x.dead && !s.hole {
			x.close()
		}
	}
}

func (x *pair) close() {
	_ = x.client.Close()
	_ = x.server.Close()
}

func (p *Proxy) accepts() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.joins(client)
	}
}

// joins connects a client with the server.
func (p *Proxy) joins(client net.Conn) {
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		_ = client.Close()
		return
	}
	x := &pair{client: client, server: server}
	p.mu.Lock()
	p.pairs[x] = true
	cut := p.state.cut
	p.mu.Unlock()
	if cut {
		x.close()
	}
	go p.passes(x, client, server, false)
	p.passes(x, server, client, true)
	p.mu.Lock()
	delete(p.pairs, x)
	p.mu.Unlock()
}

// passes carries one direction until either end is closed.
func (p *Proxy) passes(x *pair, from, to net.Conn, answers bool) {
	defer x.close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if p.swallows(x, answers) {
			continue
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// swallows tells whether what has come is lost, after the time that an answer waits.
func (p *Proxy) swallows(x *pair, answers bool) bool {
	p.mu.Lock()
	s, turn := p.state, p.turn
	x.dead = x.dead || s.hole
	dead := x.dead
	p.mu.Unlock()
	if s.delay > 0 && answers && !dead {
		t := time.NewTimer(s.delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-turn:
		}
	}
	return dead
}
