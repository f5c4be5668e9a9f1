package i18n

import "strings"

// List joins names or numbers: "2", "2 and 5", "2, 5 and 7".
func (l *Localizer) List(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return l.T("list.and", "first", strings.Join(parts[:last], ", "), "last", parts[last])
}

// CountOrNone returns the sentence of key with the number n in it, or that of key + "_none"
// if n is 0.
func (l *Localizer) CountOrNone(key string, n int) string {
	if n == 0 {
		return l.T(key + "_none")
	}
	return l.T(key, "count", n)
}
