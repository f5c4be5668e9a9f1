package main

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"folkmoot/models/mail"
)

// defaultListen is where serve listens unless told otherwise.
const defaultListen = "127.0.0.1:8080"

// siteURL is the base URL for commands that run without a server.
func (p *program) siteURL() string {
	if p.BaseURL != "" {
		return strings.TrimRight(p.BaseURL, "/")
	}
	return "http://" + defaultListen
}

// checkBaseURL gives a base URL without a slash at its end. It must be http or
// https with a host and nothing after it: the site lives at the root.
func checkBaseURL(raw string) (string, error) {
	raw = strings.TrimRight(raw, "/")
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
		u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", usage("cli.base_url.form", "url", raw)
	}
	return raw, nil
}

// checkListen refuses what is no host and port. The host may be empty: every
// address of this machine.
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

// baseURLOf derives the base URL from the listener, which is possible on this
// machine alone: nobody can tell from "0.0.0.0" what a site is called.
func baseURLOf(listen string, addr net.Addr) (string, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || !mail.Loopback(host) {
		return "", usage("cli.base_url.missing", "listen", listen)
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "", err
	}
	return "http://" + net.JoinHostPort(host, port), nil
}

// onThisMachine tells whether a listener and a base URL can be reached from this
// machine alone.
func onThisMachine(addr net.Addr, base string) bool {
	tcp, ok := addr.(*net.TCPAddr)
	u, err := url.Parse(base)
	return ok && err == nil && tcp.IP.IsLoopback() && mail.Loopback(u.Hostname())
}

// checkProxies refuses what is neither an address nor a network.
func checkProxies(list []string) error {
	for _, s := range list {
		_, bad := netip.ParseAddr(s)
		if _, err := netip.ParsePrefix(s); err != nil && bad != nil {
			return usage("cli.proxy", "proxy", s)
		}
	}
	return nil
}
