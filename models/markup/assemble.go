package markup

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// assemble joins pieces to the lines of one paragraph. As Markdown, signs that
// would be misread are escaped, and emphasis that Public could not read (inside
// a word) is left out.
func assemble(pieces []piece, markdown bool) string {
	pieces = mergeWords(pieces)
	a := assembler{pieces: pieces, markdown: markdown, skip: map[int]bool{}}
	for _, p := range pieces {
		a.ticks += strings.Count(p.text, "`")
		a.brackets = a.brackets || strings.Contains(p.text, "](")
	}
	for i, p := range pieces {
		a.piece(i, p)
	}
	var lines []string
	for line := range strings.SplitSeq(a.out.String(), "\n") {
		line = strings.Trim(line, " \t")
		if line == "" { // a blank line would end the paragraph
			continue
		}
		if markdown {
			line = escapeLineStart(line)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// mergeWords drops empty pieces. Neighbouring words become one piece unless an
// emphasis sign counts on their places.
func mergeWords(pieces []piece) []piece {
	signs := false
	for _, p := range pieces {
		signs = signs || p.kind == openPiece
	}
	if signs {
		return pieces
	}
	var list []piece
	for _, p := range pieces {
		if n := len(list); n > 0 && p.kind == wordsPiece && list[n-1].kind == wordsPiece {
			list[n-1].text += p.text
			continue
		}
		list = append(list, p)
	}
	return list
}

type assembler struct {
	pieces   []piece
	markdown bool
	ticks    int          // backticks in the paragraph: one alone is harmless
	brackets bool         // there is a "](" somewhere
	skip     map[int]bool // closing signs whose opening one was left out
	out      strings.Builder
	last     rune
}

func (a *assembler) piece(i int, p piece) {
	if p.kind == wordsPiece && a.out.Len() > 0 && blank(a.last) && a.last < 0x80 {
		p.text = strings.TrimLeft(p.text, " ")
	}
	switch {
	case p.kind == closePiece && a.skip[i]:
	case p.kind == openPiece && !a.fits(i, p):
		a.skip[i+p.mate] = true
	case p.kind == addressPiece:
		a.address(i, p)
	case p.kind == wordsPiece && a.markdown:
		a.words(p.text, a.after(i))
	default:
		a.write(p.text)
	}
}

// fits reports whether Public would read the emphasis that begins at piece i.
func (a *assembler) fits(i int, p piece) bool {
	end := i + p.mate
	inside := a.after(i)
	var ending rune = '\n'
	for _, q := range a.pieces[i+1 : end] {
		if q.text != "" {
			ending, _ = utf8.DecodeLastRuneInString(q.text)
		}
	}
	return opens(a.before(), inside) && closes(ending, a.after(end))
}

// before is the last character written.
func (a *assembler) before() rune {
	if a.out.Len() == 0 {
		return '\n'
	}
	return a.last
}

// after is the first character that follows piece i.
func (a *assembler) after(i int) rune {
	for _, p := range a.pieces[i+1:] {
		if p.text != "" {
			r, _ := utf8.DecodeRuneInString(p.text)
			return r
		}
	}
	return '\n'
}

func (a *assembler) write(s string) {
	if s != "" {
		a.out.WriteString(s)
		a.last, _ = utf8.DecodeLastRuneInString(s)
	}
}

// address writes a bare address as itself where Public finds it again, whole
// and with the same link, and else with its link after it.
func (a *assembler) address(i int, p piece) {
	var following strings.Builder
	for _, q := range a.pieces[i+1:] {
		following.WriteString(q.text)
		if following.Len() > 100 {
			break
		}
	}
	if finds(p, following.String(), a.out.String()) {
		a.write(p.text)
		return
	}
	a.brackets = true
	for _, q := range explicitLink([]piece{{text: p.text}}, p.link) {
		if q.kind == rawPiece {
			a.write(q.text)
		} else {
			a.escaped(q.text, ']')
		}
	}
}

// finds reports whether an address between these texts is found again.
func finds(p piece, following, before string) bool {
	before = before[max(0, len(before)-1000):]
	if length, href := webAddress(p.text+following, before); length > 0 {
		return length == len(p.text) && href == p.link
	}
	local, host, _ := strings.Cut(p.text, "@")
	left, right, href := mailAddress(before+local, host+following)
	return left == len(local) && right == len(host) && href == p.link
}

// words writes text, escaping what escapes would take for a sign; addresses
// are left whole.
func (a *assembler) words(s string, following rune) {
	for i, size := 0, 0; i < len(s); i += size {
		before := a.out.String()
		if n, _ := webAddress(s[i:], before[max(0, len(before)-1000):]); n > 0 {
			a.write(s[i : i+n])
			size = n
			continue
		}
		next := following
		_, size = utf8.DecodeRuneInString(s[i:])
		if i+size < len(s) {
			next, _ = utf8.DecodeRuneInString(s[i+size:])
		}
		a.escaped(s[i:i+size], next)
	}
}

// escaped writes text with an escape before each sign.
func (a *assembler) escaped(s string, following rune) {
	for i, r := range s {
		next := following
		_, size := utf8.DecodeRuneInString(s[i:])
		if i+size < len(s) {
			next, _ = utf8.DecodeRuneInString(s[i+size:])
		}
		if a.mustEscape(r, next) {
			a.write(`\`)
		}
		a.write(s[i : i+size])
	}
}

func (a *assembler) mustEscape(r, next rune) bool {
	before := a.before()
	switch r {
	case '*', '_':
		return before == '\\' || opens(before, next) || closes(before, next) ||
			r == '*' && blank(next) && lineStart(a.out.String())
	case '`':
		return before == '\\' || a.ticks > 1
	case '[', ']':
		return before == '\\' || a.brackets
	}
	return false
}

var (
	bulletLine = regexp.MustCompile(`^\\*[-+>](?:\s|$|>)`)
	numberLine = regexp.MustCompile(`^[0-9]{1,9}\\*[.)](?:\s|$)`)
)

// escapeLineStart keeps a line of text from beginning a list or a quotation.
func escapeLineStart(line string) string {
	at := -1
	switch {
	case bulletLine.MatchString(line):
		at = strings.IndexAny(line, "-+>")
	case numberLine.MatchString(line):
		at = strings.IndexAny(line, ".)")
	}
	if at < 0 {
		return line
	}
	return line[:at] + `\` + line[at:]
}

// escapeText escapes plain text of several paragraphs as a whole.
func escapeText(s string) string {
	parts := paragraphBreak.Split(s, -1)
	for i, part := range parts {
		parts[i] = assemble([]piece{{text: part}}, true)
	}
	return strings.Join(parts, "\n\n")
}
