package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanBody makes a typed body fit to keep: CRLF, CR and NEL become LF, every
// other control character but the tab goes, and blank space around the whole
// is trimmed. It is idempotent. Malformed UTF-8 is the caller's to refuse
// (ValidUTF8) beforehand; here it becomes U+FFFD.
func CleanBody(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\u0085':
			return '\n'
		case r == '\t' || r == '\n':
			return r
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// HasVisible reports whether s holds at least one character that a reader can
// see: not blank space, a control or format character, a lone combining mark
// or one of the letters and symbols that are drawn as nothing.
func HasVisible(s string) bool {
	return strings.ContainsFunc(s, isVisible)
}

// HasControl reports whether s holds a control character (tab and newline
// included) or a line or paragraph separator: refused in names and titles.
func HasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// HasBidiOverride reports whether s holds an embedding, override or isolate
// (U+202A–202E, U+2066–2069), with which a name can reorder the text around
// it. The plain marks U+200E, U+200F and U+061C are innocent and pass.
func HasBidiOverride(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
	})
}

// Chars counts the characters of s, which is what every length limit means:
// Unicode code points, not bytes.
func Chars(s string) int { return utf8.RuneCountInString(s) }

// ValidUTF8 reports whether s is well-formed UTF-8.
func ValidUTF8(s string) bool { return utf8.ValidString(s) }

// blanks are assigned letters and symbols that are drawn as nothing and that
// the general categories do not tell apart (Default_Ignorable_Code_Point, and
// the braille cell without dots).
var blanks = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // braille blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // halfwidth Hangul filler
		{Lo: 0xFFF0, Hi: 0xFFF8, Stride: 1}, // unassigned, ignorable
	},
	R32: []unicode.Range32{
		{Lo: 0x1D159, Hi: 0x1D159, Stride: 1}, // musical null notehead
		{Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1}, // tags and their reserve
	},
}

// isVisible is generous to what this program's Unicode tables do not know yet
// (new emoji, private use), and strict to what is known to be empty.
func isVisible(r rune) bool {
	switch {
	case unicode.IsSpace(r), unicode.IsControl(r), unicode.IsMark(r):
		return false
	case unicode.In(r, unicode.Z, unicode.Cf, unicode.Cs, blanks):
		return false
	}
	return !isNoncharacter(r)
}

func isNoncharacter(r rune) bool {
	return r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF || r == 0x2065
}
