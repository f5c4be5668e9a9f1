package markup

import (
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// safeURL reports whether a link may lead there: http and https with a host,
// mailto with an address, and, where relative is set, a path of this site.
func safeURL(link string, relative bool) bool {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	case "mailto":
		return u.Opaque != ""
	case "":
		return relative && siteLink.MatchString(link)
	}
	return false
}

// asTyped puts back as text what the policy would otherwise drop in silence:
// links to nowhere safe or without a visible name, and emphasis nested beyond
// reason.
type asTyped struct{}

// Transform implements parser.ASTTransformer.
func (asTyped) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	c := collector{source: reader.Source()}
	c.collect(doc, 0)
	for _, n := range c.deep {
		mark := strings.Repeat("*", n.Level)
		unwrap(n, mark, mark)
	}
	for _, n := range c.links {
		unwrap(n, "[", "]("+string(n.Destination)+")")
	}
}

// collector gathers what asTyped puts back, so that nothing moves on the walk.
type collector struct {
	source []byte
	links  []*ast.Link
	deep   []*ast.Emphasis
}

func (k *collector) collect(n ast.Node, depth int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		inner := depth
		switch c := c.(type) {
		case *ast.Link:
			c.Title = nil
			href, ok := canonicalLink(string(util.URLEscape(c.Destination, true)), false)
			if !ok || !hasText(c, k.source) {
				k.links = append(k.links, c)
				break
			}
			c.Destination = []byte(href)
		case *ast.Emphasis:
			if inner++; inner > maxDepth {
				k.deep = append(k.deep, c)
			}
		}
		k.collect(c, inner)
	}
}

func hasText(n ast.Node, source []byte) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			if !util.IsBlank(c.Segment.Value(source)) {
				return true
			}
		default:
			if hasText(c, source) {
				return true
			}
		}
	}
	return false
}

// unwrap replaces n by its children between two pieces of plain text.
func unwrap(n ast.Node, before, after string) {
	parent := n.Parent()
	parent.InsertBefore(parent, n, plainNode(before))
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		n.RemoveChild(n, c)
		parent.InsertBefore(parent, n, c)
		c = next
	}
	parent.InsertBefore(parent, n, plainNode(after))
	parent.RemoveChild(parent, n)
}

func plainNode(s string) ast.Node {
	n := ast.NewString([]byte(s))
	n.SetRaw(true)
	return n
}
