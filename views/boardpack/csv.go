package boardpack

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// newCSV begins a file: the byte order mark and the header row.
func newCSV(w io.Writer, header []string) (*csv.Writer, error) {
	if _, err := io.WriteString(w, BOM); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return c, c.Write(header)
}

// formulaStarts are the characters at which a spreadsheet begins to calculate,
// with their full-width forms, which some of them take for the same.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// guard makes a text safe to open in a spreadsheet: one that begins like a
// formula, also after blank space or invisible characters, gets an apostrophe.
func guard(s string) string {
	seen := strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	if startsFormula(s) || startsFormula(seen) {
		return "'" + s
	}
	return s
}

func startsFormula(s string) bool {
	first, n := utf8.DecodeRuneInString(s)
	return n > 0 && strings.ContainsRune(formulaStarts, first)
}

// figure writes a proportion as encoding/json does, so that a figure reads the
// same in both files; nothing for nil.
func figure(p *float64) string {
	if p == nil {
		return ""
	}
	if *p == 0 {
		return "0"
	}
	b, err := json.Marshal(*p)
	if err != nil { // not a number: the ranking never makes one
		return ""
	}
	return string(b)
}

// place writes a rank or a band; nothing for 0, which means not ranked.
func place(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yesNo(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func numbers(list []int) string {
	if len(list) == 0 {
		return ""
	}
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, " ")
}

// instant writes a time as RFC 3339 in UTC; nothing for the zero time.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
