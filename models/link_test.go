package models

import (
	"testing"
	"time"
)

// TestCheckUse lets a link be used once, until just before it expires.
func TestCheckUse(t *testing.T) {
	end := opened.Add(SignInLife)
	for _, c := range []struct {
		name      string
		used, now time.Time
		key       string
	}{
		{"at once", time.Time{}, opened, ""},
		{"just before it expires", time.Time{}, end.Add(-ms), ""},
		{"when it expires", time.Time{}, end, "error.link.expired"},
		{"long after", time.Time{}, end.AddDate(1, 0, 0), "error.link.expired"},
		{"used", opened, opened.Add(ms), "error.link.used"},
		{"used, then expired", opened, end, "error.link.used"},
	} {
		code := CodeGone
		if c.key == "" {
			code = ""
		}
		refused(t, c.name, Link{ExpiresAt: end, UsedAt: c.used}.CheckUse(c.now), code, c.key)
	}
}
