package service

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/sqlite"
)

func TestSign(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	other := anotherSite(t)
	signed := s.Sign("cookie", "payload|with.dots")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`).MatchString(signed) {
		t.Errorf("%q does not fit into a cookie or an address", signed)
	}
	if got, ok := s.Unsign("cookie", signed); !ok || got != "payload|with.dots" {
		t.Errorf("Unsign gave %q, %v", got, ok)
	}
	for name, c := range map[string]struct {
		by      *Service
		purpose string
		signed  string
	}{
		"another purpose":      {s, "cursor", signed},
		"another site":         {other, "cookie", signed},
		"another payload":      {s, "cookie", "cGF4" + signed[4:]},
		"a hash of the same":   {s, "cookie", signed[:22] + "." + s.Keyed("cookie", "payload|with.dots")},
		"cut":                  {s, "cookie", signed[:len(signed)-1]},
		"without a mac":        {s, "cookie", signed[:10]},
		"an empty mac":         {s, "cookie", signed[:10] + "."},
		"nothing":              {s, "cookie", ""},
		"no base64":            {s, "cookie", "%%%.%%%"},
		"something at the end": {s, "cookie", signed + "A"},
	} {
		if got, ok := c.by.Unsign(c.purpose, c.signed); ok {
			t.Errorf("%s: %q was accepted as %q", name, c.signed, got)
		}
	}
	if s.Keyed("guest", "x") == s.Keyed("network", "x") || s.Keyed("guest", "x") == other.Keyed("guest", "x") {
		t.Error("keyed hashes of two purposes or sites are the same")
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[2-9CDFGHJKMNPQRTVWXY]{4}-[2-9CDFGHJKMNPQRTVWXY]{4}$`)
	seen := map[string]bool{}
	for range 1000 {
		r := NewReference()
		if !form.MatchString(r) || seen[r] {
			t.Fatalf("%q is malformed or came twice", r)
		}
		seen[r] = true
	}
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"Ada@Example.ORG":        "ada@example.org",
		"a.da+x@example.org":     "a.da+x@example.org",
		"ada@Bücher.example":     "ada@xn--bcher-kva.example",
		"ada@xn--bcher-kva.ex":   "ada@xn--bcher-kva.ex",
		"ÉLÈNE@example.org":      "élène@example.org",
		"\u212Aate@example.org":  "\u212Aate@example.org", // a Kelvin sign is no k
		`"odd@local"@Example.x`:  `"odd@local"@example.x`,
		"no address":             "no address",
		"ada@EXAMPLE\uFF0Eorg":   "ada@example.org", // IDNA maps the full-width dot
		"ada@not_a_host.example": "ada@not_a_host.example",
	} {
		if got := AddressKey(address); got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}

func TestContributionTokenIsBoundToTheItem(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	reply, idea := models.Item{Kind: models.KindReply, ID: "1"}, models.Item{Kind: models.KindIdea, ID: "1"}
	first, again := s.contributionToken(reply), s.contributionToken(reply)
	if first == s.contributionToken(idea) || first != again {
		t.Error("the token of a private link is not one to one with its item")
	}
}

// anotherSite is a service on a store with a secret of its own.
func anotherSite(t *testing.T) *Service {
	t.Helper()
	c := &clock{now: start}
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "other.db"), sqlite.Options{Clock: c})
	ok(t, err)
	t.Cleanup(func() { ok(t, store.Close()) })
	return must(New(t.Context(), store, c, models.NewMemoryLimiter(c), Config{}))(t)
}

func TestEncrypt(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	other := anotherSite(t)
	for _, payload := range []string{"", "x", "payload|with.dots", "ends in zeros\x00\x00", "ends in ones\x01\x01", strings.Repeat("long ", 200)} {
		encrypted := s.Encrypt("choices", payload)
		if got, ok := s.Decrypt("choices", encrypted); !ok || got != payload {
			t.Errorf("Decrypt gave %q, %v", got, ok)
		}
		if again := s.Encrypt("choices", payload); again == encrypted || len(again) != len(encrypted) {
			t.Errorf("%q twice is %d and %d characters, and should not be the same", payload, len(encrypted), len(again))
		}
		for name, c := range map[string]struct {
			by        *Service
			purpose   string
			encrypted string
		}{
			"another purpose": {s, "notice", encrypted},
			"another site":    {other, "choices", encrypted},
			"cut":             {s, "choices", encrypted[:len(encrypted)-4]},
			"altered":         {s, "choices", "AAAA" + encrypted[4:]},
			"signed":          {s, "choices", s.Sign("choices", payload)},
			"nothing":         {s, "choices", ""},
			"no base64":       {s, "choices", "%%%"},
		} {
			if got, ok := c.by.Decrypt(c.purpose, c.encrypted); ok {
				t.Errorf("%s: accepted as %q", name, got)
			}
		}
	}
	if a, b := s.Encrypt("choices", "a"), s.Encrypt("choices", "a longer one"); len(a) != len(b) {
		t.Errorf("the length tells what is encrypted: %d and %d characters", len(a), len(b))
	}
}
