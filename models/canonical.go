package models

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// CanonicalJSON returns v as JSON in one form only, so that it can be hashed:
// RFC 8785 (JCS) over what encoding/json makes of v. Object keys are sorted by
// UTF-16 code units, there is no white space, strings escape only what they
// must, and floats are written the shortest way that reads back the same, as
// ECMAScript writes them.
//
// It departs from the RFC in one point: a whole number that fits int64 or
// uint64 keeps all its digits, where ECMAScript would round it beyond 2⁵³.
// As in encoding/json, bytes that are not UTF-8 become U+FFFD, and of equal
// keys in a json.RawMessage the last one counts. NaN, infinities and numbers
// out of range are errors.
func CanonicalJSON(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical json: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("canonical json: %w", err)
	}
	out, err := appendCanonical(make([]byte, 0, len(plain)), tree)
	if err != nil {
		return nil, fmt.Errorf("canonical json: %w", err)
	}
	return out, nil
}

// appendCanonical appends one decoded value.
func appendCanonical(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendCanonicalString(b, v), nil
	case json.Number:
		return appendCanonicalNumber(b, v.String())
	case []any:
		return appendCanonicalArray(b, v)
	case map[string]any:
		return appendCanonicalObject(b, v)
	}
	return nil, fmt.Errorf("unexpected %T", v)
}

func appendCanonicalArray(b []byte, items []any) ([]byte, error) {
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendCanonical(b, item); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendCanonicalObject(b []byte, object map[string]any) ([]byte, error) {
	b = append(b, '{')
	for i, key := range slices.SortedFunc(maps.Keys(object), compareUTF16) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendCanonicalString(b, key), ':')
		var err error
		if b, err = appendCanonical(b, object[key]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// compareUTF16 compares valid UTF-8 by UTF-16 code units. That is the order of
// the bytes, except that runes above U+FFFF (whose first byte is 0xF0 or more)
// come, as surrogates, before U+E000 to U+FFFF (0xEE and 0xEF).
func compareUTF16(x, y string) int {
	weight := func(b byte) byte {
		if b == 0xEE || b == 0xEF {
			return b + 0x10
		}
		return b
	}
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return cmp.Compare(weight(x[i]), weight(y[i]))
		}
	}
	return cmp.Compare(len(x), len(y))
}

// canonicalEscapes are the control characters with an escape of their own.
var canonicalEscapes = map[byte]string{
	'"': `\"`, '\\': `\\`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`,
}

func appendCanonicalString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 0x20 && c != '"' && c != '\\':
			b = append(b, c)
		case canonicalEscapes[c] != "":
			b = append(b, canonicalEscapes[c]...)
		default:
			b = fmt.Appendf(b, `\u%04x`, c)
		}
	}
	return append(b, '"')
}

// appendCanonicalNumber appends a JSON number: whole ones exactly while they
// fit 64 bits, all others as ECMAScript's Number::toString does.
func appendCanonicalNumber(b []byte, literal string) ([]byte, error) {
	if whole, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return strconv.AppendInt(b, whole, 10), nil
	}
	if whole, err := strconv.ParseUint(literal, 10, 64); err == nil {
		return strconv.AppendUint(b, whole, 10), nil
	}
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return nil, fmt.Errorf("number %q: %w", literal, err)
	}
	switch size := math.Abs(f); {
	case size == 0:
		return append(b, '0'), nil
	case size >= 1e-6 && size < 1e21:
		return strconv.AppendFloat(b, f, 'f', -1, 64), nil
	}
	return appendExponent(b, f), nil
}

// appendExponent writes 1e-7 where strconv writes 1e-07.
func appendExponent(b []byte, f float64) []byte {
	text := strconv.AppendFloat(nil, f, 'e', -1, 64)
	if n := len(text); text[n-2] == '0' && (text[n-3] == '-' || text[n-3] == '+') {
		text = append(text[:n-2], text[n-1])
	}
	return append(b, text...)
}
