package main

import (
	"net"
	"net/netip"
	"strings"

	"folkmoot/models/mail"
)

// defaultListen is the default of --listen.
const defaultListen = "127.0.0.1:8080"

// checkListen returns a usage error unless listen is a host and a port. An empty host
// means all interfaces.
func checkListen(listen string) error {
	_, port, err := net.SplitHostPort(listen)
	if err == nil && port != "" {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" {
		return usage("cli.listen.form", "listen", listen)
	}
	return nil
}

// checkProxies returns a usage error unless each entry is an IP address or network.
func checkProxies(list []string) error {
	for _, s := range list {
		s = strings.TrimSpace(s)
		addr, bad := netip.ParseAddr(s)
		if _, err := netip.ParsePrefix(s); err != nil && (bad != nil || addr.Zone() != "") {
			return usage("cli.proxy", "proxy", s)
		}
	}
	return nil
}

// loopbackOnly reports whether both the listener and the base URL are on loopback.
func loopbackOnly(addr net.Addr, base string) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback() && mail.Loopback(baseHost(base))
}
