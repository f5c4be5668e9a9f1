package handlers

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// parseProxies reads addresses and networks: "10.0.0.1", "fd00::/8".
func parseProxies(list []string) ([]*net.IPNet, error) {
	var nets []*net.IPNet
	for _, p := range list {
		p = strings.TrimSpace(p)
		if ip := net.ParseIP(p); ip != nil {
			if ip4 := ip.To4(); ip4 != nil {
				ip = ip4
			}
			p = fmt.Sprintf("%s/%d", ip, 8*len(ip))
		}
		_, n, err := net.ParseCIDR(p)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: %w", p, err)
		}
		nets = append(nets, n)
	}
	return nets, nil
}

// forwardedWarnings logs each kind of unusable X-Forwarded-For header once.
type forwardedWarnings struct{ untrusted, unparsed sync.Once }

// clientNetwork returns the network that a request comes from: the IPv4 address, or the /64
// of an IPv6 address. X-Forwarded-For is read from the right, as far as trusted proxies
// wrote it. An entry that cannot be parsed ends the reading.
func (s *Server) clientNetwork(c *fiber.Ctx) string {
	at := c.Context().RemoteIP()
	lines := c.Request().Header.PeekAll(fiber.HeaderXForwardedFor)
	if len(lines) == 0 {
		return masked(at)
	}
	if !s.trusted(at) {
		s.warnUntrusted(at)
		return masked(at)
	}
	hops := strings.Split(string(bytes.Join(lines, []byte(","))), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(at); i-- {
		next := parseHop(hops[i])
		if next == nil {
			s.warnUnparsed(at, hops[i])
			break
		}
		at = next
	}
	return masked(at)
}

// parseHop returns the address in one entry of X-Forwarded-For, or nil. Proxies write
// it bare, in brackets, with a port, and in quotes.
func parseHop(hop string) net.IP {
	hop = strings.TrimSpace(hop)
	if n := len(hop); n >= 2 && hop[0] == '"' && hop[n-1] == '"' {
		hop = strings.TrimSpace(hop[1 : n-1])
	}
	if at, err := netip.ParseAddrPort(hop); err == nil {
		return at.Addr().AsSlice()
	}
	if n := len(hop); n >= 2 && hop[0] == '[' && hop[n-1] == ']' {
		hop = hop[1 : n-1]
		if !strings.Contains(hop, ":") {
			return nil
		}
	}
	at, err := netip.ParseAddr(hop)
	if err != nil {
		return nil
	}
	return at.AsSlice() // without the zone
}

// warnUntrusted logs once that a header was ignored. The peer may be a visitor, whose
// address no log holds; a proxy is usually on a private address.
func (s *Server) warnUntrusted(peer net.IP) {
	s.forwarded.untrusted.Do(func() {
		shown := "a public address"
		if peer.IsLoopback() || peer.IsPrivate() || peer.IsLinkLocalUnicast() {
			shown = peer.String()
		}
		s.Log.Warn("X-Forwarded-For ignored: the peer is not a trusted proxy; if it is yours, name it with --trusted-proxy, "+
			"or all visitors share its limits", "peer", shown)
	})
}

// warnUnparsed logs once that a trusted proxy's entry is no address. Its digits are
// replaced, since the entry may hold a visitor's address.
func (s *Server) warnUnparsed(proxy net.IP, hop string) {
	s.forwarded.unparsed.Do(func() {
		s.Log.Warn("X-Forwarded-For of a trusted proxy cannot be parsed: its visitors share the proxy's limits",
			"proxy", proxy.String(), "entry", entryShape(hop))
	})
}

// entryShape returns the first characters of an entry with each hexadecimal digit
// replaced by 0.
func entryShape(hop string) string {
	shape := []rune(strings.TrimSpace(hop))
	for i, r := range shape {
		if '0' <= r && r <= '9' || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F' {
			shape[i] = '0'
		}
	}
	return string(shape[:min(len(shape), 60)])
}

func (s *Server) trusted(ip net.IP) bool {
	for _, n := range s.proxies {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// onThisMachine reports whether the request comes from this machine and means it: by
// the name in the base URL, past no proxy or tunnel.
func (s *Server) onThisMachine(c *fiber.Ctx) bool {
	header := &c.Request().Header
	for _, name := range []string{fiber.HeaderXForwardedFor, fiber.HeaderXForwardedHost, fiber.HeaderXForwardedProto, fiber.HeaderForwarded, "X-Real-Ip"} {
		if len(header.Peek(name)) > 0 {
			return false
		}
	}
	return c.Context().RemoteIP().IsLoopback() && string(header.Host()) == s.base.Host
}

func masked(ip net.IP) string {
	addr, ok := netip.AddrFromSlice(ip)
	if !ok {
		return "unknown"
	}
	addr = addr.Unmap()
	if addr.Is4() {
		return addr.String()
	}
	prefix, _ := addr.Prefix(64)
	return prefix.String()
}
