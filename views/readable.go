package views

import (
	"regexp"
	"strings"
)

// marking are the signs of Markdown that say nothing to a reader, with what is
// left in their place. What stands between them is kept.
var marking = []struct {
	signs *regexp.Regexp
	left  string
}{
	{regexp.MustCompile(`(?m)^[ \t]*(?:(?:[-*_=][ \t]*){3,}|` + "`{3,}[^`\n]*" + `)$`), ""}, // rules, fences

	{regexp.MustCompile(`(?m)^[ \t]*(?:>[ \t]?|(?:#{1,6}|[-*+])[ \t]+)+`), ""}, // headings, quotations, lists

	{regexp.MustCompile(`!?\[([^\]\n]*)\]\([^)\n]*\)`), "$1"}, // links, pictures

	{regexp.MustCompile(`(^|[^\\])\*{1,3}([^\s*](?:[^*\n]*[^\s*])?)\*{1,3}`), "$1$2"}, // emphasis

	{regexp.MustCompile(`(^|[^\pL\pN_])_{1,3}([^\s_](?:[^_\n]*[^\s_])?)_{1,3}([^\pL\pN_]|$)`), "$1$2$3"}, // the same by underscores

	{regexp.MustCompile("`+([^`\n]+)`+"), "$1"},

	{regexp.MustCompile(`~~([^~\n]+)~~`), "$1"},

	{regexp.MustCompile(`\\([\\*_#>\[\]()~.!+-]|` + "`" + `)`), "$1"},
}

// readable writes a text without the signs of its markup, on one line, for where
// a piece of it is quoted.
func readable(text string) string {
	for _, m := range marking {
		text = m.signs.ReplaceAllString(text, m.left)
	}
	return strings.Join(strings.Fields(text), " ")
}
