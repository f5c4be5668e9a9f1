// Package markup turns text into safe HTML and back into readable text.
//
// Public renders what anybody may type, Organiser what the organiser writes,
// FromHTML and FromHTMLText take in the HTML of another program, Plain and
// Snippet give readable text. Everything that leaves as HTML has passed one of
// two fixed allow-lists (policy.go): no script, style, class, id, name, form,
// image or frame, only http, https and mailto links, each with
// rel="nofollow ugc noopener".
//
// Parsing Markdown is quadratic on hostile input, so callers cap a text (10,000
// characters for the public) before it comes here, and render when a text is
// accepted, never when it is read. What is longer than any cap (65,536) is shown
// as it is, without Markdown. All functions are pure and safe for concurrent
// use.
package markup

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep quotations and lists nest before their signs are shown
// as typed; deeper structure helps nobody and browsers give up on it.
const maxDepth = 8

// maxSource is the longest text, in characters, that is read as Markdown.
const maxSource = 64 << 10

// Public renders what the public types: line breaks are kept, bare addresses
// linked, and emphasis, strong, lists, quotations, code and links are
// understood. Everything else appears as it was typed: HTML, entities,
// headings, images, rules and links to anywhere but the web or a mailbox. The
// numbers of a list are the ones typed. A backslash counts as an escape only
// where the next sign would otherwise mean something (see escapes).
func Public(text string) string {
	text = normalise(text)
	if utf8.RuneCountInString(text) > maxSource {
		return literal(text)
	}
	var out bytes.Buffer
	// A backslash at the end of a line would be swallowed as a hard break.
	source := strings.ReplaceAll(text, "\\\n", "\\ \n")
	if err := public.Convert([]byte(source), &out); err != nil {
		return literal(text)
	}
	return finish(lightPolicy, out.String())
}

// Organiser renders the organiser's Markdown in full: tables, struck text,
// lists, code and headings, which are shifted under the page's own (the
// highest becomes h3, none skips a level). Raw HTML goes through the
// allow-list, images become their description, links may also lead to a path
// of this site ("/privacy").
func Organiser(text string) string {
	text = normalise(text)
	if utf8.RuneCountInString(text) > maxSource {
		return literal(text)
	}
	var out bytes.Buffer
	if err := organiser.Convert([]byte(text), &out); err != nil {
		return literal(text)
	}
	nodes, err := parse(out.String())
	if err != nil {
		return literal(text)
	}
	nodes = tidy(nodes, tidyOptions{relative: true})
	rendered, err := render(nodes)
	if err != nil {
		return literal(text)
	}
	return finish(organiserPolicy, rendered)
}

// literal is the last resort for what cannot be rendered, for instance HTML
// nested more than 512 deep: the text itself, escaped, with its line breaks.
func literal(text string) string {
	var b strings.Builder
	for _, p := range paragraphBreak.Split(strings.TrimSpace(text), -1) {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		b.WriteString(`<p dir="auto">`)
		b.WriteString(strings.ReplaceAll(html.EscapeString(p), "\n", "<br>\n"))
		b.WriteString("</p>\n")
	}
	return strings.TrimSpace(b.String())
}

// normalise makes LF line ends for the parsers and well-formed text without NUL.
func normalise(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.ReplaceAll(text, "\r", "\n")
}
