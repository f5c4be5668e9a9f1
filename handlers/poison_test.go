package handlers_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"folkmoot/handlers"
	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

const (
	poisonBase = "https://moot.example"
	openPage   = "/consultations/open"
	sealedPage = "/consultations/sealed"
)

// plainPages are what a stranger asks for in the end.
var plainPages = []string{
	openPage, openPage + "/ideas/1", openPage + "?ideas=number&sort=newest", sealedPage, sealedPage + "/results", "/",
}

// TestNobodyPoisonsKeptPages sends any sequence of requests to one process. Whatever they
// were, a stranger who then asks for a plain address gets what a process that was
// just started answers from the same store: the same status, headers and decoded body.
func TestNobodyPoisonsKeptPages(t *testing.T) {
	site := newPoisonSite(t)
	fresh := site.fresh(t)
	rapid.Check(t, func(rt *rapid.T) {
		srv := site.process(rt, site.store)
		for range rapid.IntRange(1, 8).Draw(rt, "requests") {
			site.anyRequest(rt, srv)
		}
		packed := rapid.Bool().Draw(rt, "compressed")
		for _, path := range plainPages {
			want, got := fresh[asked{path, packed}], plain(rt, srv, path, packed)
			if got != want {
				rt.Fatalf("a stranger's GET %s, as this process answers and as a fresh one does:\n%s", path, difference(got, want))
			}
		}
	})
	for ask, now := range site.fresh(t) {
		if now != fresh[ask] {
			t.Errorf("the requests have changed the store: %s", difference(now, fresh[ask]))
		}
	}
}

// TestLongQueryBlocksNoVote asks for a page with a query as long as the server reads, and
// votes with the form that the next visitor gets.
func TestLongQueryBlocksNoVote(t *testing.T) {
	site := newPoisonSite(t)
	srv := site.process(t, site.store)
	long := strings.Repeat("!", 15_900)
	for _, word := range []string{"q", "before", "people", "return", "unknown"} {
		_ = body(t, site.send(t, srv, "stranger", http.MethodGet, openPage+"?"+word+"="+long, "", nil))
	}
	page := body(t, site.send(t, srv, "stranger", http.MethodGet, openPage, "", nil))
	back := regexp.MustCompile(`name="return" value="([^"]*)"`).FindStringSubmatch(page)
	if back == nil {
		t.Fatal("no form on the page says where to go back to")
	}
	if back[1] != openPage {
		t.Errorf("a form on the next visitor's page goes back to %d characters: %.100s", len(back[1]), back[1])
	}
	vote := url.Values{"choice": {"agree"}, "return": {back[1]}}.Encode()
	resp, err := srv.Test(site.request("stranger", http.MethodPost, openPage+"/ideas/1/vote", vote, nil))
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		t.Errorf("the next visitor's vote of %d bytes: %v, %v", len(vote), resp, err)
	}
}

// asked is a stranger's request.
type asked struct {
	path   string
	packed bool
}

// fresh is what processes that were just started answer to each plain address.
func (s *poisonSite) fresh(t *testing.T) map[asked]string {
	t.Helper()
	answers := map[asked]string{}
	for _, path := range plainPages {
		for _, packed := range []bool{false, true} {
			store, err := sqlite.Open(t.Context(), s.file, sqlite.Options{Clock: s.clock})
			noError(t, err)
			answers[asked{path, packed}] = plain(t, s.process(t, store), path, packed)
			noError(t, store.Close())
		}
	}
	return answers
}

// poisonSite is a store with an open and a sealed consultation, and the cookies of people.
type poisonSite struct {
	file    string
	clock   *storetest.Clock
	store   *sqlite.Store
	cookies map[string]string // the Cookie field of each person
	reply   string            // the id of a published reply
	after   string            // the word and cursor of a page further on in the thread
}

// tester is what testing.T and rapid.T have in common here.
type tester interface {
	Helper()
	Fatal(args ...any)
}

func noError(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newPoisonSite(t *testing.T) *poisonSite {
	t.Helper()
	s := &poisonSite{
		file: filepath.Join(t.TempDir(), "poison.db"), clock: storetest.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)),
		cookies: map[string]string{"stranger": ""},
	}
	var err error
	s.store, err = sqlite.Open(t.Context(), s.file, sqlite.Options{Clock: s.clock})
	noError(t, err)
	t.Cleanup(func() { noError(t, s.store.Close()) })
	srv := s.process(t, s.store)
	for _, role := range []models.Role{models.RoleParticipant, models.RoleModerator, models.RoleOrganiser} {
		s.signsIn(t, srv, role)
	}
	s.opens(t, srv, "sealed", 2)
	s.writes(t, srv, "participant", sealedPage+"/ideas/1/vote", "choice", "agree")
	s.clock.Add(5 * 24 * time.Hour)
	s.writes(t, srv, "organiser", "/organise/sealed/seal")
	s.opens(t, srv, "open", 3)
	s.talks(t, srv)
	return s
}

