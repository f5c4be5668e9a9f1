package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxElements is how deep elements may nest in what tidy lets through; what is
// deeper is reduced to its text.
const maxElements = 48

type tidyOptions struct {
	relative bool // links to paths of this site are allowed
	breaks   bool // a line end is a line break, as in WordPress
	del      bool // struck text is written ~~so~~ for a format without it
}

// parse reads a fragment of HTML as a browser would. It fails only on nesting
// deeper than 512 elements.
func parse(s string) ([]*html.Node, error) {
	context := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	return html.ParseFragment(strings.NewReader(s), context)
}

// render is the inverse of parse.
func render(nodes []*html.Node) (string, error) {
	var b strings.Builder
	for i, n := range nodes {
		if i > 0 {
			b.WriteByte('\n')
		}
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// tidy rebuilds a fragment as a flow of paragraphs and other blocks: no
// comments, scripts or containers, images replaced by their description,
// headings shifted under the page's own. What it returns is well formed but not
// yet safe: finish has the last word.
func tidy(nodes []*html.Node, o tidyOptions) []*html.Node {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	tidyChildren(root, o, 0)
	blocks := flow(children(root), o)
	shiftHeadings(blocks)
	return blocks
}

func tidyChildren(n *html.Node, o tidyOptions, depth int) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		tidyNode(c, o, depth)
		c = next
	}
}

func tidyNode(n *html.Node, o tidyOptions, depth int) {
	switch {
	case n.Type == html.TextNode:
		return
	case n.Type != html.ElementNode || n.Namespace != "" || isUnread(n.DataAtom):
		n.Parent.RemoveChild(n)
		return
	case depth > maxElements:
		replace(n, textNode(textOf(n)))
		return
	}
	tidyChildren(n, o, depth+1)
	tidyElement(n, o)
}

// tidyElement normalises one element whose children are tidy.
func tidyElement(n *html.Node, o tidyOptions) {
	switch n.DataAtom {
	case atom.Img:
		replace(n, textNode(strings.TrimSpace(attr(n, "alt"))))
	case atom.A:
		href, ok := canonicalLink(attr(n, "href"), o.relative)
		if !ok || strings.TrimSpace(textOf(n)) == "" {
			splice(n)
			break
		}
		n.Attr = []html.Attribute{{Key: "href", Val: href}}
	case atom.B:
		rename(n, atom.Strong)
	case atom.I:
		rename(n, atom.Em)
	case atom.Tt, atom.Kbd, atom.Samp:
		rename(n, atom.Code)
	case atom.S, atom.Strike, atom.Del:
		rename(n, atom.Del)
		if o.del {
			n.InsertBefore(textNode("~~"), n.FirstChild)
			n.AppendChild(textNode("~~"))
			splice(n)
		}
	case atom.Li:
		wrapItem(n)
	}
}

// wrapItem puts a list around an item that stands alone.
func wrapItem(li *html.Node) {
	if p := li.Parent; p.DataAtom == atom.Ul || p.DataAtom == atom.Ol {
		return
	}
	ul := element(atom.Ul)
	replace(li, ul)
	ul.AppendChild(li)
}

// shiftHeadings maps the heading levels in use onto h3, h4, h5 and h6, in
// order, and lets none follow one more than a level above it: the page itself
// ends its own headings at h2.
func shiftHeadings(blocks []*html.Node) {
	var used []int
	for _, n := range blocks {
		if level := headingLevel(n); level > 0 && !slices.Contains(used, level) {
			used = append(used, level)
		}
	}
	slices.Sort(used)
	above := 2
	for _, n := range blocks {
		level := headingLevel(n)
		if level == 0 {
			continue
		}
		above = min(slices.Index(used, level)+3, above+1, 6)
		rename(n, headings[above-1])
	}
}

var headings = []atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6}

// headingLevel is 1 to 6, or 0 for what is no heading.
func headingLevel(n *html.Node) int { return slices.Index(headings, n.DataAtom) + 1 }

// isUnread reports whether the content of an element is not text for readers.
func isUnread(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Object, atom.Embed,
		atom.Noscript, atom.Noembed, atom.Noframes, atom.Canvas, atom.Head, atom.Title,
		atom.Audio, atom.Video, atom.Select, atom.Applet, atom.Frameset:
		return true
	}
	return false
}
