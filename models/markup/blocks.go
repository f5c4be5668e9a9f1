package markup

import (
	"bytes"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// numberedList refuses an empty first item ("-" alone is a dash) and lists
// nested too deep.
type numberedList struct{ parser.BlockParser }

// Open implements parser.BlockParser. The inner parser is always asked first,
// since it keeps state between calls.
func (p numberedList) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	node, state := p.BlockParser.Open(parent, reader, pc)
	if node == nil || nesting(parent) >= maxDepth {
		return nil, parser.NoChildren
	}
	line, _ := reader.PeekLine()
	if len(bytes.Fields(line)) < 2 {
		return nil, parser.NoChildren
	}
	return node, state
}

// numberedItem keeps the number that was typed when it is not the next one:
// in a consultation "3." and "5." name things.
type numberedItem struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (p numberedItem) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	number, ordered := leadingNumber(line)
	previous := parent.LastChild()
	node, state := p.BlockParser.Open(parent, reader, pc)
	if node == nil || !ordered {
		return node, state
	}
	shown := number
	if previous != nil {
		typed, counted := attrInt(previous, "typed"), attrInt(previous, "counted")
		// "1. 1. 1." is how Markdown people number: it counts on.
		if number == typed || number == counted+1 {
			shown = counted + 1
		} else {
			node.SetAttributeString("value", []byte(strconv.Itoa(number)))
		}
	}
	node.SetAttributeString("typed", number)
	node.SetAttributeString("counted", shown)
	return node, state
}

func leadingNumber(line []byte) (int, bool) {
	line = bytes.TrimLeft(line, " \t")
	end := 0
	for end < len(line) && util.IsNumeric(line[end]) {
		end++
	}
	n, err := strconv.Atoi(string(line[:end]))
	return n, err == nil
}

func attrInt(n ast.Node, name string) int {
	v, _ := n.AttributeString(name)
	i, _ := v.(int)
	return i
}

// closedFence opens a code block only for ``` (never ~~~) that is closed
// further down and carries at most one word, so that nothing typed vanishes.
type closedFence struct{ parser.BlockParser }

// Trigger implements parser.BlockParser.
func (p closedFence) Trigger() []byte { return []byte{'`'} }

// Open implements parser.BlockParser.
func (p closedFence) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	node, state := p.BlockParser.Open(parent, reader, pc)
	if node == nil || len(bytes.Fields(line)) > 1 {
		return nil, parser.NoChildren
	}
	if !bytes.Contains(reader.Source()[segment.Stop:], []byte("```")) {
		return nil, parser.NoChildren
	}
	return node, state
}

// spacedQuote opens a quotation for "> words", not for ">_<", ">=" or a lone
// ">".
type spacedQuote struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (p spacedQuote) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	rest := bytes.TrimLeft(bytes.TrimLeft(line, " \t"), ">")
	if len(rest) == 0 || !util.IsSpace(rest[0]) || len(bytes.Trim(rest, "> \t\n")) == 0 {
		return nil, parser.NoChildren
	}
	if nesting(parent) >= maxDepth {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// shallow bounds the nesting of the organiser's lists and quotations.
type shallow struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (p shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if nesting(parent) >= maxDepth {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// maxColumns bounds a table: goldmark fills every row up to the width of the
// first, so a short text could ask for millions of cells.
const maxColumns = 24

// narrowTable leaves what would be a wider table as text.
type narrowTable struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (p narrowTable) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		if bytes.Count(line.Value(reader.Source()), []byte("|")) > maxColumns {
			return
		}
	}
	p.ParagraphTransformer.Transform(node, reader, pc)
}

// anyParagraph takes indented lines too: there is no indented code here, and
// goldmark drops a line that no parser takes.
type anyParagraph struct{ parser.BlockParser }

// CanAcceptIndentedLine implements parser.BlockParser.
func (p anyParagraph) CanAcceptIndentedLine() bool { return true }

// nesting counts the lists and quotations around a new block, up to maxDepth.
func nesting(n ast.Node) int {
	depth := 0
	for ; n != nil && depth < maxDepth; n = n.Parent() {
		if n.Kind() == ast.KindList || n.Kind() == ast.KindBlockquote {
			depth++
		}
	}
	return depth
}
