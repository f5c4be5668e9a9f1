package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/handlers"
	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
	viewsmail "folkmoot/views/mail"
)

var updateGoldens = flag.Bool("update", false, "write the golden files anew")

const (
	goldenDir  = "testdata/golden"
	goldenBase = "http://moot.example"
)

// golden compares every answer of a site with a file in testdata/golden. The clock
// stands still between writes; what is random is replaced by numbered placeholders.
type golden struct {
	t     *testing.T
	file  string // the SQLite store
	store *sqlite.Store
	svc   *service.Service
	clock *storetest.Clock
	mails http.RoundTripper // a server with mail
	holds http.RoundTripper // one without, on the same store
	seen  map[string]bool
}

// newGolden opens an empty store in a folder of its own.
func newGolden(t *testing.T, seen map[string]bool) *golden {
	t.Helper()
	g := &golden{t: t, file: filepath.Join(t.TempDir(), "golden.db"), clock: storetest.NewClock(demoNow), seen: seen}
	var err error
	g.store, err = sqlite.Open(t.Context(), g.file, sqlite.Options{Clock: g.clock})
	check(t, err)
	t.Cleanup(func() { check(t, g.store.Close()) })
	return g
}

// serve makes the two servers; demo says that the store holds the demonstration.
func (g *golden) serve(demo bool) {
	g.t.Helper()
	var err error
	g.svc, err = service.New(g.t.Context(), g.store, g.clock, models.NewMemoryLimiter(g.clock), service.Config{BaseURL: goldenBase, CanMail: true, NoLimits: true})
	check(g.t, err)
	for _, made := range []struct {
		to    *http.RoundTripper
		mails bool
	}{{&g.mails, true}, {&g.holds, false}} {
		srv, err := handlers.New(handlers.Options{
			Service: g.svc, Log: slog.New(slog.NewTextHandler(testLog{g.t}, nil)), BaseURL: goldenBase, Site: "Folkmoot",
			Demo: demo, CanMail: made.mails, Mail: viewsmail.Renderer{BaseURL: goldenBase, Site: "Folkmoot"},
		})
		check(g.t, err)
		*made.to = g.listen(srv)
	}
}

// listen serves on loopback until the test ends, and returns what sends every request there.
func (g *golden) listen(srv *handlers.Server) http.RoundTripper {
	g.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(g.t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(listener) }()
	to := &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", listener.Addr().String())
		},
	}
	g.t.Cleanup(func() {
		to.CloseIdleConnections()
		check(g.t, srv.Shutdown(context.Background()))
		check(g.t, <-served)
	})
	return to
}

// goldenVisitor is a browser: it keeps cookies and follows no redirect by itself.
type goldenVisitor struct {
	g       *golden
	to      http.RoundTripper
	cookies map[string]string
}

func (g *golden) visitor() *goldenVisitor {
	return &goldenVisitor{g, g.mails, map[string]string{}}
}

// signedIn returns a browser that has used a sign-in link of the address.
func (g *golden) signedIn(address, name string, role models.Role) *goldenVisitor {
	g.t.Helper()
	token, _, err := g.svc.MakeSignInLink(g.t.Context(), address, name, role)
	check(g.t, err)
	v := g.visitor()
	if got := v.post("", "/sign-in/"+token, url.Values{"remember": {"1"}}); got.status != http.StatusSeeOther {
		g.t.Fatalf("%s cannot sign in: %d", address, got.status)
	}
	v.get("", "/account") // reads the notice
	return v
}

// staffMember returns a browser of the demonstration's person with a role.
func (g *golden) staffMember(role models.Role) *goldenVisitor {
	g.t.Helper()
	for _, s := range demoStaff {
		if s.role == role {
			return g.signedIn(s.address, s.name, s.role)
		}
	}
	g.t.Fatalf("the demonstration has no %s", role)
	return nil
}

// goldenAnswer is a response, its body decoded.
type goldenAnswer struct {
	status int
	header http.Header
	body   string
}

// get requests a page and compares it with the golden name; "" compares with none.
func (v *goldenVisitor) get(name, path string, headers ...string) goldenAnswer {
	v.g.t.Helper()
	return v.do(name, goldenRequest(http.MethodGet, path, "", headers...))
}

// post sends a form as the site's own pages do. The clock moves on by a second, so
// that no two writes happen at one time.
func (v *goldenVisitor) post(name, path string, form url.Values, headers ...string) goldenAnswer {
	v.g.t.Helper()
	v.g.clock.Add(1e9)
	headers = append([]string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}, headers...)
	return v.do(name, goldenRequest(http.MethodPost, path, form.Encode(), headers...))
}

