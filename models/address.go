package models

import (
	"net/mail"
	"strings"
	"unicode"
)

// CheckAddress reads what somebody typed as an e-mail address and returns it
// trimmed; anything that is not one plain address is a FieldError on field.
func CheckAddress(field, s string) (string, *FieldError) {
	s = strings.TrimSpace(s)
	parsed, err := mail.ParseAddress(s)
	domain := s[strings.LastIndexByte(s, '@')+1:]
	bad := err != nil || parsed.Address != s || len(s) > MaxAddress ||
		!ValidUTF8(s) || HasControl(s) || HasBidiOverride(s) || !MailDomain(domain)
	if bad {
		f := Field(field, "error.field.address")
		return "", &f
	}
	return s, nil
}

// MailDomain reports whether mail can be sent to a domain: one of at least two labels whose
// last is a word or its IDNA form. A number there is an IP address, however it is written.
func MailDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	switch {
	case len(labels) < 2 || strings.HasPrefix(domain, "["):
		return false
	case strings.HasPrefix(strings.ToLower(last), "xn--"):
		return true
	}
	return !strings.ContainsFunc(last, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}
