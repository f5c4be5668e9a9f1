package markup

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// writer writes a tidy flow of blocks as text: plain, or as the Markdown that
// Public reads.
type writer struct {
	markdown  bool
	addresses bool // write a link's address after its text
	explicit  bool // write the address of every link, as [text](address)
}

// blocks writes nodes, parted by blank lines.
func (w *writer) blocks(nodes []*html.Node) string { return w.join(nodes, "\n\n") }

// join writes nodes. Inside an item a list may follow closely on the text, but
// a numbered one only if it begins with 1: Markdown reads no other there.

func (w *writer) join(nodes []*html.Node, beforeList string) string {
	var b strings.Builder
	for _, n := range nodes {
		s := w.block(n)
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			if n.DataAtom == atom.Ul || n.DataAtom == atom.Ol && strings.HasPrefix(s, "1. ") {
				b.WriteString(beforeList)
			} else {
				b.WriteString("\n\n")
			}
		}
		b.WriteString(s)
	}
	return b.String()
}

func (w *writer) block(n *html.Node) string {
	switch n.DataAtom {
	case atom.Ul, atom.Ol:
		return w.list(n)
	case atom.Blockquote:
		return prefixLines(w.blocks(children(n)), "> ", "> ")
	case atom.Pre:
		return w.pre(n)
	case atom.Table:
		return w.table(n)
	case atom.Hr:
		return ""
	}
	pieces := w.inside(n)
	if w.markdown && headingLevel(n) > 0 {
		pieces = emphasis(pieces, "**") // the public's Markdown has no headings
	}
	return assemble(pieces, w.markdown)
}

// list writes the items of ol or ul, each with its number or a dash.
func (w *writer) list(n *html.Node) string {
	var items []string
	number := 1
	if start, err := strconv.Atoi(attr(n, "start")); err == nil {
		number = start
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Li {
			continue
		}
		if value, err := strconv.Atoi(attr(c, "value")); err == nil {
			number = value
		}
		mark := "- "
		if n.DataAtom == atom.Ol {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		text := w.join(flow(copies(c), tidyOptions{breaks: w.markdown}), "\n")
		if text != "" {
			items = append(items, prefixLines(text, mark, strings.Repeat(" ", len(mark))))
		}
	}
	return strings.Join(items, "\n")
}

func (w *writer) pre(n *html.Node) string {
	text := strings.Trim(textOf(n), "\n")
	if !w.markdown || strings.TrimSpace(text) == "" {
		return text
	}
	fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	return fence + "\n" + text + "\n" + fence
}

// table writes a line for each row.
func (w *writer) table(n *html.Node) string {
	var rows []string
	for d := range n.Descendants() {
		if d.DataAtom != atom.Tr {
			continue
		}
		var cells []string
		for c := d.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
				cells = append(cells, strings.Join(strings.Fields(assemble(w.inside(c), w.markdown)), " "))
			}
		}
		rows = append(rows, strings.TrimSpace(strings.Join(cells, "  ")))
	}
	return strings.Join(rows, "\n")
}

// prefixLines puts first before the first line and rest before the others;
// blank lines get the prefix without its trailing space.
func prefixLines(s, first, rest string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		if line == "" {
			prefix = strings.TrimRight(prefix, " ")
		}
		lines[i] = prefix + line
	}
	return strings.Join(lines, "\n")
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] == c {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}