// goldenRequest makes a request; headers are names and values in turn, later ones replace
// earlier ones.
func goldenRequest(method, path, body string, headers ...string) *http.Request {
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, goldenBase+path, r)
	if err != nil {
		panic(err) // a path that the test wrote
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return req
}

func (v *goldenVisitor) do(name string, r *http.Request) goldenAnswer {
	v.g.t.Helper()
	described := r.Method + " " + r.URL.RequestURI()
	a := v.send(r)
	if r.Method == http.MethodGet && len(a.header.Values("Set-Cookie")) == 0 && r.Header.Get("If-None-Match") == "" {
		again := r.Clone(r.Context())
		again.Header.Del("Cookie")
		again.Header.Set("Accept-Encoding", "gzip")
		if b := v.send(again); b.status != a.status || b.body != a.body && a.status != http.StatusInternalServerError {
			v.g.t.Errorf("%s (%s) differs when compressed: %d and %d\n%s", name, described, a.status, b.status,
				cmp.Diff(strings.Split(lines(a.body), "\n"), strings.Split(lines(b.body), "\n")))
		}
	}
	if name != "" {
		v.g.compare(name, described+"\n"+a.head()+"\n"+a.readable())
	}
	return a
}

// send sends a request with this browser's cookies and keeps those that come back.
func (v *goldenVisitor) send(r *http.Request) goldenAnswer {
	v.g.t.Helper()
	for _, k := range slices.Sorted(maps.Keys(v.cookies)) {
		r.AddCookie(&http.Cookie{Name: k, Value: v.cookies[k]})
	}
	resp, err := v.to.RoundTrip(r)
	check(v.g.t, err)
	defer resp.Body.Close()
	var body io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		body, err = gzip.NewReader(body)
		check(v.g.t, err)
	}
	b, err := io.ReadAll(body)
	check(v.g.t, err)
	for _, c := range resp.Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
	}
	return goldenAnswer{resp.StatusCode, resp.Header, string(b)}
}

// comparedHeaders are the headers that a golden holds, where they are set.
var comparedHeaders = []string{
	"Age", "Allow", "Cache-Control", "Content-Disposition", "Content-Type", "Cross-Origin-Opener-Policy", "Etag", "Location",
	"Referrer-Policy", "Retry-After", "Vary", "X-Content-Type-Options", "X-Robots-Tag",
}

var cookieValue = regexp.MustCompile(`^([^=]+)=[^;]*(?:; expires=[^;]*)?`)

// choicesName is a cookie's name that the store's secret keeps for one consultation.
var choicesName = regexp.MustCompile(`^(folkmoot_choices_)[A-Za-z0-9_-]+=`)

