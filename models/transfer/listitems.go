package transfer

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ListItems returns the items of the first numbered list in a post's HTML that
// holds any, as plain text on one line each: what an organiser asked people to
// weigh. Lists inside an item belong to its text. ok is false if there is none.
func ListItems(source string) (items []string, ok bool) {
	for n := range fragment(source).Descendants() {
		if n.DataAtom != atom.Ol {
			continue
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if text := nodeText(c); c.DataAtom == atom.Li && text != "" {
				items = append(items, text)
			}
		}
		if len(items) > 0 {
			return items, true
		}
	}
	return nil, false
}

// plainText is HTML without its tags, on one line.
func plainText(source string) string { return nodeText(fragment(source)) }

// fragment parses HTML. What is nested beyond the parser's bound is kept as one
// text, tags and all.
func fragment(source string) *html.Node {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(source), root)
	if err != nil {
		nodes = []*html.Node{{Type: html.TextNode, Data: source}}
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root
}

// nodeText joins the text below n, with a space where a block begins or ends.
func nodeText(n *html.Node) string {
	var b strings.Builder
	writeText(&b, n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func writeText(b *strings.Builder, n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		b.WriteString(n.Data)
		return
	case n.DataAtom == atom.Script || n.DataAtom == atom.Style:
		return
	}
	apart := n.DataAtom == atom.Li || n.DataAtom == atom.P || n.DataAtom == atom.Br ||
		n.DataAtom == atom.Div || n.DataAtom == atom.Ul || n.DataAtom == atom.Ol
	if apart {
		b.WriteByte(' ')
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		writeText(b, c)
	}
	if apart {
		b.WriteByte(' ')
	}
}
