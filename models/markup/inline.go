package markup

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// wordEmphasis lets * and _ mark only whole words and phrases, so that 2*3*4,
// snake_case and most faces stay as typed.
type wordEmphasis struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p wordEmphasis) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	node := p.InlineParser.Parse(parent, block, pc)
	if run, ok := node.(*parser.Delimiter); ok {
		rest, _ := block.PeekLine()
		after := firstRune(rest)
		run.CanOpen, run.CanClose = opens(before, after), closes(before, after)
	}
	return node
}

// opens reports whether a run of * or _ between these characters may begin an
// emphasis.
func opens(before, after rune) bool { return edgeBefore(before) && !blank(after) }

// closes reports whether it may end one.
func closes(before, after rune) bool { return !blank(before) && edgeAfter(after) }

func edgeBefore(r rune) bool { return blank(r) || punct(r) || unspaced(r) }

func edgeAfter(r rune) bool {
	return blank(r) || unspaced(r) || punct(r) && !unicode.In(r, unicode.Ps, unicode.Pi)
}

func blank(r rune) bool { return unicode.IsSpace(r) }

func punct(r rune) bool {
	if r < utf8.RuneSelf {
		return util.IsPunct(byte(r))
	}
	return unicode.IsPunct(r)
}

// unspaced reports the scripts that do not put spaces between words, or that put
// particles straight after them.
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// firstRune is the character that b begins with; a line end when b is empty.
func firstRune(b []byte) rune {
	if len(b) == 0 {
		return '\n'
	}
	r, _ := utf8.DecodeRune(b)
	return r
}

// linkOnly is goldmark's link parser without its images.
type linkOnly struct{ parser.InlineParser }

// Trigger implements parser.InlineParser.
func (p linkOnly) Trigger() []byte { return []byte{'[', ']'} }

// CloseBlock implements parser.CloseBlocker, which embedding would hide.
func (p linkOnly) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if c, ok := p.InlineParser.(parser.CloseBlocker); ok {
		c.CloseBlock(parent, block, pc)
	}
}

// escapeParser takes every backslash before goldmark does: it hides itself
// where escapes says so and is shown everywhere else.
type escapeParser struct{}

// Trigger implements parser.InlineParser.
func (escapeParser) Trigger() []byte { return []byte{'\\'} }

// Parse implements parser.InlineParser.
func (escapeParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if len(line) > 1 {
		prefix := block.Source()[:segment.Start]
		if escapes(prefix, block.PrecendingCharacter(), line[1], firstRune(line[2:])) {
			block.Advance(2)
			return ast.NewRawTextSegment(text.NewSegment(segment.Start+1, segment.Start+2))
		}
	}
	length := 1
	if len(line) > 1 && (line[1] == '*' || line[1] == '_') {
		length = 2 // no sign before the backslash, so none after it either
	}
	block.Advance(length)
	return ast.NewRawTextSegment(text.NewSegment(segment.Start, segment.Start+length))
}

// escapes reports whether a backslash before the sign next is an escape:
// always for ` [ and ], for * and _ where they could mark an emphasis, and for
// the signs of lists and quotations where a line begins with them. A backslash
// never escapes a backslash, so \\server\share is shown whole.
func escapes(prefix []byte, before rune, next byte, after rune) bool {
	switch next {
	case '`', '[', ']':
		return true
	case '*', '_':
		return opens(before, after) || closes(before, after) ||
			next == '*' && blank(after) && lineStart(prefix)
	case '-', '+':
		return blank(after) && lineStart(prefix)
	case '>':
		return (blank(after) || after == '>') && lineStart(prefix)
	case '.', ')':
		digits := bytes.TrimRight(prefix, `\`)
		return len(digits) > 0 && util.IsNumeric(digits[len(digits)-1]) &&
			blank(after) && lineStart(prefix)
	}
	return false
}

// lineStart reports whether nothing but block signs stands before the end of
// prefix on its line. It looks no further back than signs can reach.
func lineStart[T string | []byte](prefix T) bool {
	for i := len(prefix) - 1; i >= max(0, len(prefix)-64); i-- {
		if prefix[i] == '\n' {
			return true
		}
		if strings.IndexByte(" \t\\>*+-.)0123456789", prefix[i]) < 0 {
			return false
		}
	}
	return len(prefix) <= 64
}
