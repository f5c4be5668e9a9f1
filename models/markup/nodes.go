package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// isBlock reports whether an element stands between paragraphs.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr, atom.Pre,
		atom.Ul, atom.Ol, atom.Blockquote, atom.Table:
		return true
	}
	return false
}

// isContainer reports whether an element only groups blocks.
func isContainer(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Aside,
		atom.Nav, atom.Figure, atom.Figcaption, atom.Address, atom.Center, atom.Details,
		atom.Summary, atom.Dl, atom.Dt, atom.Dd, atom.Form, atom.Fieldset, atom.Legend,
		atom.Menu, atom.Hgroup, atom.Dialog:
		return true
	}
	return false
}

// holdsBlock reports whether a block or a container stands somewhere below n.
func holdsBlock(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if isBlock(c.DataAtom) || isContainer(c.DataAtom) || holdsBlock(c) {
			return true
		}
	}
	return false
}

// textOf is all the text below n.
func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// children lists the children of n, so that they may be moved while looping.
func children(n *html.Node) []*html.Node {
	var list []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		list = append(list, c)
	}
	return list
}

// copies is children, as a deep copy.
func copies(n *html.Node) []*html.Node {
	var list []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		twin := &html.Node{Type: c.Type, Data: c.Data, DataAtom: c.DataAtom, Attr: c.Attr}
		appendAll(twin, copies(c))
		list = append(list, twin)
	}
	return list
}

func element(a atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: a.String(), DataAtom: a}
}

func textNode(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

func rename(n *html.Node, a atom.Atom) { n.Data, n.DataAtom = a.String(), a }

func detach(n *html.Node) {
	if n.Parent != nil {
		n.Parent.RemoveChild(n)
	}
}

func appendAll(n *html.Node, list []*html.Node) {
	for _, c := range list {
		n.AppendChild(c)
	}
}

func empty(n *html.Node) {
	for _, c := range children(n) {
		n.RemoveChild(c)
	}
}

func replace(old, with *html.Node) {
	old.Parent.InsertBefore(with, old)
	old.Parent.RemoveChild(old)
}

// splice replaces n by its children.
func splice(n *html.Node) {
	for _, c := range children(n) {
		n.RemoveChild(c)
		n.Parent.InsertBefore(c, n)
	}
	n.Parent.RemoveChild(n)
}
