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
		"smtp://h?from=nobody":                        "cli.smtp.from",
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
