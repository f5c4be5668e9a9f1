package handlers

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"

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

// network names where a request comes from: the address, an IPv6 one cut to /64.
// X-Forwarded-For counts only as far as trusted proxies wrote it, from the right.
func (s *Server) network(c *fiber.Ctx) string {
	at := c.Context().RemoteIP()
	lines := c.Request().Header.PeekAll(fiber.HeaderXForwardedFor)
	hops := strings.Split(string(bytes.Join(lines, []byte(","))), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(at); i-- {
		next := net.ParseIP(strings.TrimSpace(hops[i]))
		if next == nil {
			break
		}
		at = next
	}
	return masked(at)
}

func (s *Server) trusted(ip net.IP) bool {
	for _, n := range s.proxies {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// onThisMachine tells whether the request comes from this machine and means it: by
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
