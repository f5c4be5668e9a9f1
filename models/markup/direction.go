package markup

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/bidi"
)

var (
	ownDirection   = regexp.MustCompile(`<(p|li|h[3-6]|pre|caption|th|td)\b`)
	firstInItem    = regexp.MustCompile(`(<(?:li|th|td) dir="auto"[^>]*>\s*<p) dir="auto"`)
	firstDirection = regexp.MustCompile(`<(?:ul|ol|blockquote|table)\b[^>]*>`)
)

// directions lets each paragraph, heading, item and cell of safe HTML take its own
// direction. A paragraph that begins an item shares the item's, so that the sign
// or number stands on its side; lists, quotations and tables, which have no text
// of their own to take it from, are given that of their first letter.
func directions(safe string) string {
	safe = ownDirection.ReplaceAllString(safe, `<$1 dir="auto"`)
	safe = firstInItem.ReplaceAllString(safe, "$1")
	var b strings.Builder
	last := 0
	for _, at := range firstDirection.FindAllStringIndex(safe, -1) {
		if !startsRightToLeft(safe[at[1]:]) {
			continue
		}
		b.WriteString(safe[last : at[1]-1])
		b.WriteString(` dir="rtl"`)
		last = at[1] - 1
	}
	b.WriteString(safe[last:])
	return b.String()
}

// startsRightToLeft reports whether the first letter of HTML belongs to a script
// written from right to left.
func startsRightToLeft(s string) bool {
	s = s[:min(len(s), 1000)]
	for i := 0; i < len(s); {
		skip := 0
		switch s[i] {
		case '<':
			skip = strings.IndexByte(s[i:], '>') + 1
		case '&':
			skip = strings.IndexByte(s[i:], ';') + 1
		}
		if skip > 0 {
			i += skip
			continue
		}
		properties, size := bidi.LookupString(s[i:])
		if size == 0 {
			return false
		}
		switch properties.Class() {
		case bidi.R, bidi.AL:
			return true
		case bidi.L:
			return false
		}
		i += size
	}
	return false
}
