package main

import (
	"bytes"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// show returns text from outside for the terminal: control characters, terminal escapes,
// bidirectional overrides and other invisible characters as Go escapes. Joiners stay,
// since words and emoji are spelt with them.
func show(s string) string {
	clean := func(r rune) bool { return unicode.IsGraphic(r) || r == '\u200c' || r == '\u200d' }
	return escape(s, clean)
}

// showExactly is show for values that are compared: it also escapes joiners, and spaces
// other than the usual one, so that different values look different.
func showExactly(s string) string { return escape(s, strconv.IsPrint) }

// escape returns s with all characters that are not clean as Go escapes, and bytes that
// are no UTF-8 as \xNN.
func escape(s string, clean func(rune) bool) string {
	var b strings.Builder
	for i, size := 0, 0; i < len(s); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i])|0x100, 16)[1:])
		case clean(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// showArg returns an argument of a message for the terminal: text as show has it, and a
// list of lines with each line so.
func showArg(value any) any {
	switch v := value.(type) {
	case string:
		return show(v)
	case exactly:
		return showExactly(string(v))
	case error:
		return show(v.Error())
	case []string:
		lines := make([]string, len(v))
		for i, line := range v {
			lines[i] = show(line)
		}
		return strings.Join(lines, "\n")
	}
	if text := reflect.ValueOf(value); text.Kind() == reflect.String { // a role, a state
		return show(text.String())
	}
	return value
}

// terminalWriter writes a stream of text to a terminal as show has it, line breaks and
// tabs as they are.
type terminalWriter struct {
	w    io.Writer
	rest []byte // the beginning of a character whose end has not come
}

func (t *terminalWriter) Write(b []byte) (int, error) {
	text := append(t.rest, b...)
	end := len(text)
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if start := len(text) - n; utf8.RuneStart(text[start]) {
			if !utf8.FullRune(text[start:]) {
				end = start
			}
			break
		}
	}
	t.rest = bytes.Clone(text[end:])
	return len(b), t.put(text[:end])
}

// Close writes what is left of a stream that ends within a character.
func (t *terminalWriter) Close() error {
	rest := t.rest
	t.rest = nil
	return t.put(rest)
}

func (t *terminalWriter) put(text []byte) error {
	_, err := io.WriteString(t.w, escape(string(text), func(r rune) bool {
		return unicode.IsGraphic(r) || r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d' || r == '\ufeff'
	}))
	return err
}

// jsonWriter writes lines of JSON with the characters escaped that would act on a
// terminal. It changes no value: they stand in strings alone.
type jsonWriter struct{ w io.Writer }

func (j jsonWriter) Write(line []byte) (int, error) {
	escaped := bytes.ContainsFunc(line, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) })
	if !escaped {
		return j.w.Write(line)
	}
	var b []byte
	for _, r := range string(line) { // slog has replaced what is no UTF-8
		if r == '\n' || unicode.IsGraphic(r) {
			b = utf8.AppendRune(b, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			b = append(b, `\u`...)
			b = append(b, strconv.FormatUint(uint64(unit)|0x10000, 16)[1:]...)
		}
	}
	if _, err := j.w.Write(b); err != nil {
		return 0, err
	}
	return len(line), nil
}
