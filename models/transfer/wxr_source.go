package transfer

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// source reads well-formed XML of any usual encoding, token by token, and is
// stricter than encoding/xml where that one lets things pass.
type source struct {
	*xml.Decoder
	repairs *Repairs
}

// declaration is an XML declaration that names its encoding.
var declaration = regexp.MustCompile(`^<\?xml\s[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// newSource decodes and repairs what r holds. A byte order mark is removed and
// overrules the declared encoding.
func newSource(r io.Reader) (*source, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	head, err := buffered.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the export: %w", err)
	}
	if packed := packedAs(head); packed != "" {
		return nil, &PackedError{Format: packed}
	}
	var in io.Reader = buffered
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = buffered.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		utf16 := unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
		in = transform.NewReader(buffered, utf16.NewDecoder())
	default:
		if named := declaration.FindSubmatch(head); named != nil {
			if in, err = inUTF8(string(named[1]), buffered); err != nil {
				return nil, err
			}
		}
	}
	repaired := newRepairer(in)
	s := &source{Decoder: xml.NewDecoder(repaired), repairs: &repaired.done}
	s.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return s, nil
}

// packers are formats of packed files, by how those begin.
var packers = []struct{ magic, format string }{
	{"PK\x03\x04", "zip"},
	{"\x1f\x8b", "gzip"},
	{"BZh", "bzip2"},
	{"\xfd7zXZ\x00", "xz"},
	{"7z\xbc\xaf\x27\x1c", "7z"},
	{"Rar!\x1a\x07", "rar"},
	{"\x28\xb5\x2f\xfd", "zstd"},
}

func packedAs(head []byte) string {
	for _, p := range packers {
		if bytes.HasPrefix(head, []byte(p.magic)) {
			return p.format
		}
	}
	return ""
}

// next is the next token, or io.EOF, or a *SyntaxError.
func (s *source) next() (xml.Token, error) {
	before := s.InputOffset()
	token, err := s.Token()
	if err != nil {
		return nil, s.wrap(err)
	}
	switch t := token.(type) {
	case xml.StartElement:
		return token, s.checkStart(t)
	case xml.ProcInst:
		if t.Target == "xml" && before != 0 {
			return nil, s.fault("the XML declaration does not stand at the beginning")
		}
	}
	return token, nil
}

// checkStart refuses what encoding/xml lets pass: an attribute given twice, a
// prefix of WordPress that is not declared (which would turn pages and drafts
// into published posts), and versions that this parser does not know.
func (s *source) checkStart(e xml.StartElement) error {
	if wxrOther.MatchString(e.Name.Space) {
		return fmt.Errorf("%w: %s", ErrNotWordPress, e.Name.Space)
	}
	switch space := e.Name.Space; space {
	case "wp", "content", "dc": // left as they are only if there is no declaration
		return s.fault(fmt.Sprintf("the prefix %q is not declared", space))
	}
	for i, a := range e.Attr {
		for _, b := range e.Attr[:i] {
			if a.Name == b.Name {
				return s.fault(fmt.Sprintf("the attribute %q is there twice", a.Name.Local))
			}
		}
	}
	return nil
}

func (s *source) fault(msg string) *SyntaxError {
	line, _ := s.InputPos()
	return &SyntaxError{Line: line, Msg: msg}
}

// wrap adds type and place to an error of the decoder.
func (s *source) wrap(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return &SyntaxError{Line: syntax.Line, Msg: syntax.Msg}
	}
	var own *SyntaxError
	if errors.As(err, &own) {
		return own
	}
	if strings.HasPrefix(err.Error(), "xml: ") {
		return s.fault(strings.TrimPrefix(err.Error(), "xml: "))
	}
	return fmt.Errorf("read the export: %w", err)
}

// each calls do with every child element of the one just entered; do reads the
// child to its end.
func (s *source) each(do func(xml.StartElement) error) error {
	for {
		token, err := s.inside()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := do(token); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// text reads the element just entered to its end: all its text, trimmed.
func (s *source) text() (string, error) {
	var b bytes.Buffer
	for depth := 1; depth > 0; {
		token, err := s.inside()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			b.Write(token)
		}
	}
	return string(bytes.TrimSpace(b.Bytes())), nil
}

// skip reads the element just entered to its end, checking it all the same.
func (s *source) skip() error {
	for depth := 1; depth > 0; {
		token, err := s.inside()
		if err != nil {
			return err
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// inside is next where the file must not end yet.
func (s *source) inside() (xml.Token, error) {
	token, err := s.next()
	if errors.Is(err, io.EOF) {
		return nil, s.fault("unexpected end of the file")
	}
	return token, err
}

func (s *source) textInto(target *string) error {
	text, err := s.text()
	*target = text
	return err
}
