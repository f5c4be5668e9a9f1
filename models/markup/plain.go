package markup

import (
	"html"
	"strings"
	"unicode/utf8"
)

// Plain returns the readable text of rendered HTML, for files, mails and search:
// paragraphs are parted by a blank line, list items keep their number or a
// dash, quotations a ">", and a link whose address is not its text is followed
// by the address in brackets. Plain text without tags comes back as it is, but
// for entities; to read what was typed, render it first.
func Plain(rendered string) string {
	nodes, err := parse(normalise(rendered))
	if err != nil {
		return strings.TrimSpace(textOnly(rendered))
	}
	blocks := flow(nodes, tidyOptions{})
	return (&writer{addresses: true}).blocks(blocks)
}

// Snippet is Plain on one line, without addresses, cut to at most limit
// characters at a word where there is one, with an ellipsis as the last.
func Snippet(rendered string, limit int) string {
	nodes, err := parse(normalise(rendered))
	line := textOnly(rendered)
	if err == nil {
		line = (&writer{}).blocks(flow(nodes, tidyOptions{}))
	}
	line = strings.Join(strings.Fields(line), " ")
	if limit < 1 || utf8.RuneCountInString(line) <= limit {
		return line
	}
	runes := []rune(line)
	cut := string(runes[:limit-1])
	space := strings.LastIndexByte(cut, ' ')
	if runes[limit-1] != ' ' && space > len(cut)/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:.–—-") + "…"
}

// textOnly drops every tag without looking at structure.
func textOnly(source string) string { return html.UnescapeString(noPolicy.Sanitize(source)) }
