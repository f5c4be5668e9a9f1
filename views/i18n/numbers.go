package i18n

import (
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
)

// Number returns n with its digits in groups of three, from five digits on: "12 345".
func (l *Localizer) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	if len(s) <= 4 {
		return s
	}
	separator := l.T("number.separator")
	var b strings.Builder
	for i, digit := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(separator)
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// Percent returns a proportion in whole percent: "54 %".
func (l *Localizer) Percent(p float64) string {
	return fill(l.T("number.percent"), "n", wholePercent(p))
}

// PercentRange returns an interval in whole percent: "55–79 %".
func (l *Localizer) PercentRange(lo, hi float64) string {
	return fill(l.T("number.percent"), "n", l.rangeOf(wholePercent(lo), wholePercent(hi)))
}

func wholePercent(p float64) string { return strconv.Itoa(int(p*100 + 0.5)) }

// Range returns the numbers from lo to hi: "1–4", or one of them if they are equal.
func (l *Localizer) Range(lo, hi int) string {
	if lo == hi {
		return strconv.Itoa(lo)
	}
	return l.rangeOf(strconv.Itoa(lo), strconv.Itoa(hi))
}

func (l *Localizer) rangeOf(lo, hi string) string {
	return fill(l.T("number.range"), "lo", lo, "hi", hi)
}

// ordinalForms are the names that the Unicode CLDR has for the forms of ordinals.
var ordinalForms = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// Ordinal returns a place: "1st", "2nd", "11th". The catalogue has a pattern for each form
// that the language uses.
func (l *Localizer) Ordinal(n int) string {
	key := "ordinal." + ordinalForms[plural.Ordinal.MatchPlural(l.plural, n, 0, 0, 0, 0)]
	if _, ok := l.fixed[key]; !ok && l.fallback != nil {
		return l.fallback.Ordinal(n)
	}
	return fill(l.T(key), "n", strconv.Itoa(n))
}

// List joins names or numbers: "2", "2 and 5", "2, 5 and 7".
func (l *Localizer) List(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return l.T("list.and", "first", strings.Join(parts[:last], l.T("list.separator")), "last", parts[last])
}

// CountOrNone returns the sentence of key with the number n in it, or that of key + "_none"
// if n is 0.
func (l *Localizer) CountOrNone(key string, n int) string {
	if n == 0 {
		return l.T(key + "_none")
	}
	return l.T(key, "count", n)
}

// fill replaces each {name} in a pattern with the value that follows the name. Patterns
// are for what stands on a page a thousand times, where a template is too slow.
func fill(pattern string, namesAndValues ...string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "{")
		b.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			return b.String()
		}
		for i := 0; i+1 < len(namesAndValues); i += 2 {
			if namesAndValues[i] == name {
				b.WriteString(namesAndValues[i+1])
			}
		}
		pattern = after
	}
}