// service makes the use cases on a store, as a process does that starts.
func (s *poisonSite) service(t tester, store models.Store) *service.Service {
	t.Helper()
	svc, err := service.New(context.Background(), store, s.clock, models.NewMemoryLimiter(s.clock),
		service.Config{BaseURL: poisonBase, CanMail: true, NoLimits: true})
	noError(t, err)
	return svc
}

// process makes a server that has answered nothing yet.
func (s *poisonSite) process(t tester, store models.Store) *handlers.Server {
	t.Helper()
	srv, err := handlers.New(handlers.Options{
		Service: s.service(t, store), Log: slog.New(slog.DiscardHandler), BaseURL: poisonBase, Site: "Folkmoot", CanMail: true,
	})
	noError(t, err)
	return srv
}

// signsIn keeps the cookie of somebody with a role, under the role's name.
func (s *poisonSite) signsIn(t *testing.T, srv *handlers.Server, role models.Role) {
	t.Helper()
	token, _, err := s.service(t, s.store).MakeSignInLink(t.Context(), string(role)+"@people.example", "Pat "+string(role), role)
	noError(t, err)
	s.writes(t, srv, string(role), "/sign-in/"+token, "remember", "1")
}

// opens makes an open consultation of three days with some ideas, through the organiser's forms.
func (s *poisonSite) opens(t *testing.T, srv *handlers.Server, slug string, ideas int) {
	t.Helper()
	at := func(days int) string { return s.clock.Now().AddDate(0, 0, days).Format("2006-01-02T15:04") }
	s.writes(t, srv, "organiser", "/organise/new", "slug", slug, "language", "en", "title", "Vans for "+slug, "question", "Who needs a van?",
		"body", "Tell us.", "who_decides", "The board", "can_change", "All", "contact", "Us", "other_formats", "Ask", "time_zone", "Europe/London",
		"closes_at", at(3), "suggestions_close_at", at(2), "answer_by", at(30)[:10], "min_votes", "1")
	for n := range ideas {
		s.writes(t, srv, "organiser", "/organise/"+slug+"/ideas", "title", fmt.Sprintf("Share van %d", n+1), "body", "Because.")
	}
	s.writes(t, srv, "organiser", "/organise/"+slug+"/open")
}

// cursorIn finds a cursor of the thread, with its word, in an address.
var cursorIn = regexp.MustCompile(`[?&](after=[^&#]+)`)

// talks publishes some replies, and leaves a guest's and a participant's waiting.
func (s *poisonSite) talks(t *testing.T, srv *handlers.Server) {
	t.Helper()
	for n := range 4 {
		s.cookies["somebody"] = ""
		s.writes(t, srv, "somebody", openPage+"/replies", "name", "Somebody", "body", fmt.Sprintf("Published words %d", n))
		queue := body(t, s.send(t, srv, "moderator", http.MethodGet, "/moderation", "", nil))
		item := regexp.MustCompile(`name="items" value="(reply-[^"]+)"`).FindStringSubmatch(queue)
		if item == nil {
			t.Fatal("no reply waits")
		}
		s.writes(t, srv, "moderator", "/moderation/"+item[1], "decision", "publish")
		s.reply = strings.TrimPrefix(item[1], "reply-")
	}
	s.writes(t, srv, "guest", openPage+"/replies", "name", "Gwen", "body", "A guest's words wait.")
	s.writes(t, srv, "participant", openPage+"/replies", "body", "A participant's words wait.")
	s.writes(t, srv, "participant", openPage+"/ideas/2/vote", "choice", "agree")
	place := s.send(t, srv, "stranger", http.MethodGet, "/replies/"+s.reply, "", nil).Header.Get("Location")
	cursor := cursorIn.FindStringSubmatch(place)
	if cursor == nil {
		t.Fatal("no cursor leads to the last reply: ", place)
	}
	s.after = cursor[1]
	s.writes(t, srv, "chooser", openPage+"/ideas/1/vote", "choice", "pass")
}

// writes sends a form that must be accepted and keeps the cookies that come back.
func (s *poisonSite) writes(t *testing.T, srv *handlers.Server, who, path string, fields ...string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	resp := s.send(t, srv, who, http.MethodPost, path, form.Encode(), nil)
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("POST %s: %d\n%s", path, resp.StatusCode, body(t, resp))
	}
	for _, c := range resp.Cookies() {
		if !strings.Contains(s.cookies[who], c.Name+"=") {
			s.cookies[who] = strings.TrimPrefix(s.cookies[who]+"; "+c.Name+"="+c.Value, "; ")
		}
	}
}

