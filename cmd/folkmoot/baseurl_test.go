package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"folkmoot/models"
)

// baseURLs maps values of --base-url to the Origin that browsers send.
var baseURLs = map[string]string{
	"https://moot.example.org":              "https://moot.example.org",
	"https://moot.example.org/":             "https://moot.example.org",
	" https://moot.example.org//\n":         "https://moot.example.org",
	"https://Moot.Example.org:443":          "https://moot.example.org",
	"HTTPS://MOOT.EXAMPLE.ORG":              "https://moot.example.org",
	"http://moot.example.org:80":            "http://moot.example.org",
	"http://moot.example.org:443":           "http://moot.example.org:443",
	"https://moot.example.org:08443":        "https://moot.example.org:8443",
	"https://moot.example.org:":             "https://moot.example.org",
	"https://münchen.example":               "https://xn--mnchen-3ya.example",
	"https://MÜNCHEN.example":               "https://xn--mnchen-3ya.example",
	"https://mu\u0308nchen.example":         "https://xn--mnchen-3ya.example",
	"https://m%C3%BCnchen.example":          "https://xn--mnchen-3ya.example",
	"https://XN--Mnchen-3ya.example":        "https://xn--mnchen-3ya.example",
	"https://straße.example":                "https://xn--strae-oqa.example",
	"https://例え。テスト:8443":                   "https://xn--r8jz45g.xn--zckzah:8443",
	"https://ｍｏｏｔ.example":                  "https://moot.example",
	"http://my_host.internal":               "http://my_host.internal",
	"http://localhost:8080":                 "http://localhost:8080",
	"http://127.0.0.1:80":                   "http://127.0.0.1",
	"http://[0:0:0:0:0:0:0:1]:8080":         "http://[::1]:8080",
	"http://[2001:DB8::0:1]":                "http://[2001:db8::1]",
	"http://[::ffff:192.0.2.1]":             "http://[::ffff:c000:201]",
	"https://a.b-c.r3---sn-x.example":       "https://a.b-c.r3---sn-x.example",
	"https://moot.example.org/#":            "https://moot.example.org",
	"https://xn--bcher-kva.example:65535//": "https://xn--bcher-kva.example:65535",
}

// wrongBaseURLs maps values of --base-url to the catalogue key of the error.
var wrongBaseURLs = map[string]string{
	"moot.example.org":                   "cli.base_url.form",
	"moot.example.org:443":               "cli.base_url.form",
	"ftp://moot.example.org":             "cli.base_url.form",
	"https:moot.example.org":             "cli.base_url.form",
	"https:///moot.example.org":          "cli.base_url.form",
	"https://moot.example.org:port":      "cli.base_url.form",
	"https://a:secret@moot example":      "cli.base_url.form",
	"https://moot.example.org/sub":       "cli.base_url.extra",
	"https://moot.example.org/?":         "cli.base_url.extra",
	"https://moot.example.org?lang=cy":   "cli.base_url.extra",
	"https://moot.example.org#top":       "cli.base_url.extra",
	"https://ann:secret@moot.example":    "cli.base_url.extra",
	"https://:443":                       "cli.base_url.host",
	"https://moot.example.org.":          "cli.base_url.host",
	"https://moot..example":              "cli.base_url.host",
	"https://127.1":                      "cli.base_url.host",
	"https://1.2.3.4.5":                  "cli.base_url.host",
	"https://moot.0x7f":                  "cli.base_url.host",
	"https://192.0.2.010":                "cli.base_url.host",
	"https://[fe80::1%25eth0]":           "cli.base_url.host",
	"https://[1.2.3.4]":                  "cli.base_url.form",
	"https://xn--a.example":              "cli.base_url.host",
	"https://a\u200bb\u202e.example":     "cli.base_url.host",
	"https://moot*.example":              "cli.base_url.host",
	"https://" + strings.Repeat("a", 64): "cli.base_url.host",
	"https://moot.example.org:65536":     "cli.base_url.port",
	"https://moot.example.org:0":         "cli.base_url.port",
}

