package ui

import "testing"

// TestSignInLink comes back to public pages and hands on no private address.
func TestSignInLink(t *testing.T) {
	for path, want := range map[string]string{
		"":                             "/sign-in",
		"/":                            "/sign-in",
		"/sign-in":                     "/sign-in",
		"/sign-in/tok-1":               "/sign-in",
		"/sign-in?return_to=%2Fboard":  "/sign-in",
		"/contributions/tok-1":         "/sign-in",
		"/edit/reply:1":                "/sign-in",
		"/report/reply:1":              "/sign-in",
		"/reports":                     "/sign-in?return_to=%2Freports",
		"/consultations/a?sort=newest": "/sign-in?return_to=%2Fconsultations%2Fa%3Fsort%3Dnewest",
	} {
		if got := signIn(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}
