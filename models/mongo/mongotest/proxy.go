package mongotest

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Proxy relays connections to a database and disturbs them.
type Proxy struct {
	server   string // the primary
	listener net.Listener

	mu      sync.Mutex
	state   state
	changed chan struct{} // closed when the state changes
	pairs   map[*pair]bool
}

// state is what a Proxy does.
type state struct {
	delay time.Duration // of each answer
	hole  bool          // nothing is relayed any more, and connections stay open
	cut   bool          // connections are closed, new ones too
}

// pair is the connection of a client and the one to the server.
type pair struct {
	client, server net.Conn
	lossy          bool // something was swallowed
}

// StartProxy starts a proxy before the primary of the server that uri names. It ends with
// the test.
func StartProxy(t testing.TB, uri string) *Proxy {
	t.Helper()
	server, err := primaryOf(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{server: server, listener: l, changed: make(chan struct{}), pairs: map[*pair]bool{}}
	go p.serve()
	t.Cleanup(func() { _ = l.Close(); p.set(state{cut: true}) })
	return p
}

// primaryOf returns the address of the primary.
func primaryOf(ctx context.Context, uri string) (string, error) {
	client, err := connect(uri)
	if err != nil {
		return "", err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	var hello struct {
		Primary string `bson:"primary"`
	}
	err = client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
	return hello.Primary, err
}

// Through returns the address of a database as it is reached through the proxy.
func (p *Proxy) Through(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	rest, _, _ = strings.Cut(rest, "?")
	_, name, _ := strings.Cut(rest, "/")
	return "mongodb://" + p.listener.Addr().String() + "/" + name + "?directConnection=true"
}

// Slow delays every answer.
func (p *Proxy) Slow(d time.Duration) { p.set(state{delay: d}) }

// Hole swallows everything: connections stay open and nothing comes through them.
func (p *Proxy) Hole() { p.set(state{hole: true}) }

// Cut closes every connection, and new ones at once.
func (p *Proxy) Cut() { p.set(state{cut: true}) }

// Heal relays everything again. A connection in which something was swallowed is closed.
func (p *Proxy) Heal() { p.set(state{}) }

func (p *Proxy) set(s state) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = s
	close(p.changed)
	p.changed = make(chan struct{})
	for x := range p.pairs {
		if s.cut || x.lossy && !s.hole {
			x.close()
		}
	}
}

func (x *pair) close() {
	_ = x.client.Close()
	_ = x.server.Close()
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.join(client)
	}
}

// join connects a client with the server until one of them closes.
func (p *Proxy) join(client net.Conn) {
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
	go p.relay(x, client, server, false)
	p.relay(x, server, client, true)
	p.mu.Lock()
	delete(p.pairs, x)
	p.mu.Unlock()
}

// relay carries one direction until either end is closed.
func (p *Proxy) relay(x *pair, from, to net.Conn, answers bool) {
	defer x.close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if p.swallow(x, answers) {
			continue
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// swallow reports whether what has come is lost; an answer that is not waits for its delay.
func (p *Proxy) swallow(x *pair, answers bool) bool {
	p.mu.Lock()
	s, changed := p.state, p.changed
	x.lossy = x.lossy || s.hole
	lossy := x.lossy
	p.mu.Unlock()
	if s.delay > 0 && answers && !lossy {
		t := time.NewTimer(s.delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-changed:
		}
	}
	return lossy
}
