package markup

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var paragraphBreak = regexp.MustCompile(`\n[ \t]*\n\s*`)

// flow lays nodes out as a list of blocks: runs of loose text become
// paragraphs, cut at blank lines where line ends count; containers give way to
// what they hold; empty paragraphs and headings go.
func flow(nodes []*html.Node, o tidyOptions) []*html.Node {
	f := flower{o: o}
	for _, n := range nodes {
		f.add(n)
	}
	f.flush()
	return f.blocks
}

type flower struct {
	o      tidyOptions
	run    []*html.Node
	blocks []*html.Node
}

func (f *flower) add(n *html.Node) {
	switch {
	case isBlock(n.DataAtom):
		f.flush()
		f.block(n)
	case isContainer(n.DataAtom) || holdsBlock(n):
		f.flush()
		f.blocks = append(f.blocks, flow(children(n), f.o)...)
	case n.Type == html.TextNode && f.o.breaks:
		f.text(n.Data)
	default:
		f.run = append(f.run, n)
	}
}

// text adds loose text, ending the paragraph at each blank line.
func (f *flower) text(s string) {
	for i, part := range paragraphBreak.Split(s, -1) {
		if i > 0 {
			f.flush()
		}
		if part != "" {
			f.run = append(f.run, textNode(part))
		}
	}
}

// flush ends the current paragraph.
func (f *flower) flush() {
	if len(f.run) == 0 {
		return
	}
	p := element(atom.P)
	for _, n := range f.run {
		detach(n)
		p.AppendChild(n)
	}
	f.run = nil
	f.block(p)
}

// block adds one block element, its content laid out in turn.
func (f *flower) block(n *html.Node) {
	detach(n)
	switch n.DataAtom {
	case atom.P:
		f.paragraph(n)
		return
	case atom.Blockquote:
		inner := flow(children(n), f.o)
		empty(n)
		appendAll(n, inner)
	case atom.Ul, atom.Ol:
		listItems(n)
	}
	if n.DataAtom == atom.Hr || strings.TrimSpace(textOf(n)) != "" {
		f.blocks = append(f.blocks, n)
	}
}

// paragraph adds p, cut in two wherever line breaks follow each other.
func (f *flower) paragraph(p *html.Node) {
	if f.o.breaks {
		breakLines(p)
	}
	part, gap, breaks := element(atom.P), []*html.Node(nil), 0
	for _, c := range children(p) {
		p.RemoveChild(c)
		if isGap(c) {
			gap = append(gap, c)
			if c.DataAtom == atom.Br {
				breaks++
			}
			continue
		}
		if breaks > 1 {
			f.keep(part)
			part = element(atom.P)
		} else if part.FirstChild != nil {
			appendAll(part, gap)
		}
		part.AppendChild(c)
		gap, breaks = nil, 0
	}
	f.keep(part)
}

// keep adds a paragraph, its ends trimmed, unless nothing is written in it.
func (f *flower) keep(p *html.Node) {
	if strings.TrimSpace(textOf(p)) == "" {
		return
	}
	if p.FirstChild.Type == html.TextNode {
		p.FirstChild.Data = strings.TrimLeft(p.FirstChild.Data, " \t\n")
	}
	if p.LastChild.Type == html.TextNode {
		p.LastChild.Data = strings.TrimRight(p.LastChild.Data, " \t\n")
	}
	f.blocks = append(f.blocks, p)
}

func isGap(n *html.Node) bool {
	return n.DataAtom == atom.Br || n.Type == html.TextNode && strings.TrimSpace(n.Data) == ""
}

// listItems makes every child of a list an item: loose text is dropped when
// blank and becomes an item otherwise; a list inside a list belongs to the item
// before it.
func listItems(list *html.Node) {
	for _, c := range children(list) {
		switch {
		case c.DataAtom == atom.Li:
			continue
		case strings.TrimSpace(textOf(c)) == "":
			list.RemoveChild(c)
		case c.PrevSibling != nil:
			item := c.PrevSibling
			list.RemoveChild(c)
			item.AppendChild(c)
		default:
			li := element(atom.Li)
			replace(c, li)
			li.AppendChild(c)
		}
	}
}

// breakLines turns the line ends in a paragraph into line breaks, but for
// those that only follow one.
func breakLines(n *html.Node) {
	for _, c := range children(n) {
		if c.Type != html.TextNode {
			if c.DataAtom != atom.Br {
				breakLines(c)
			}
			continue
		}
		s := c.Data
		if afterBreak(c) {
			s = strings.TrimLeft(s, " \t\n")
		}
		if c.NextSibling != nil && c.NextSibling.DataAtom == atom.Br {
			s = strings.TrimRight(s, " \t\n")
		}
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				n.InsertBefore(element(atom.Br), c)
			}
			n.InsertBefore(textNode(strings.Trim(line, "\r")), c)
		}
		n.RemoveChild(c)
	}
}

func afterBreak(n *html.Node) bool {
	return n.PrevSibling != nil && n.PrevSibling.DataAtom == atom.Br
}
