package handlers

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

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
