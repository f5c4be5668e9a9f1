// Package public holds what browsers fetch besides pages: one style sheet, one
// script and an icon, each under a name that carries the hash of its content,
// so that it may be kept for ever.
package public

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"strings"
)

//go:embed css js favicon.svg
var files embed.FS

// Prefix is the path under which the files are served.
const Prefix = "/public/"

// bundles are the files that are served, and the parts that each is concatenated from.
// Later style sheets refine earlier ones; the parts of the script are one module.
var bundles = []struct {
	name, contentType string
	parts             []string
}{
	{"app.css", "text/css; charset=utf-8", []string{
		"css/base.css", "css/layout.css", "css/forms.css", "css/home.css", "css/consultation.css",
		"css/vote.css", "css/thread.css", "css/results.css", "css/staff.css", "css/people.css", "css/print.css",
	}},
	{"app.js", "text/javascript; charset=utf-8", []string{
		"js/page.js", "js/forms.js", "js/vote.js", "js/thread.js", "js/keys.js", "js/staff.js",
	}},
	{"favicon.svg", "image/svg+xml", []string{"favicon.svg"}},
}

type asset struct {
	content     []byte
	contentType string
}

var paths, assets = build()

// build reads and hashes everything once. A part that is missing is a
// programming error, found by any test, so it panics.
func build() (map[string]string, map[string]asset) {
	names, byHash := map[string]string{}, map[string]asset{}
	for _, b := range bundles {
		var content []byte
		for _, part := range b.parts {
			text, err := files.ReadFile(part)
			if err != nil {
				panic("public: " + err.Error())
			}
			content = append(content, text...)
		}
		hashed := hashedName(b.name, content)
		names[b.name] = Prefix + hashed
		byHash[hashed] = asset{content, b.contentType}
	}
	return names, byHash
}

// hashedName puts the start of the content's SHA-256 before the extension.
func hashedName(name string, content []byte) string {
	sum := sha256.Sum256(content)
	stem, extension, _ := strings.Cut(name, ".")
	return stem + "." + hex.EncodeToString(sum[:6]) + "." + extension
}

// Path returns the path of "app.css", "app.js" or "favicon.svg" with its hash:
// "/public/app.3f2a41c09b7e.css". It panics for a name that is not there.
func Path(name string) string {
	path, ok := paths[name]
	if !ok {
		panic("public: no file " + name)
	}
	return path
}

// Open returns the content and type of a hashed name as it stands after Prefix;
// ok is false if no file has that name (or had it in an earlier version).
func Open(hashedName string) (content []byte, contentType string, ok bool) {
	a, ok := assets[hashedName]
	return a.content, a.contentType, ok
}
