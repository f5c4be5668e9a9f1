package models

import (
	"net/mail"
	"strings"
)

// CheckAddress reads what somebody typed as an e-mail address and returns it
// trimmed; anything that is not one plain address is a FieldError on field.
func CheckAddress(field, s string) (string, *FieldError) {
	s = strings.TrimSpace(s)
	parsed, err := mail.ParseAddress(s)
	_, domain, _ := strings.Cut(s, "@")
	bad := err != nil || parsed.Address != s || len(s) > MaxAddress ||
		!ValidUTF8(s) || HasControl(s) || HasBidiOverride(s) || !strings.Contains(domain, ".")
	if bad {
		f := Field(field, "error.field.address")
		return "", &f
	}
	return s, nil
}
