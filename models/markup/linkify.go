package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// linkifier makes links of bare addresses, as webAddress and mailAddress find
// them. An address is noticed at its first sign (the colon, the first dot or
// the @) and begins in the text that stands before it, so that it may follow
// anything.
type linkifier struct{}

// Trigger implements parser.InlineParser.
func (linkifier) Trigger() []byte { return []byte{':', '.', '@'} }

// Parse implements parser.InlineParser.
func (linkifier) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	source := block.Source()
	switch head := string(source[max(0, segment.Start-5):segment.Start]); line[0] {
	case '@':
		settle(parent, pc)
	case ':':
		if !hasFoldSuffix(head, "http") && !hasFoldSuffix(head, "https") {
			return nil
		}
	case '.':
		if !hasFoldSuffix(head, "www") {
			return nil
		}
	}
	start := segment.Start - pendingText(parent, segment.Start)
	pending := string(source[start:segment.Start])
	rest := string(line[:min(len(line), maxAddress)])
	left, right, href := addressAround(pending, rest, string(source[max(0, start-1000):start]))
	if left+right == 0 || linkLabel(source, segment.Start, pc) {
		return nil
	}
	takeBack(parent, left)
	block.Advance(right)
	words := ast.NewRawTextSegment(text.NewSegment(segment.Start-left, segment.Start+right))
	if href == "" {
		return words
	}
	link := ast.NewLink()
	link.Destination = []byte(href)
	link.AppendChild(link, words)
	return link
}

// addressAround finds the address that has its first sign at the beginning of
// rest: how much of it stands in pending, the text before, and how much in rest.
// earlier stands before pending.
func addressAround(pending, rest, earlier string) (left, right int, href string) {
	if rest[0] == '@' {
		left, right, href = mailAddress(earlier+pending, rest[1:])
		if left == 0 || left > len(pending) {
			return 0, 0, ""
		}
		return left, right + 1, href
	}
	for _, begin := range []string{"https", "http", "www"} {
		if (begin == "www") != (rest[0] == '.') || !hasFoldSuffix(pending, begin) {
			continue
		}
		at := len(pending) - len(begin)
		length, href := webAddress(pending[at:]+rest, earlier+pending[:at])
		if length > 0 {
			return len(begin), length - len(begin), href
		}
	}
	return 0, 0, ""
}

func hasFoldSuffix(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// pendingText returns the length of the plain text that ends at end: the last
// children of parent that follow each other closely.
func pendingText(parent ast.Node, end int) int {
	length := 0
	for n := parent.LastChild(); n != nil && length < maxAddress; n = n.PreviousSibling() {
		words, ok := n.(*ast.Text)
		if !ok || words.Segment.Stop != end-length || words.SoftLineBreak() || words.HardLineBreak() {
			break
		}
		length += words.Segment.Len()
	}
	return length
}

// settle makes text of the signs before a mail address that can mark no
// emphasis, as in first_last@example.org.
func settle(parent ast.Node, pc parser.Context) {
	for n := parent.LastChild(); n != nil; {
		previous := n.PreviousSibling()
		switch sign := n.(type) {
		case *ast.Text:
		case *parser.Delimiter:
			if sign.CanOpen || sign.CanClose {
				return
			}
			pc.RemoveDelimiter(sign)
		default:
			return
		}
		n = previous
	}
}

// takeBack shortens the last text of parent by length bytes.
func takeBack(parent ast.Node, length int) {
	for length > 0 {
		last := parent.LastChild().(*ast.Text)
		size := last.Segment.Len()
		if size > length {
			last.Segment = last.Segment.WithStop(last.Segment.Stop - length)
			return
		}
		parent.RemoveChild(parent, last)
		length -= size
	}
}

// linkLabel reports whether the text at this place may become that of a link
// whose address follows in brackets.
func linkLabel(source []byte, at int, pc parser.Context) bool {
	if !pc.IsInLinkLabel() {
		return false
	}
	rest := string(source[at:min(len(source), at+maxAddress)])
	if blank := paragraphBreak.FindStringIndex(rest); blank != nil {
		rest = rest[:blank[0]]
	}
	return strings.Contains(rest, "](") || strings.Contains(rest, "][")
}
