package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestNoRequestReachesAnother sends any requests, with known and unknown words, absurd
// lengths, fields and cookies; then a stranger is given each page as a process that has
// just started gives it.
func TestNoRequestReachesAnother(t *testing.T) {
	a := newApp(t)
	a.published(a.con, "Something to read")
	paths := []string{mainPage, mainPage + "?ideas=number&sort=newest&limit=20", mainPage + "/ideas/1", mainPage + "/results"}
	want := map[string]answer{}
	for _, path := range paths {
		a.anew(func() string { want[path] = a.browser().get(path); return "" })
	}
	words := []string{"q", "return", "return_to", "after", "before", "ideas", "ideas_after", "limit", "sort", "people", "quote", "reply_to", "lang", "x"}
	values := []string{"", "1", "20", "number", "newest", "best", "MARKER", "<b>MARKER", strings.Repeat("!", 3000), "/MARKER", "en", "\x00MARKER", "%0aMARKER"}
	rapid.Check(t, func(t *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(t, "requests") {
			path, rest, _ := strings.Cut(rapid.SampledFrom(paths).Draw(t, "path"), "?")
			path += rapid.SampledFrom([]string{"", "", "/", "//", "/MARKER", "%2f"}).Draw(t, "behind")
			q, err := url.ParseQuery(rest)
			must(a.t, err)
			for range rapid.IntRange(0, 3).Draw(t, "words") {
				q.Add(rapid.SampledFrom(words).Draw(t, "word"), rapid.SampledFrom(values).Draw(t, "value"))
			}
			r := httptest.NewRequest(rapid.SampledFrom([]string{http.MethodGet, http.MethodHead}).Draw(t, "method"), mainPage, nil)
			if r.URL, err = url.Parse(path + "?" + q.Encode()); err != nil {
				continue
			}
			for _, field := range []string{"Accept-Encoding", "Accept-Language", "X-Forwarded-Host", "X-Forwarded-For", "Referer", "If-None-Match", "X-Folkmoot-Part"} {
				if rapid.IntRange(0, 5).Draw(t, field) == 0 {
					r.Header.Set(field, rapid.SampledFrom([]string{"MARKER", "gzip", "identity", "cy", "*"}).Draw(t, "of "+field))
				}
			}
			b := a.browser()
			for _, name := range []string{guestCookie, noticeCookie, sessionCookie, choicesPrefix + "x"} {
				if rapid.IntRange(0, 5).Draw(t, name) == 0 {
					b.cookies[name] = "MARKER"
				}
			}
			b.do(r)
		}
		for _, path := range paths {
			r := a.browser().get(path)
			if r.body != want[path].body || r.status != want[path].status || r.header.Get("ETag") != want[path].header.Get("ETag") {
				t.Fatalf("%s: %d, %s", path, r.status, firstDifference(r.body, want[path].body))
			}
		}
	})
}

// TestOnePageOneAddress: the number of an idea is written in one way.
func TestOnePageOneAddress(t *testing.T) {
	a := newApp(t)
	for _, number := range []string{"01", "+1", "%31", "0", "-1"} {
		a.browser().get(mainPage+"/ideas/"+number).want(t, number, 404)
	}
	for _, limit := range []string{"0", "1", "99", "+20", "020", "1001", "x"} {
		a.browser().get(mainPage+"?limit="+limit).want(t, limit, 422, "10, 20, 50, 100, 200, 500 or 1000")
	}
}

// TestPlainClients: who takes no gzip, or asks for the head alone, is served as others are.
func TestPlainClients(t *testing.T) {
	a := newApp(t)
	ask := func(method, encoding, etag string) answer {
		r := httptest.NewRequest(method, mainPage, nil)
		r.Header.Set("Accept-Encoding", encoding)
		r.Header.Set("If-None-Match", etag)
		return a.browser().do(r)
	}
	page := ask(http.MethodGet, "identity", "").want(t, "plain", 200, "</html>")
	renders := a.srv.pages.Renders()
	etag := page.header.Get("ETag")
	ask(http.MethodGet, "identity", etag).want(t, "plain again", 304)
	ask(http.MethodHead, "gzip", etag).want(t, "head again", 304)
	for _, encoding := range []string{"gzip", "identity"} {
		if r := ask(http.MethodHead, encoding, "").want(t, "head", 200); r.body != "" || r.header.Get("ETag") != etag {
			t.Errorf("HEAD: %q %v", r.body, r.header)
		}
	}
	if n := a.srv.pages.Renders() - renders; n != 0 {
		t.Errorf("a page that is kept was rendered %d times", n)
	}
}
