package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"folkmoot/models/mail"
)

// siteURL returns the base URL for commands that run without a server. program.run has
// normalised --base-url.
func (p *program) siteURL() string {
	if p.BaseURL != "" {
		return p.BaseURL
	}
	return "http://" + defaultListen
}

// normaliseBaseURL returns raw in the form in which browsers send Origin: scheme and host
// in lower case, the host in punycode or as a canonical IP address, and no default port.
// It returns a usage error unless raw is an http or https URL without a path: the site is
// always at the root.
func normaliseBaseURL(raw string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", usage("cli.base_url.form", "url", withoutUser(raw))
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil {
		return "", usage("cli.base_url.extra", "url", withoutUser(raw), "want", u.Scheme+"://"+u.Host)
	}
	host, ok := browserHost(u.Hostname())
	if !ok {
		return "", usage("cli.base_url.host", "url", withoutUser(raw), "host", u.Hostname())
	}
	port, ok := browserPort(u)
	if !ok {
		return "", usage("cli.base_url.port", "url", withoutUser(raw), "port", u.Port())
	}
	return u.Scheme + "://" + host + port, nil
}

// withoutUser returns raw without a user name and password, for messages.
func withoutUser(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "//")
	if end := strings.IndexAny(rest, "/?#"); ok && strings.Contains(rest, "@") {
		if end < 0 {
			end = len(rest)
		}
		return scheme + "//" + rest[strings.LastIndex(rest[:end], "@")+1:]
	}
	return raw
}

// browserNames converts host names as browsers do (UTS 46, not transitional), within the
// lengths that DNS allows.
var browserNames = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
	idna.CheckHyphens(false), idna.BidiRule(), idna.VerifyDNSLength(true))

// browserHost returns a host as browsers write it in Origin; ok is false if it is neither
// a name nor an address. A name that ends with a number is an IPv4 address to browsers.
func browserHost(host string) (ascii string, ok bool) {
	if strings.Contains(host, ":") {
		return browserIPv6(host)
	}
	ascii, err := browserNames.ToASCII(host)
	if err != nil || strings.Trim(ascii, "abcdefghijklmnopqrstuvwxyz0123456789-._") != "" {
		return "", false
	}
	last := ascii[strings.LastIndex(ascii, ".")+1:]
	hex, isHex := strings.CutPrefix(last, "0x")
	if strings.Trim(last, "0123456789") == "" || isHex && strings.Trim(hex, "0123456789abcdef") == "" {
		at, err := netip.ParseAddr(ascii)
		return at.String(), err == nil
	}
	return ascii, true
}

// browserIPv6 returns an IPv6 address in brackets, without a dotted IPv4 part.
func browserIPv6(host string) (string, bool) {
	at, err := netip.ParseAddr(host)
	if err != nil || at.Zone() != "" {
		return "", false
	}
	if at.Is4In6() {
		b := at.As16()
		return fmt.Sprintf("[::ffff:%x:%x]", int(b[12])<<8|int(b[13]), int(b[14])<<8|int(b[15])), true
	}
	return "[" + at.String() + "]", true
}

// browserPort returns ":" and the port of u, or "" for the scheme's default.
func browserPort(u *url.URL) (string, bool) {
	if u.Port() == "" {
		return "", true
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || n == 0 {
		return "", false
	}
	if n == map[string]uint64{"http": 80, "https": 443}[u.Scheme] {
		return "", true
	}
	return ":" + strconv.FormatUint(n, 10), true
}

// baseURLFromListener derives the base URL from a loopback listener. For any other
// address --base-url is required, since "0.0.0.0" does not say what the site is called.
func baseURLFromListener(listen string, addr net.Addr) (string, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || !mail.Loopback(strings.ToLower(host)) {
		return "", usage("cli.base_url.missing", "listen", listen)
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "", err
	}
	return normaliseBaseURL("http://" + net.JoinHostPort(host, port))
}

// baseHost returns the host of a base URL, without brackets and port.
func baseHost(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
