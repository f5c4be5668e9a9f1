package mail

import (
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"folkmoot/models"
)

// Security says how the connection to the mail server is kept secret.
type Security string

// The kinds of security. STARTTLS is required unless the server is on this
// machine, where a certificate would prove nothing: there it is used if offered.
const (
	SecurityRequired      Security = "required"      // STARTTLS, or nothing is sent
	SecurityOpportunistic Security = "opportunistic" // STARTTLS if the server offers it
	SecurityNone          Security = "none"          // plain text
	SecurityTLS           Security = "tls"           // TLS from the first byte: smtps://
)

// Config is what an SMTP URL says.
type Config struct {
	Host     string
	Port     int
	Username string
	Password string
	From     mail.Address
	Security Security
	Hello    string        // the name given in EHLO; "" for the host of the base URL
	Timeout  time.Duration // of one delivery
}

// DefaultTimeout is how long one delivery may take unless the URL says otherwise.
const DefaultTimeout = 30 * time.Second

// ParseURL reads
//
//	smtp://user:password@host:587?from=Folkmoot%20%3Cno-reply@example.org%3E
//
// smtp:// means port 587 with STARTTLS, smtps:// port 465 with TLS from the first
// byte. The options are from (required), tls=required|opportunistic|none (smtp
// only), hello (the name given to the server) and timeout (30s). A name and
// password never travel without TLS, except to this machine. What is wrong is a
// models.Error of CodeInvalid that does not repeat the URL, since that holds the
// password.
func ParseURL(raw string) (Config, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") || (u.Path != "" && u.Path != "/") {
		return Config{}, models.Fail(models.CodeInvalid, "cli.smtp.url")
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || strings.Contains(raw, "#") {
		return Config{}, models.Fail(models.CodeInvalid, "cli.smtp.escape")
	}
	for name, values := range q {
		if len(values) > 1 {
			return Config{}, models.Fail(models.CodeInvalid, "cli.smtp.twice", "option", name)
		}
		if !slices.Contains([]string{"from", "tls", "hello", "timeout"}, name) {
			return Config{}, models.Fail(models.CodeInvalid, "cli.smtp.option", "option", name)
		}
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return Config{}, models.Fail(models.CodeInvalid, "cli.smtp.url")
	}
	c := Config{Host: host, Username: u.User.Username(), Hello: q.Get("hello")}
	c.Password, _ = u.User.Password()
	for _, step := range []func(*url.URL, url.Values) error{c.readPort, c.readFrom, c.readSecurity, c.readTimeout} {
		if err := step(u, q); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

func (c *Config) readPort(u *url.URL, _ url.Values) error {
	c.Port = 587
	if u.Scheme == "smtps" {
		c.Port = 465
	}
	if u.Port() == "" {
		return nil
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil || port < 1 || port > 65535 {
		return models.Fail(models.CodeInvalid, "cli.smtp.url")
	}
	c.Port = port
	return nil
}

func (c *Config) readFrom(_ *url.URL, q url.Values) error {
	raw := strings.TrimSpace(q.Get("from"))
	if raw == "" {
		return models.Fail(models.CodeInvalid, "cli.smtp.from")
	}
	from, err := mail.ParseAddress(raw)
	if err != nil || models.HasControl(from.Name) {
		return models.Fail(models.CodeInvalid, fromProblem(raw), "from", raw)
	}
	at := strings.LastIndex(from.Address, "@")
	domain, err := asciiHost(from.Address[at+1:])
	if err != nil {
		return models.Fail(models.CodeInvalid, "cli.smtp.from_form", "from", raw)
	}
	from.Address = from.Address[:at+1] + domain
	c.From = *from
	return nil
}

// fromProblem returns the catalogue key for a sender that cannot be parsed: a name that
// needs quotes, an address whose + was read as a space, or else something that is no
// address.
func fromProblem(raw string) string {
	name, address, found := strings.Cut(raw, "<")
	name, address = strings.TrimSpace(name), strings.TrimSuffix(address, ">")
	if !found {
		name, address = "", raw
	}
	if name != "" && !strings.Contains(name, `"`) {
		if _, err := mail.ParseAddress(`"` + strings.ReplaceAll(name, `\`, `\\`) + `" <` + address + ">"); err == nil {
			return "cli.smtp.from_quotes"
		}
	}
	if _, err := mail.ParseAddress(strings.ReplaceAll(address, " ", "+")); err == nil && strings.Contains(address, " ") {
		return "cli.smtp.from_plus"
	}
	return "cli.smtp.from_form"
}

// asciiHost returns a host name in punycode; an IP address stays as it is.
func asciiHost(host string) (string, error) {
	if net.ParseIP(host) != nil {
		return host, nil
	}
	return hostNames.ToASCII(host)
}

// hostNames converts host names to punycode; underscores are allowed, as container
// networks have them.
var hostNames = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.BidiRule())

func (c *Config) readSecurity(u *url.URL, q url.Values) error {
	local := Loopback(c.Host)
	c.Security = SecurityRequired
	switch s := Security(q.Get("tls")); {
	case u.Scheme == "smtps" && s == "":
		c.Security = SecurityTLS
	case u.Scheme == "smtps":
		return models.Fail(models.CodeInvalid, "cli.smtp.tls")
	case s == SecurityRequired, s == SecurityOpportunistic, s == SecurityNone:
		c.Security = s
	case s != "":
		return models.Fail(models.CodeInvalid, "cli.smtp.tls")
	case local:
		c.Security = SecurityOpportunistic
	}
	if c.Username != "" && !local && c.Security != SecurityRequired && c.Security != SecurityTLS {
		return models.Fail(models.CodeInvalid, "cli.smtp.password")
	}
	return nil
}

func (c *Config) readTimeout(_ *url.URL, q url.Values) error {
	c.Timeout = DefaultTimeout
	if q.Get("timeout") == "" {
		return nil
	}
	d, err := time.ParseDuration(q.Get("timeout"))
	if err != nil || d <= 0 {
		return models.Fail(models.CodeInvalid, "cli.smtp.timeout")
	}
	c.Timeout = d
	return nil
}

// Loopback reports whether host is this machine: localhost or a loopback address.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