// TestBaseURL compares normalised base URLs with what browsers send; a second time
// changes nothing.
func TestBaseURL(t *testing.T) {
	for raw, want := range baseURLs {
		got, err := normaliseBaseURL(raw)
		if again, _ := normaliseBaseURL(got); err != nil || got != want || again != want {
			t.Errorf("%q: %q, %v; again: %q; want %q", raw, got, err, again, want)
		}
	}
	for raw, want := range wrongBaseURLs {
		got, err := normaliseBaseURL(raw)
		if e, ok := errors.AsType[*models.Error](err); !ok || e.Key != want || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %q, %v; want %s", raw, got, err, want)
		}
	}
}

// TestBaseURLIsCheckedByEveryCommand runs commands that would print links or open a store.
func TestBaseURLIsCheckedByEveryCommand(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"serve", "sign-in-link a@b.example", "import wordpress x.xml", "export x --format csv", "verify", "backup x"} {
		code, _, errs := command(t, append(strings.Fields(args), "--base-url", "https://moot.example.org/sub")...)
		if code != exitUsage || !strings.Contains(errs, "--base-url has no path") {
			t.Errorf("%s: exit %d, %q", args, code, errs)
		}
	}
	if left, _ := filepath.Glob("*"); len(left) > 0 {
		t.Errorf("left files: %q", left)
	}
}

// TestBaseURLFromListener derives the base URL of --listen.
func TestBaseURLFromListener(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:0": "http://127.0.0.1:8080", "LOCALHOST:0": "http://localhost:8080", "[0:0:0:0:0:0:0:1]:0": "http://[::1]:8080",
	} {
		if got, err := baseURLFromListener(listen, &net.TCPAddr{Port: 8080}); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", listen, got, err, want)
		}
	}
	if got, err := baseURLFromListener("127.0.0.1:80", &net.TCPAddr{Port: 80}); err != nil || got != "http://127.0.0.1" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestWritesWithOriginAlone posts a form with the Origin that browsers send and without
// Sec-Fetch-Site, for each base URL of the shared cases.
func TestWritesWithOriginAlone(t *testing.T) {
	data := os.Getenv("FOLKMOOT_DATA")
	if data == "" {
		t.Skip("FOLKMOOT_DATA is not set")
	}
	cases, err := os.ReadFile(filepath.Join(data, "cases", "base-url.txt"))
	check(t, err)
	columns, tried := regexp.MustCompile(`\s{2,}`), 0
	for _, line := range strings.Split(strings.TrimSpace(string(cases)), "\n")[1:] {
		row := columns.Split(line, -1)
		cfg := quiet(t, filepath.Join(t.TempDir(), "folkmoot.db"))
		cfg.BaseURL = row[0]
		check(t, start(t, cfg, func(s running) {
			if s.BaseURL != row[1] {
				t.Errorf("%s is %s, want %s", row[0], s.BaseURL, row[1])
			}
			if code := postWithOrigin(t, s, row[1]); code != http.StatusOK {
				t.Errorf("%s: a write with Origin %s: %d", row[0], row[1], code)
			}
			if code := postWithOrigin(t, s, "https://elsewhere.example"); code != http.StatusForbidden {
				t.Errorf("%s: a write from elsewhere: %d", row[0], code)
			}
		}))
		tried++
	}
	if tried < 4 {
		t.Errorf("only %d cases", tried)
	}
}

// postWithOrigin asks for a sign-in link as a browser behind a proxy that writes its own
// Host header, and returns the status.
func postWithOrigin(t *testing.T, s running, origin string) int {
	t.Helper()
	form := url.Values{"email": {"ann@example.org"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.Addr.String()+"/sign-in", strings.NewReader(form.Encode()))
	check(t, err)
	req.Host = "backend.internal"
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", origin)
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	check(t, err)
	return resp.StatusCode
}
