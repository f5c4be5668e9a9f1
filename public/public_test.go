package public

import (
	"bytes"
	"strings"
	"testing"
)

// TestOpenFindsPaths opens every file by the path that pages name.
func TestOpenFindsPaths(t *testing.T) {
	for name, want := range map[string]string{"app.css": "text/css", "app.js": "text/javascript", "favicon.svg": "image/svg+xml"} {
		content, kind, ok := Open(strings.TrimPrefix(Path(name), Prefix))
		if !ok || len(content) == 0 || !strings.HasPrefix(kind, want) {
			t.Errorf("%s: ok %v, %d bytes, %q", name, ok, len(content), kind)
		}
	}
	if _, _, ok := Open("app.css"); ok {
		t.Error("a name without its hash was found")
	}
}

// TestHashFollowsContent: another content has another name.
func TestHashFollowsContent(t *testing.T) {
	if hashedName("app.css", []byte("a")) == hashedName("app.css", []byte("b")) {
		t.Error("two contents share a name")
	}
}

// TestNothingFromElsewhere: no file loads anything from another host.
func TestNothingFromElsewhere(t *testing.T) {
	for hashed, a := range assets {
		text := bytes.ReplaceAll(a.content, []byte("http://www.w3.org/2000/svg"), nil)
		for _, bad := range []string{"http://", "https://", "@import", "url("} {
			if bytes.Contains(text, []byte(bad)) {
				t.Errorf("%s holds %q", hashed, bad)
			}
		}
	}
}
