package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Repairs counts what of an export was not XML and could be read all the same.
type Repairs struct {
	Characters int // that XML forbids, or references to them: removed
	Sections   int // "]]>" inside the text of a CDATA section: kept as text
	Bytes      int // that are no UTF-8: each became U+FFFD
}

// lookahead is how far, in bytes, a repair looks for the end of what it is in.
const lookahead = 64 << 10

// repairer reads UTF-8 that is not quite XML as XML. It changes no line's number.
type repairer struct {
	in    *bufio.Reader
	state xmlState
	quote rune // of the attribute value, in a tag
	out   bytes.Buffer
	done  Repairs
}

type xmlState int

const (
	inText xmlState = iota
	inTag
	inCDATA
	inComment
	inInstruction
)

func newRepairer(in io.Reader) *repairer {
	return &repairer{in: bufio.NewReaderSize(in, lookahead)}
}

// Read implements io.Reader.
func (r *repairer) Read(p []byte) (int, error) {
	for r.out.Len() < len(p) && r.out.Len() < 4<<10 {
		if err := r.step(); err != nil {
			if r.out.Len() > 0 && errors.Is(err, io.EOF) {
				break
			}
			return 0, err
		}
	}
	return r.out.Read(p)
}

// step reads one character, or one sign of XML.
func (r *repairer) step() error {
	c, size, err := r.in.ReadRune()
	if err != nil {
		return err
	}
	switch {
	case c == utf8.RuneError && size == 1:
		r.done.Bytes++
	case !allowed(c):
		r.done.Characters++
		return nil
	}
	switch r.state {
	case inCDATA:
		if c == ']' && r.follows("]>") {
			r.sectionEnd()
			return nil
		}
	case inText, inTag:
		if c == '&' && r.follows("#") && r.forbiddenReference() {
			r.done.Characters++
			return nil
		}
		r.markup(c)
	case inComment:
		if c == '-' && r.follows("->") {
			r.state = inText
		}
	case inInstruction:
		if c == '?' && r.follows(">") {
			r.state = inText
		}
	}
	r.out.WriteRune(c)
	return nil
}

// markup follows the tags of the file.
func (r *repairer) markup(c rune) {
	switch {
	case r.state == inTag && r.quote != 0:
		if c == r.quote {
			r.quote = 0
		}
	case r.state == inTag && (c == '"' || c == '\''):
		r.quote = c
	case r.state == inTag && c == '>':
		r.state = inText
	case r.state == inTag || c != '<':
	case r.follows("![CDATA["):
		r.state = inCDATA
	case r.follows("!--"):
		r.state = inComment
	case r.follows("?"):
		r.state = inInstruction
	default:
		r.state = inTag
	}
}

func (r *repairer) follows(s string) bool {
	next, _ := r.in.Peek(len(s))
	return string(next) == s
}

// sectionEnd passes "]]>" on, of which one bracket is read: as the end of the
// section, or as text of it.
func (r *repairer) sectionEnd() {
	_, _ = r.in.Discard(len("]>"))
	if r.endsSection() {
		r.state = inText
		r.out.WriteString("]]>")
		return
	}
	r.done.Sections++
	r.out.WriteString("]]]]><![CDATA[>")
}

// endsSection reports whether the "]]>" just read is an end: a tag closes
// behind it, or the file goes on as XML does, where the next "]]>" has a
// beginning of its own.
func (r *repairer) endsSection() bool {
	next, err := r.in.Peek(lookahead)
	rest := strings.TrimLeft(string(next[:min(len(next), 256)]), " \t\r\n")
	if strings.HasPrefix(rest, "</") {
		return true
	}
	begin, end := bytes.Index(next, []byte("<![CDATA[")), bytes.Index(next, []byte("]]>"))
	if end < 0 {
		return begin >= 0 || errors.Is(err, io.EOF)
	}
	return begin >= 0 && begin < end
}

// forbiddenReference removes the rest of a reference to a character that XML
// forbids.
func (r *repairer) forbiddenReference() bool {
	next, _ := r.in.Peek(16)
	end := bytes.IndexByte(next, ';')
	if end < 2 {
		return false
	}
	digits, base := string(next[1:end]), 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || allowed(rune(n)) && n <= utf8.MaxRune {
		return false
	}
	_, _ = r.in.Discard(end + 1)
	return true
}

// allowed reports whether XML 1.0 has the character (its production Char).
func allowed(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD ||
		c >= 0x10000 && c <= utf8.MaxRune
}
