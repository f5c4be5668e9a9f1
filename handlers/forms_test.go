package handlers

import (
	"bytes"
	"compress/gzip"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/valyala/fasthttp"
)

// TestLocalPath leads nowhere but to this site.
func TestLocalPath(t *testing.T) {
	for _, own := range []string{
		"/", "/account", "/consultations/local-supply?sort=newest&after=x#reply-1", "/a//b", "/é", "/@evil.example",
		"/%2F/evil.example", "/%5Cevil.example", "/%0d%0aSet-Cookie:x", "/?next=//evil.example", "/search?q=a:b",
	} {
		if got := localPath(own); got != own {
			t.Errorf("%q became %q", own, got)
		}
	}
	for _, away := range []string{
		"", "account", "//evil.example", "///evil.example", "//evil.example/..", `/\evil.example`, `\/evil.example`, `\\evil.example`, `/a\b`,
		"/\tevil", "/\t/evil.example", "\t//evil.example", "/\n/evil.example", "/\r\nSet-Cookie: a=b", "/\x00", " /account", " //evil.example",
		"https://evil.example/", "http:evil.example", "https:/evil.example", "HTTPS://evil.example", testBase + "/account",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "mailto:ana@example.org",
		"%2F%2Fevil.example", "/%zz", "?q=1", "#top", "..//evil.example",
	} {
		if got := localPath(away); got != "/" {
			t.Errorf("%q leads to %q", away, got)
		}
	}
}

// TestReturnPath sends nobody away after signing in, choosing or asking for a link.
func TestReturnPath(t *testing.T) {
	a := newApp(t)
	for _, away := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "javascript:alert(1)"} {
		r := a.browser().post(voteOn1, url.Values{"choice": {"agree"}, "return": {away}}).want(t, away, 303)
		if to := r.header.Get("Location"); !strings.HasPrefix(to, "/consultations/local-supply") {
			t.Errorf("%s: a vote leads to %s", away, to)
		}
		page := a.browser().get("/sign-in?return_to="+url.QueryEscape(away)).want(t, away, 200)
		if strings.Contains(page.body, "evil") || strings.Contains(page.body, "javascript:") {
			t.Errorf("%s stands on the sign-in page", away)
		}
	}
}

// TestPlainForm takes the one kind of form that our pages send.
func TestPlainForm(t *testing.T) {
	a := newApp(t)
	plain := reply().Encode()
	var many bytes.Buffer
	w := multipart.NewWriter(&many)
	for _, field := range []string{"name", "body"} {
		must(t, w.WriteField(field, "Ada"))
	}
	must(t, w.Close())
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(plain))
	must(t, err)
	must(t, z.Close())
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, kind, encoding, body string
		status                     int
	}{
		{"a form", form, "", plain, 303},
		{"with its letters", form + "; charset=utf-8", "", plain, 303},
		{"in parts", w.FormDataContentType(), "", many.String(), 422},
		{"in parts that are not there", "multipart/form-data", "", plain, 422},
		{"packed", form, "gzip", packed.String(), 422},
		{"packed otherwise", form, "br", plain, 422},
		{"not packed, it says", form, "identity", plain, 422},
		{"JSON", "application/json", "", `{"name":"Ada","body":"A fair point."}`, 422},
		{"text", "text/plain", "", plain, 422},
		{"nearly a form", form + "x", "", plain, 422},
		{"of no kind", "", "", plain, 422},
	} {
		before := a.stored()
		r := httptest.NewRequest(http.MethodPost, replies, strings.NewReader(c.body))
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if c.kind != "" {
			r.Header.Set("Content-Type", c.kind)
		}
		if c.encoding != "" {
			r.Header.Set("Content-Encoding", c.encoding)
		}
		got := a.browser().do(r).want(t, c.name, c.status)
		if strings.Contains(got.body, "[error") {
			t.Errorf("%s: no sentence for people", c.name)
		}
		if same := cmp.Equal(before, a.stored()); same != (c.status == 422) {
			t.Errorf("%s: nothing stored is %v", c.name, same)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/forget", nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	a.browser().do(r).want(t, "a button without fields", 303)
}

// TestFieldIsTyped reads the form alone: an address that carries a field types nothing.
func TestFieldIsTyped(t *testing.T) {
	var req fasthttp.Request
	req.Header.SetMethod(http.MethodPost)
	req.Header.SetContentType("application/x-www-form-urlencoded")
	req.SetRequestURI("/x?name=query&only=query")
	req.SetBodyString("name=form&empty=")
	withContext(t, "192.0.2.1", &req, func(c *fiber.Ctx) {
		for name, want := range map[string]string{"name": "form", "only": "", "empty": "", "none": ""} {
			if got := field(c, name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if f := typed(c, "name", "only"); f.Value("name") != "form" || f.Value("only") != "" {
			t.Errorf("typed: %v", f.Values)
		}
	})
	a := newApp(t)
	before := a.stored()
	a.browser().post(voteOn1+"?choice=agree", nil).want(t, "a vote in the address", 422)
	a.browser().post(replies+"?"+reply().Encode(), url.Values{"name": {"Ada"}}).want(t, "a reply in the address", 422)
	mod := a.signedIn("mod@example.org", "moderator")
	waiting := a.pending(a.con, "Waiting to be read")
	mod.post("/moderation/"+waiting.Item().String()+"?decision=publish", url.Values{"reason": {"x"}}).want(t, "a decision in the address", 422)
	after := a.stored()
	if after["vote"] != before["vote"] || after["decision"] != before["decision"] || after["reply"] != before["reply"]+1 {
		t.Errorf("%v became %v", before, after)
	}
}
