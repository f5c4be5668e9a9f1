// Package words cuts texts into the words by which they are searched. A text
// and a query are cut alike: folded to letters without case and accents, and,
// where a script puts no spaces between words, into pairs of characters, so that
// a word is found within a sentence. It is pure.
package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxTerms is how many words of a query count; further ones are ignored.
const maxTerms = 16

// Of returns the words of a text, in order, each with letters, numbers and marks
// only.
func Of(text string) []string {
	var list []string
	for _, w := range cut(text) {
		if !w.unspaced {
			list = append(list, w.text)
			continue
		}
		list = append(list, pairs(w.text)...)
		list = append(list, lastOf(w.text))
	}
	return list
}

// A Term is what has to stand in a text: words that follow each other, the last
// of them as the beginning of a word where Prefix is set.
type Term struct {
	Words  []string
	Prefix bool
}

// Query returns the terms of a query, all of which a text must have. The last
// word may be the beginning of one.
func Query(query string) []Term {
	var terms []Term
	all := cut(query)
	for i, w := range all {
		runes := []rune(w.text)
		switch {
		case !strings.ContainsFunc(w.text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }):
			continue
		case !w.unspaced:
			terms = append(terms, Term{Words: []string{w.text}, Prefix: i == len(all)-1})
		case len(runes) == 1:
			terms = append(terms, Term{Words: []string{w.text}, Prefix: true})
		default:
			terms = append(terms, Term{Words: pairs(w.text)})
		}
	}
	return terms[:min(len(terms), maxTerms)]
}

// Runs returns what of a text is written without spaces, each stretch on a line,
// for Holds.
func Runs(text string) string {
	var b strings.Builder
	for _, w := range cut(text) {
		if w.unspaced {
			b.WriteString(w.text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Holds reports whether runs, of Runs, has the words of a term one after another.
// It is true of a term with one word.
func (t Term) Holds(runs string) bool {
	if len(t.Words) < 2 {
		return true
	}
	var b strings.Builder
	for i, pair := range t.Words {
		if i > 0 {
			pair = lastOf(pair)
		}
		b.WriteString(pair)
	}
	return strings.Contains(runs, b.String())
}

// A word is a stretch of letters, numbers and marks of scripts with spaces, or of
// one without.
type word struct {
	text     string
	unspaced bool
}

func cut(text string) (list []word) {
	start, unspaced := -1, false
	text = fold(text)
	end := func(at int) {
		if start >= 0 {
			list = append(list, word{text[start:at], unspaced})
		}
		start = -1
	}
	for i, r := range text {
		if !inWord(r) {
			end(i)
			continue
		}
		pairs := withoutSpaces(r) || start >= 0 && unspaced && joins(r)
		if start >= 0 && pairs != unspaced {
			end(i)
		}
		if start < 0 {
			start, unspaced = i, pairs
		}
	}
	end(len(text))
	return list
}

// inWord reports whether r is part of a word.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || unicode.Is(unicode.Co, r)
}

// withoutSpaces reports whether r belongs to a script that writes words without
// spaces between them, or with particles joined on.
func withoutSpaces(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// joins reports whether r, of no script of its own, continues a stretch.
func joins(r rune) bool { return unicode.IsMark(r) || r == 'ー' || r == '々' }

// pairs returns each two characters that follow each other.
func pairs(s string) []string {
	runes := []rune(s)
	var list []string
	for i := range len(runes) - 1 {
		list = append(list, string(runes[i:i+2]))
	}
	return list
}

func lastOf(s string) string {
	runes := []rune(s)
	return string(runes[len(runes)-1])
}

// fold makes what differs in case, accents or compatible forms only one. Of the
// marks those that Latin, Greek, Cyrillic, Hebrew and Arabic letters carry go;
// those of other scripts are part of the word.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		if accent(r) {
			continue
		}
		r = unicode.ToLower(unicode.ToUpper(r))
		if other, ok := letters[r]; ok {
			b.WriteString(other)
			continue
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// accent reports whether r is a mark, or a sign, that readers leave out.
func accent(r rune) bool {
	switch {
	case r >= 0x300 && r <= 0x36F, r >= 0x591 && r <= 0x5C7, r >= 0x610 && r <= 0x61A, r >= 0x64B && r <= 0x65F, r == 0x670:
		return unicode.IsMark(r)
	}
	return r == 0x640 || r == 0xAD || r >= 0x200B && r <= 0x200F || r == 0x2060 || r == 0xFEFF
}

// letters are those that no decomposition takes apart.
var letters = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŧ': "t", 'ŋ': "n",
	'ĸ': "k", 'ґ': "г", 'ٱ': "ا", 'ى': "ي", 'ة': "ه", 'ک': "ك", 'ی': "ي",
}
