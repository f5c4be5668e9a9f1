package main

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"folkmoot/models/mail"
)

// defaultListen is the default of --listen.
const defaultListen = "127.0.0.1:8080"

// siteURL returns the base URL for commands that run without a server.
func (p *program) siteURL() string {
	if p.BaseURL != "" {
		return strings.TrimRight(p.BaseURL, "/")
	}
	return "http://" + defaultListen
}

// checkBaseURL returns raw without trailing slashes. It must be an http or https URL
// with a host and no path: the site is always at the root.
func checkBaseURL(raw string) (string, error) {
	raw = strings.TrimRight(raw, "/")
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
		u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", usage("cli.base_url.form", "url", raw)
	}
	return raw, nil
}

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

// baseURLFromListener derives the base URL from a loopback listener. For any other
// address --base-url is required, since "0.0.0.0" does not say what the site is called.
func baseURLFromListener(listen string, addr net.Addr) (string, error) {
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

// loopbackOnly reports whether both the listener and the base URL are on loopback.
func loopbackOnly(addr net.Addr, base string) bool {
	tcp, ok := addr.(*net.TCPAddr)
	u, err := url.Parse(base)
	return ok && err == nil && tcp.IP.IsLoopback() && mail.Loopback(u.Hostname())
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
