package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestLogHoldsNoToken asks for links as people and programs mangle them. Whatever the
// answer, neither the access log nor the log of errors holds the token.
func TestLogHoldsNoToken(t *testing.T) {
	a := newApp(t)
	const token = "TOKENvLh2mJq8xYtR4nWc6ZpA0dKf3sGb9eUi7oXaBcD"
	for _, c := range []struct{ path, shown string }{
		{"/sign-in/" + token, "/sign-in/:token"},
		{"/sign-in/" + token + "/", "/sign-in/:token"},
		{"/contributions/" + token, "/contributions/:token"},
		{"/contributions/" + token + "/withdraw", "/contributions/:token/withdraw"},
		{"//sign-in/" + token, ""},
		{"/%73ign-in/" + token, ""},
		{"/sign-in%2f" + token, ""},
		{"/sign-in%2F" + token, ""},
		{"/sign-in//" + token, ""},
		{"/./sign-in/" + token, ""},
		{"/x/../sign-in/" + token, ""},
		{"/Sign-In/" + token, ""},
		{"/sign-in/" + token + "/x", ""},
		{"/sign-in/." + token, "/sign-in/:token"},
		{"/sign-in." + token, ""},
		{"/sign-in;" + token, ""},
		{"/sign-in/?token=" + token, "/sign-in"},
		{"/" + token, ""},
		{"/consultations/" + token, "/consultations/:slug"},
		{"/consultations/local-supply/ideas/" + token, ""},
		{"/replies/" + token, "/replies/:id"},
		{"/edit/" + token, "/edit/:item"},
		{"/report/" + token, "/report/:item"},
		{"/moderation/" + token, "/moderation/:item"},
		{"/public/" + token, "/public/:file"},
		{"/consultations/local-supply/ideas/1", "/consultations/local-supply/ideas/1"},
		{"/consultations/local-supply/", "/consultations/local-supply"},
		{"/", "/"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, "ODD"} {
			before := len(a.log.String())
			r, err := http.NewRequest(method, "/", nil)
			must(t, err)
			r.URL = &url.URL{Scheme: "http", Host: "folkmoot.example", Opaque: "//folkmoot.example" + c.path} // sent as it stands
			if strings.HasPrefix(c.path, "//") {
				r.URL = &url.URL{Scheme: "http", Host: "folkmoot.example", Path: c.path}
			}
			a.browser().do(r)
			line := a.log.String()[before:]
			if strings.Contains(line, "TOKEN") {
				t.Errorf("%s %s is logged as %s", method, c.path, line)
			}
			if want := first(c.shown, noRoute); method == http.MethodGet && !strings.Contains(strings.ReplaceAll(line, `"`, ""), "path="+want+" ") {
				t.Errorf("%s %s is logged as %s; want path %s", method, c.path, line, want)
			}
		}
	}
	a.out.gone(true)
	for _, path := range []string{"/sign-in/" + token, "/contributions/" + token + "/withdraw", "/sign-in%2f" + token} {
		a.browser().post(path, nil)
	}
	a.out.gone(false)
	if log := a.log.String(); strings.Contains(log, "TOKEN") || !strings.Contains(log, "not saved") {
		t.Errorf("while the store is away the log holds a token, or nothing: %s", around(log, "TOKEN"))
	}
}
