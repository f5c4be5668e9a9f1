package mail

import (
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func TestParseURL(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Config
	}{
		{"smtp://mail.example.org?" + from, Config{Host: "mail.example.org", Port: 587, Security: SecurityRequired, Timeout: DefaultTimeout}},
		{"smtps://u:p@mail.example.org?" + from, Config{Host: "mail.example.org", Port: 465, Username: "u", Password: "p", Security: SecurityTLS, Timeout: DefaultTimeout}},
		{
			"smtp://u%40x:p%26q@mail.example.org:2525/?" + from + "&timeout=5s&hello=moot.example",
			Config{Host: "mail.example.org", Port: 2525, Username: "u@x", Password: "p&q", Hello: "moot.example", Security: SecurityRequired, Timeout: 5 * time.Second},
		},
		{"smtp://mail.example.org:25?tls=none&" + from, Config{Host: "mail.example.org", Port: 25, Security: SecurityNone, Timeout: DefaultTimeout}},
		{"smtp://Mail.MÜNCHEN.example?" + from, Config{Host: "mail.xn--mnchen-3ya.example", Port: 587, Security: SecurityRequired, Timeout: DefaultTimeout}},
		{"smtp://mail_server:25?" + from, Config{Host: "mail_server", Port: 25, Security: SecurityRequired, Timeout: DefaultTimeout}},
		{"smtp://[::1]:25?" + from, Config{Host: "::1", Port: 25, Security: SecurityOpportunistic, Timeout: DefaultTimeout}},
		{"smtp://u:p@localhost?tls=none&" + from, Config{Host: "localhost", Port: 587, Username: "u", Password: "p", Security: SecurityNone, Timeout: DefaultTimeout}},
	} {
		got, err := ParseURL(c.in)
		c.want.From.Name, c.want.From.Address = "The Moot", "no-reply@moot.example"
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", c.in, got, err)
		}
	}
}

// TestParseURLFrom takes names with special characters in quotes, and domains in any
// script.
func TestParseURLFrom(t *testing.T) {
	for in, want := range map[string]string{
		"from=no-reply@Moot.example":                         "<no-reply@moot.example>",
		"from=%22Dale,%20Thornley%22%20%3Ca@b.example%3E":    `"Dale, Thornley" <a@b.example>`,
		"from=Moot <news%2Bmoot@münchen.example>":            `"Moot" <news+moot@xn--mnchen-3ya.example>`,
		"from=Bürgerforum+%3Ca@b.example%3E&hello=b.example": "=?utf-8?q?B=C3=BCrgerforum?= <a@b.example>",
	} {
		if got, err := ParseURL("smtp://h?" + in); err != nil || got.From.String() != want {
			t.Errorf("%s: %s, %v, want %s", in, &got.From, err, want)
		}
	}
}

func TestParseURLRefuses(t *testing.T) {
	for in, key := range map[string]string{
		"":                                            "cli.smtp.url",
		"mail.example.org:587":                        "cli.smtp.url",
		"http://mail.example.org":                     "cli.smtp.url",
		"smtp://?" + from:                             "cli.smtp.url",
		"smtp://h:port?" + from:                       "cli.smtp.url",
		"smtp://h:70000?" + from:                      "cli.smtp.url",
		"smtp://h/inbox?" + from:                      "cli.smtp.url",
		"smtp://h":                                    "cli.smtp.from",
		"smtp://h?from=":                              "cli.smtp.from",
		"smtp://h?from=%20":                           "cli.smtp.from",
		"smtp://h?from=nobody":                        "cli.smtp.from_form",
		"smtp://h?from=Moot%20%3Cnobody%3E":           "cli.smtp.from_form",
		"smtp://h?from=a@b.c,d@e.f":                   "cli.smtp.from_form",
		"smtp://h?from=%22Moot%20%3Ca@b.c%3E":         "cli.smtp.from_form",
		"smtp://h?from=a@b..c":                        "cli.smtp.from_form",
		"smtp://h?from=Dale, Thornley <a@b.c>":        "cli.smtp.from_quotes",
		"smtp://h?from=Dale%2C+Thornley+%3Ca@b.c%3E":  "cli.smtp.from_quotes",
		"smtp://h?from=Moot (the dale) [x] <a@b.c>":   "cli.smtp.from_quotes",
		"smtp://h?from=moot@dale <a@b.c>":             "cli.smtp.from_quotes",
		"smtp://h?from=moot+news@b.c":                 "cli.smtp.from_plus",
		"smtp://h?from=Moot%20%3Cmoot+news@b.c%3E":    "cli.smtp.from_plus",
		"smtp://h?from=Moot%ZZ <a@b.c>":               "cli.smtp.escape",
		"smtp://h?from=Moot; the dale <a@b.c>":        "cli.smtp.escape",
		"smtp://h?from=Moot #1 <a@b.c>":               "cli.smtp.escape",
		"smtp://h?from=Moot & Co <a@b.c>":             "cli.smtp.option",
		"smtp://h?from=a@b.c&from=d@e.f":              "cli.smtp.twice",
		"smtp://xn--a.example?" + from:                "cli.smtp.url",
		"smtp://h?from=a@xn--a.example":               "cli.smtp.from_form",
		"smtp://h?form=a@b.c":                         "cli.smtp.option",
		"smtp://h?tls=maybe&" + from:                  "cli.smtp.tls",
		"smtps://h?tls=none&" + from:                  "cli.smtp.tls",
		"smtp://h?timeout=0s&" + from:                 "cli.smtp.timeout",
		"smtp://h?timeout=yes&" + from:                "cli.smtp.timeout",
		"smtp://u:secret@h?tls=opportunistic&" + from: "cli.smtp.password",
		"smtp://u:secret@h?tls=none&" + from:          "cli.smtp.password",
		"smtp://u:secret@h:x?" + from:                 "cli.smtp.url",
	} {
		_, err := ParseURL(in)
		e, ok := err.(*models.Error)
		if !ok || e.Key != key {
			t.Errorf("%s: %v, want %s", in, err, key)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the password: %v", in, err)
		}
	}
}
