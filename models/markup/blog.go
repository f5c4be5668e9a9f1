package markup

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// shortcodes are the bracketed signs that WordPress puts into a post and that
// are never shown to a reader.
var shortcodes = regexp.MustCompile(`\[/?(?:caption|gallery|embed|audio|video|playlist)(?:\s[^\]<>]*)?/?\]`)

// FromHTML makes the HTML of a blog post safe, under the policy of Organiser
// but without links to paths, which led to the other site. A blank line begins
// a paragraph and a line end is a line break, as WordPress shows them, unless
// the post is made of WordPress blocks, which hold their own paragraphs. Images
// become their description.
func FromHTML(source string) string {
	source = normalise(source)
	blocks := strings.Contains(source, "<!-- wp:")
	source = shortcodes.ReplaceAllString(source, "")
	nodes, err := parse(source)
	if err != nil {
		return literal(textOnly(source))
	}
	rendered, err := render(tidy(nodes, tidyOptions{breaks: !blocks}))
	if err != nil {
		return literal(textOnly(source))
	}
	return finish(richPolicy, rendered)
}

// FromHTMLText turns an imported comment's HTML into the text that a person
// could have typed: Public renders it again with the same words, paragraphs,
// line breaks, emphasis, lists, quotations, code and links. Signs that would be
// taken for Markdown are escaped, and no others. What Public cannot say
// (emphasis inside a word, tables) is left out; the words always stay.
func FromHTMLText(source string) string {
	source = normalise(source)
	nodes, err := parse(source)
	if err != nil {
		return escapeText(strings.TrimSpace(textOnly(source)))
	}
	nodes = tidy(nodes, tidyOptions{breaks: true, del: true})
	want, links := shown(nodes), linksOf(nodes)
	for _, explicit := range []bool{false, true} {
		text := (&writer{markdown: true, explicit: explicit}).blocks(nodes)
		if utf8.RuneCountInString(text) > maxSource { // Public will not read it as Markdown either
			return (&writer{addresses: true}).blocks(nodes)
		}
		again, err := parse(Public(text))
		if err == nil && shown(again) == want && within(links, linksOf(again)) {
			return text
		}
	}
	return escapeText((&writer{addresses: true}).blocks(nodes))
}

// linksOf lists the links of nodes, each with its text, brackets encoded.
func linksOf(nodes []*html.Node) (list []string) {
	for _, n := range nodes {
		if n.DataAtom == atom.A {
			list = append(list, brackets.Replace(attr(n, "href"))+" "+squeeze(textOf(n)))
		}
		list = append(list, linksOf(children(n))...)
	}
	return list
}

// within reports whether list has the strings of part, in their order.
func within(part, list []string) bool {
	for _, s := range list {
		if len(part) > 0 && part[0] == s {
			part = part[1:]
		}
	}
	return len(part) == 0
}

// shown is what a reader sees of nodes, without blank space.
func shown(nodes []*html.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString(textOf(n))
	}
	return squeeze(b.String())
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
