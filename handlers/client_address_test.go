package handlers

import (
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// withContext runs fn on one request from the address, with header lines in pairs.
func withContext(t *testing.T, peer string, req *fasthttp.Request, fn func(*fiber.Ctx)) {
	t.Helper()
	app := fiber.New()
	var raw fasthttp.RequestCtx
	raw.Init(req, &net.TCPAddr{IP: net.ParseIP(peer), Port: 40000}, nil)
	c := app.AcquireCtx(&raw)
	defer app.ReleaseCtx(c)
	fn(c)
}

// TestNetwork believes X-Forwarded-For from the right, as far as trusted proxies wrote it.
func TestNetwork(t *testing.T) {
	proxies := []string{"10.0.0.0/8", "fd00::/8", "192.0.2.1"}
	for _, c := range []struct {
		name    string
		proxies []string
		peer    string
		lines   []string
		want    string
	}{
		{"no header", proxies, "10.0.0.1", nil, "10.0.0.1"},
		{"no proxies, a forged header", nil, "10.0.0.1", []string{"198.51.100.7"}, "10.0.0.1"},
		{"an untrusted peer's header", proxies, "203.0.113.9", []string{"198.51.100.7"}, "203.0.113.9"},
		{"the neighbour of a trusted address", proxies, "192.0.2.2", []string{"198.51.100.7"}, "192.0.2.2"},
		{"a trusted address", proxies, "192.0.2.1", []string{"198.51.100.7"}, "198.51.100.7"},
		{"a trusted network", proxies, "10.1.2.3", []string{"198.51.100.7"}, "198.51.100.7"},
		{"the visitor forged what stands on the left", proxies, "10.0.0.1", []string{"1.2.3.4, 198.51.100.7"}, "198.51.100.7"},
		{"the visitor forged a trusted address", proxies, "10.0.0.1", []string{"10.9.9.9, 198.51.100.7"}, "198.51.100.7"},
		{"two proxies", proxies, "10.0.0.1", []string{"1.2.3.4, 198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		{"trusted all the way", proxies, "10.0.0.1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"several lines", proxies, "10.0.0.1", []string{"1.2.3.4", "198.51.100.7", "10.0.0.2"}, "198.51.100.7"},
		{"several lines, the last is the nearest", proxies, "10.0.0.1", []string{"198.51.100.7", "203.0.113.9"}, "203.0.113.9"},
		{"no spaces", proxies, "10.0.0.1", []string{"1.2.3.4,198.51.100.7"}, "198.51.100.7"},
		{"nonsense at the end", proxies, "10.0.0.1", []string{"198.51.100.7, unknown"}, "10.0.0.1"},
		{"nonsense further left", proxies, "10.0.0.1", []string{"<script>, 10.0.0.2"}, "10.0.0.2"},
		{"an empty line", proxies, "10.0.0.1", []string{""}, "10.0.0.1"},
		{"a port", proxies, "10.0.0.1", []string{"203.0.113.5:51234"}, "203.0.113.5"},
		{"a port on each hop", proxies, "10.0.0.1", []string{"1.2.3.4:1, 203.0.113.5:51234, 10.0.0.2:80"}, "203.0.113.5"},
		{"quotes, brackets and a port", proxies, "10.0.0.1", []string{`"[2001:db8::1]:443"`}, "2001:db8::/64"},
		{"brackets and a port", proxies, "10.0.0.1", []string{"[2001:db8::1]:443"}, "2001:db8::/64"},
		{"brackets", proxies, "10.0.0.1", []string{"[2001:db8::1]"}, "2001:db8::/64"},
		{"quotes", proxies, "10.0.0.1", []string{`"203.0.113.5"`}, "203.0.113.5"},
		{"quotes and a port", proxies, "10.0.0.1", []string{`1.2.3.4, "203.0.113.5:51234"`}, "203.0.113.5"},
		{"a zone", proxies, "10.0.0.1", []string{"fe80::1%eth0"}, "fe80::/64"},
		{"a zone, brackets and a port", proxies, "10.0.0.1", []string{"[fe80::1%eth0]:80"}, "fe80::/64"},
		{"IPv4 written as IPv6, with a port", proxies, "10.0.0.1", []string{"[::ffff:203.0.113.5]:80"}, "203.0.113.5"},
		{"a trusted proxy with a port", proxies, "10.0.0.1", []string{"203.0.113.5:1, [fd00::2]:2"}, "203.0.113.5"},
		{"one quote", proxies, "10.0.0.1", []string{`"203.0.113.5`}, "10.0.0.1"},
		{"one bracket", proxies, "10.0.0.1", []string{"[2001:db8::1"}, "10.0.0.1"},
		{"IPv4 in brackets", proxies, "10.0.0.1", []string{"[203.0.113.5]"}, "10.0.0.1"},
		{"no port after the colon", proxies, "10.0.0.1", []string{"203.0.113.5:"}, "10.0.0.1"},
		{"a port that is none", proxies, "10.0.0.1", []string{"203.0.113.5:99999"}, "10.0.0.1"},
		{"IPv6 is cut to its network", nil, "2001:db8:1:2:3:4:5:6", nil, "2001:db8:1:2::/64"},
		{"the same network", nil, "2001:db8:1:2:ffff::1", nil, "2001:db8:1:2::/64"},
		{"the next network", nil, "2001:db8:1:3::1", nil, "2001:db8:1:3::/64"},
		{"IPv6 behind an IPv6 proxy", proxies, "fd00::1", []string{"2001:db8:1:2::9"}, "2001:db8:1:2::/64"},
		{"IPv4 written as IPv6", nil, "::ffff:198.51.100.7", nil, "198.51.100.7"},
		{"IPv4 written as IPv6, forwarded", proxies, "10.0.0.1", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		{"a trusted IPv4 written as IPv6", proxies, "::ffff:10.0.0.1", []string{"198.51.100.7"}, "198.51.100.7"},
	} {
		nets, err := parseProxies(c.proxies)
		must(t, err)
		s := &Server{Options: Options{Log: slog.New(slog.DiscardHandler)}, proxies: nets}
		var req fasthttp.Request
		for _, line := range c.lines {
			req.Header.Add(fiber.HeaderXForwardedFor, line)
		}
		withContext(t, c.peer, &req, func(ctx *fiber.Ctx) {
			if got := s.clientNetwork(ctx); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		})
	}
	if got := masked(nil); got != "unknown" {
		t.Errorf("no address is %q", got)
	}
}

// TestForwardedWarnings logs each kind of unusable header once, without a visitor's
// address.
func TestForwardedWarnings(t *testing.T) {
	for _, c := range []struct {
		name, peer, header string
		want, wantNot      string
	}{
		{"usable", "10.0.0.1", `"[2001:db8::1]:443"`, "", "level=WARN"},
		{"no header", "203.0.113.9", "", "", "level=WARN"},
		{"no address", "10.0.0.1", "203.0.113.5;51234", "proxy=10.0.0.1 entry=000.0.000.0;00000", "203.0.113.5"},
		{"further left", "10.0.0.1", "unknown, 10.0.0.2", "proxy=10.0.0.2 entry=unknown", ""},
		{"an untrusted peer", "203.0.113.9", "198.51.100.7", `peer="a public address"`, "203.0.113.9"},
		{"a proxy that is not named", "127.0.0.1", "198.51.100.7", "peer=127.0.0.1", "198.51.100.7"},
	} {
		nets, err := parseProxies([]string{"10.0.0.0/8"})
		must(t, err)
		var log strings.Builder
		s := &Server{Options: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, proxies: nets}
		for range 3 {
			var req fasthttp.Request
			if c.header != "" {
				req.Header.Set(fiber.HeaderXForwardedFor, c.header)
			}
			withContext(t, c.peer, &req, func(ctx *fiber.Ctx) { s.clientNetwork(ctx) })
		}
		if got := log.String(); !strings.Contains(got, c.want) || c.wantNot != "" && strings.Contains(got, c.wantNot) || strings.Count(got, "\n") != min(1, len(c.want)) {
			t.Errorf("%s: %q, want one line with %q and without %q", c.name, got, c.want, c.wantNot)
		}
	}
}

// TestParseProxies reads addresses and networks, and names what it cannot read.
func TestParseProxies(t *testing.T) {
	nets, err := parseProxies([]string{"10.0.0.1", " 192.0.2.0/24 ", "::1", "fd00::/8"})
	must(t, err)
	want := []string{"10.0.0.1/32", "192.0.2.0/24", "::1/128", "fd00::/8"}
	for i, n := range nets {
		if n.String() != want[i] {
			t.Errorf("%s, want %s", n, want[i])
		}
	}
	if len(nets) != len(want) {
		t.Errorf("%v, want %v", nets, want)
	}
	for _, bad := range []string{"", "proxy.example", "10.0.0.0/33", "10.0.0.1:80", "10.0.0", "fd00::/129", "10.0.0.1,10.0.0.2", "*"} {
		if nets, err := parseProxies([]string{"10.0.0.1", bad}); err == nil || nets != nil {
			t.Errorf("%q was read as %v", bad, nets)
		}
	}
	if _, err := New(Options{BaseURL: testBase, TrustedProxies: []string{"nowhere"}}); err == nil {
		t.Error("a server came up with a proxy that it cannot read")
	}
}