// head is the status and the compared headers. Of a cookie it has the name and what
// governs it, of an ETag that there is one.
func (a goldenAnswer) head() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s\n", a.status, http.StatusText(a.status))
	for _, name := range comparedHeaders {
		for _, value := range a.header.Values(name) {
			if name == "Etag" {
				value = "…"
			}
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	cookies := a.header.Values("Set-Cookie")
	slices.Sort(cookies)
	for _, c := range cookies {
		fmt.Fprintf(&b, "Set-Cookie: %s\n", choicesName.ReplaceAllString(cookieValue.ReplaceAllString(c, "$1=…"), "$1…="))
	}
	return b.String()
}

// readable is the body with one tag, or one member, on a line; nothing is left out.
func (a goldenAnswer) readable() string {
	switch kind := a.header.Get("Content-Type"); {
	case a.body == "":
		return ""
	case strings.HasPrefix(kind, "text/html"):
		return lines(a.body)
	case strings.HasPrefix(kind, "application/json"):
		return indented(a.body)
	default:
		return a.body + "⏎\n"
	}
}

// lines puts each tag on a line of its own and shows a line break of the page as ⏎.
func lines(page string) string {
	return strings.ReplaceAll(strings.ReplaceAll(page, "\n", "⏎\n"), "><", ">\n<") + "\n"
}

// indented breaks JSON into lines and keeps its order, numbers and escapes; the first
// line says whether it was compact.
func indented(body string) string {
	var compact, b bytes.Buffer
	if json.Compact(&compact, []byte(body)) != nil || json.Indent(&b, []byte(body), "", " ") != nil {
		return "not JSON: " + body + "⏎\n"
	}
	form := "compact"
	if compact.String() != body {
		form = "with white space"
	}
	return form + "\n" + b.String() + "\n"
}

// random is what is drawn at random, or follows from it or from a file's content.
var random = []struct {
	what    string
	pattern *regexp.Regexp // the first group is replaced
}{
	{"id", regexp.MustCompile(`([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})`)},
	{"digest", regexp.MustCompile(`\b([0-9a-f]{64})\b`)},
	{"pseudonym", regexp.MustCompile(`\b([0-9a-f]{32})\b`)},
	{"cursor", regexp.MustCompile(`(?:after|before)(?:=|%3D)([A-Za-z0-9_.-]{9,})`)},
	{"token", regexp.MustCompile(`\b(?:sign-in|contributions)(?:/|%2F)([A-Za-z0-9_-]{43})`)},
	{"mark", regexp.MustCompile(`contributions/(?:reply|idea)-\{id \d+\}\.([A-Za-z0-9_-]{43})`)},
	{"reference", regexp.MustCompile(`\b([2-9CDFGHJKMNPQRTVWXY]{4}-[2-9CDFGHJKMNPQRTVWXY]{4})\b`)},
}

// assetHash is the hash in an asset's name, which follows from its content.
var assetHash = regexp.MustCompile(`(/public/[a-z-]+)[.-][0-9a-f]{8,}\.`)

// normal replaces each random thing by its kind and the order in which it first
// appears, so that one sees where the same one comes again.
func normal(text string) string {
	text = assetHash.ReplaceAllString(text, "$1-HASH.")
	names, counts := map[string]string{}, map[string]int{}
	for _, r := range random {
		text = r.pattern.ReplaceAllStringFunc(text, func(found string) string {
			drawn := r.pattern.FindStringSubmatch(found)[1]
			if names[drawn] == "" {
				counts[r.what]++
				names[drawn] = fmt.Sprintf("{%s %d}", r.what, counts[r.what])
			}
			return strings.Replace(found, drawn, names[drawn], 1)
		})
	}
	return text
}

// compare holds text to the golden file name, or writes it with -update.
func (g *golden) compare(name, text string) {
	g.t.Helper()
	if g.seen[name] {
		g.t.Fatalf("two answers are compared with %s", name)
	}
	g.seen[name] = true
	text = normal(strings.ReplaceAll(text, g.file, "STORE"))
	file := filepath.Join(goldenDir, name+".txt")
	if *updateGoldens {
		check(g.t, os.MkdirAll(filepath.Dir(file), 0o755))
		check(g.t, os.WriteFile(file, []byte(text), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		g.t.Errorf("%v; run with -update", err)
		return
	}
	if text != string(want) {
		g.t.Errorf("%s differs (-golden +now):\n%s", name, changedLines(string(want), text))
	}
}

// changedLines is a short difference line by line.
func changedLines(want, got string) string {
	diff := strings.Split(cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")), "\n")
	if len(diff) > 60 {
		diff = append(diff[:60], fmt.Sprintf("… and %d lines more", len(diff)-60))
	}
	return strings.Join(diff, "\n")
}

// leftOver finds goldens that nothing is compared with; -update removes them.
func leftOver(t *testing.T, seen map[string]bool) {
	t.Helper()
	check(t, filepath.WalkDir(goldenDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(goldenDir, strings.TrimSuffix(path, ".txt"))
		if seen[filepath.ToSlash(name)] {
			return nil
		}
		if *updateGoldens {
			return os.Remove(path)
		}
		t.Errorf("nothing is compared with %s", path)
		return nil
	}))
}

// voteLines lists who voted how in a sealed file without the pseudonyms, which are
// random: one line for each voice, the lines sorted.
func voteLines(t *testing.T, ballots []map[string]any) (list []string) {
	t.Helper()
	byVoice := map[string][]string{}
	for _, b := range ballots {
		voice, ok := b["voice"].(string)
		if !ok {
			t.Fatalf("a ballot without a voice: %v", b)
		}
		delete(b, "voice")
		line, err := json.Marshal(b)
		check(t, err)
		byVoice[voice] = append(byVoice[voice], string(line))
	}
	for _, votes := range byVoice {
		slices.Sort(votes)
		list = append(list, strings.Join(votes, " "))
	}
	slices.Sort(list)
	return list
}

// sealedLines is a full sealed file with its ballots as voteLines.
func sealedLines(t *testing.T, body string) string {
	t.Helper()
	var file map[string]json.RawMessage
	var ballots []map[string]any
	check(t, json.Unmarshal([]byte(body), &file))
	check(t, json.Unmarshal(file["ballots"], &ballots))
	total := len(ballots)
	voices := voteLines(t, ballots)
	file["ballots"] = json.RawMessage("[]")
	var rest bytes.Buffer
	e := json.NewEncoder(&rest)
	e.SetEscapeHTML(false)
	check(t, e.Encode(file))
	return fmt.Sprintf("%s\n%d ballots of %d voices\n%s\n", indented(strings.TrimSpace(rest.String())), total, len(voices), strings.Join(voices, "\n"))
}
