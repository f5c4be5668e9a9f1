package handlers

import (
	"net/http"
	"strings"
	"testing"

	"folkmoot/models"
)

// TestPlainTools returns pages as they are to who says nothing of encodings, also those
// that are kept compressed.
func TestPlainTools(t *testing.T) {
	a := newApp(t)
	a.http.Transport.(*http.Transport).DisableCompression = true
	signedIn := a.signedIn("ann@example.org", models.RoleParticipant)
	for _, path := range []string{"/", mainPage, mainPage + "/ideas/1", "/no-such-page", mainPage} {
		for who, b := range map[string]*browser{"stranger": a.browser(), "Ann": signedIn} {
			r := b.get(path)
			if r.header.Get("Content-Encoding") != "" || !strings.Contains(r.body, "</html>") {
				t.Errorf("%s, %s: encoding %q, %s", who, path, r.header.Get("Content-Encoding"), excerpt(r.body))
			}
		}
	}
}