// send sends a request as it stands, with the cookies of somebody.
func (s *poisonSite) send(t tester, srv *handlers.Server, who, method, target, form string, header http.Header) *http.Response {
	t.Helper()
	resp, err := srv.Test(s.request(who, method, target, form, header))
	noError(t, err)
	return resp
}

func (s *poisonSite) request(who, method, target, form string, header http.Header) *http.Request {
	r := &http.Request{
		Method: method, RequestURI: target, URL: &url.URL{Path: "/"}, Host: "moot.example", Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody,
	}
	if method == http.MethodPost {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if cookies := s.cookies[who]; cookies != "" {
		r.Header.Set("Cookie", cookies)
	}
	for name, values := range header {
		r.Header[name] = append(r.Header[name], values...)
	}
	if host := header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	return r
}

// anyRequest sends one request of a kind that should leave nothing behind.
func (s *poisonSite) anyRequest(rt *rapid.T, srv *handlers.Server) {
	who := rapid.SampledFrom([]string{"stranger", "stranger", "stranger", "guest", "chooser", "participant", "moderator", "organiser"}).Draw(rt, "who")
	method := rapid.SampledFrom([]string{"GET", "GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "HEAD", "POST", "PUT", "OPTIONS"}).Draw(rt, "method")
	paths := nastyPaths
	if rapid.IntRange(0, 9).Draw(rt, "an odd path") < 6 {
		paths = keptPages
	}
	target := rapid.SampledFrom(paths).Draw(rt, "path") + s.anyQuery(rt)
	form := ""
	if method == http.MethodPost {
		form = rapid.SampledFrom(refusedForms).Draw(rt, "form")
	}
	resp, err := srv.Test(s.request(who, method, target, form, anyHeader(rt)))
	if err != nil { // refused before it was routed: too long, or malformed
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

// keptPages are those that are made once for everybody.
var keptPages = []string{openPage, openPage, openPage + "/ideas/1", sealedPage + "/results"}

// nastyPaths are other pages, and other ways to write addresses.
var nastyPaths = append([]string{
	openPage + "/", openPage + "/ideas/1/", openPage + "/ideas/01", openPage + "/ideas/+1", openPage + "/ideas/%31", openPage + "//ideas/1",
	"/consultations/%6fpen", "/consultations/open%2F..%2Fopen", "/consultations/../consultations/open", "//consultations/open", "/Consultations/open",
	"/consultations/open%3Fq=words", "/consultations/open;q=words", "http://evil.example" + openPage, "http://evil.example" + sealedPage + "/results",
	openPage + "/suggest", openPage + "/replies", openPage + "/ideas/1/vote", openPage + "/ballot", sealedPage + "/results.json", openPage + "/replies.csv",
	openPage + "/changes", "/search", "/sign-in", "/moderation", "/nowhere",
}, plainPages...)

// refusedForms are forms that change nothing wherever they are sent.
var refusedForms = []string{
	"", "name=&body=", "choice=perhaps&return=//evil.example/", "email=nobody&return_to=%2Fnowhere", "body=%FF&return=" + openPage,
	"title=&body=words&name=" + strings.Repeat("n", 5000), "parent=nothing&name=Jo&body=Words",
}

// words of a query: known ones, ones that other pages know, and unknown ones.
var words = []string{
	"after", "before", "ideas", "ideas_after", "limit", "people", "q", "quote", "reply_to", "sort",
	"return", "return_to", "lang", "name", "email", "body", "parent", "idea", "page", "utm_source", "%71", "Q", "q[]", "",
}

// filler is a value by what it repeats, so that a long one is reported briefly.
type filler struct {
	text  string
	times int
}

func (f filler) String() string { return strings.Repeat(f.text, f.times) }

var fillers = []filler{
	{"", 1},
	{"1", 1},
	{"!", 1},
	{"number", 1},
	{"newest", 1},
	{"oldest", 1},
	{"shuffled", 1},
	{"2", 1},
	{"01", 1},
	{"%2B1", 1},
	{"1000", 1},
	{"-1", 1},
	{"!", 499},
	{"!", 4000},
	{"!", 15900},
	{"%C3%A9", 200},
	{"\"><script>alert(1)</script>", 1},
	{"%22%3E%3Cb%3E", 3},
	{"//evil.example/", 1},
	{"https://evil.example/", 1},
	{"%2Fconsultations%2Fsealed", 1},
	{"%00", 2},
	{"%FF%FE", 1},
	{"%0D%0ASet-Cookie:%20x=y", 1},
	{"a%26limit%3D1", 1},
	{"de", 1},
}

// anyQuery draws up to four words with values; "" for none.
func (s *poisonSite) anyQuery(rt *rapid.T) string {
	var pairs []string
	for range rapid.SampledFrom([]int{1, 1, 1, 0, 2, 3, 4}).Draw(rt, "words") {
		pairs = append(pairs, s.anyPair(rt))
	}
	if len(pairs) == 0 {
		return ""
	}
	return "?" + strings.ReplaceAll(strings.Join(pairs, "&"), " ", "+")
}

// anyPair draws a word with a value that it can have, or with any other.
func (s *poisonSite) anyPair(rt *rapid.T) string {
	switch rapid.SampledFrom([]string{"any value", "any value", "its value", "no value"}).Draw(rt, "pair") {
	case "its value":
		return rapid.SampledFrom([]string{
			"sort=newest", "ideas=number", "ideas=newest", "limit=10", "limit=20", "quote=1", "reply_to=" + s.reply, s.after,
		}).Draw(rt, "word and value")
	case "no value":
		return rapid.SampledFrom(words).Draw(rt, "word")
	}
	return rapid.SampledFrom(words).Draw(rt, "word") + "=" + rapid.SampledFrom(fillers).Draw(rt, "value").String()
}

// fields are headers that a proxy, a browser or an attacker may send.
var fields = [][2]string{
	{"X-Forwarded-For", "203.0.113.9"},
	{"X-Forwarded-Host", "evil.example"},
	{"X-Forwarded-Proto", "http"},
	{"X-Forwarded-Prefix", "/evil"},
	{"Forwarded", "for=203.0.113.9;host=evil.example;proto=http"},
	{"X-Original-Url", "/nowhere"},
	{"X-Rewrite-Url", "/nowhere"},
	{"X-Http-Method-Override", "POST"},
	{"X-Folkmoot-Part", "vote"},
	{"Host", "evil.example"},
	{"Host", "evil.example:444"},
	{"Accept-Language", "de"},
	{"Accept-Language", "cy, fr-CH;q=0.9, *;q=0.1"},
	{"Accept", "application/json"},
	{"Accept", "text/plain"},
	{"Accept-Encoding", "gzip"},
	{"Accept-Encoding", "gzip;q=0, identity"},
	{"Accept-Encoding", "br, gzip, deflate"},
	{"Accept-Encoding", strings.Repeat("gzip, ", 300)},
	{"If-None-Match", "*"},
	{"If-None-Match", `W/"x", "y"`},
	{"If-Modified-Since", "Mon, 01 Mar 2027 09:00:00 GMT"},
	{"Range", "bytes=0-10"},
	{"Cache-Control", "no-cache"},
	{"Sec-Fetch-Site", "cross-site"},
	{"Origin", "null"},
	{"Origin", "https://evil.example"},
	{"Referer", "https://evil.example/?q=words"},
	{"User-Agent", strings.Repeat("u", 3000)},
	{"Authorization", "Bearer folkmoot"},
	{"Cookie", "theme=dark"},
	{"Cookie", "folkmoot_session=forged"},
	{"Cookie", "__Host-folkmoot_session=forged"},
	{"Cookie", "folkmoot_guest=forged.forged"},
	{"Cookie", "folkmoot_notice=forged; folkmoot_choices_000000000000=forged"},
	{"Cookie", "folkmoot_="},
	{"Cookie", ";;=;\"; folkmoot_session"},
	{"Cookie", "folkmoot_session=" + strings.Repeat("s", 4000)},
}

func anyHeader(rt *rapid.T) http.Header {
	h := http.Header{}
	for range rapid.SampledFrom([]int{0, 1, 1, 2, 3}).Draw(rt, "headers") {
		f := rapid.SampledFrom(fields).Draw(rt, "header")
		h.Add(f[0], f[1])
	}
	return h
}

// plain is what a stranger gets: status, the headers that could be poisoned, and the
// decoded body.
func plain(t tester, srv *handlers.Server, path string, packed bool) string {
	t.Helper()
	header := http.Header{}
	if packed {
		header.Set("Accept-Encoding", "gzip")
	}
	s := &poisonSite{}
	resp := s.send(t, srv, "stranger", http.MethodGet, path, "", header)
	var b strings.Builder
	fmt.Fprintln(&b, resp.StatusCode)
	for _, name := range []string{"Cache-Control", "Content-Type", "Content-Encoding", "Etag", "Location", "Set-Cookie", "Vary"} {
		fmt.Fprintln(&b, name, resp.Header.Values(name))
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatal("GET", path, resp.StatusCode)
	}
	return b.String() + body(t, resp)
}

// body decodes and closes the body of a response.
func body(t tester, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	var r io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		var err error
		r, err = gzip.NewReader(r)
		noError(t, err)
	}
	b, err := io.ReadAll(r)
	noError(t, err)
	return string(b)
}

// difference shows where two texts first differ, and how long they are.
func difference(got, want string) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	near := func(s string) string { return s[max(0, n-80):min(len(s), n+120)] }
	return fmt.Sprintf("%d bytes: …%q…\n%d bytes: …%q…", len(got), near(got), len(want), near(want))
}
