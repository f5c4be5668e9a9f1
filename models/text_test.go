package models

import (
	"strings"
	"testing"
)

func TestCleanBody(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"plain", "Hello", "Hello"},
		{"line ends", "a\r\nb\rc\nd", "a\nb\nc\nd"},
		{"next line", "a\u0085b", "a\nb"},
		{"controls go", "a\x00b\x07c\x1b[31md\x7fe\u009bf", "abc[31mdef"},
		{"tab stays", "a\tb", "a\tb"},
		{"outer blank space", " \n\t a\n\nb \n\u00a0", "a\n\nb"},
		{"inner lines stay", "a\n\n\n  b", "a\n\n\n  b"},
		{"marks stay", "e\u0301 \u200f\u202ex", "e\u0301 \u200f\u202ex"},
		{"nothing", "\x00\x01 \n", ""},
		{"malformed", "a\xffb", "a\uFFFDb"},
	}
	for _, c := range cases {
		got := CleanBody(c.in)
		if got != c.want {
			t.Errorf("%s: CleanBody(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
		if again := CleanBody(got); again != got {
			t.Errorf("%s: not idempotent: %q then %q", c.name, got, again)
		}
	}
}

func TestHasVisible(t *testing.T) {
	seen := []string{
		"a", ".", "-", "0", "é", "中", "ﷺ", "😍", "❤️", "👨‍👩‍👦", "᚛", "⠁", "한", "\u200b a",
		"\uFFFD", "\uF8FF", "\U0001FAE9", " x ", "´", "\u3164x",
	}
	for _, s := range seen {
		if !HasVisible(s) {
			t.Errorf("HasVisible(%+q) = false, want true", s)
		}
	}
	empty := []string{
		"", " ", "\t\n", "\u00a0\u2003\u3000\u1680\u2028", "\u200b\u200c\u200d\u2060\ufeff",
		"\u115f\u1160\u3164\uffa0", "\u2800", "\ufe0f\ufe00", "\U000e0100", "\u202e\u202c",
		"\u00ad", "\u034f", "\u0301", "\u061c\u200e\u200f", "\x00\x1b\x7f", "\u17b4\u17b5",
		"\u180b\u180e", "\U000e0041", "\ufffe\uffff", "\U0001d159", "\ufff9\ufffa",
		"\u2800 \u3164\u200b\n", "\u2062\u2064\u206a",
	}
	for _, s := range empty {
		if HasVisible(s) {
			t.Errorf("HasVisible(%+q) = true, want false", s)
		}
	}
}

func TestHasControl(t *testing.T) {
	for _, s := range []string{"a\tb", "a\nb", "\x00", "\x7f", "\u0085", "a\u2028b", "\u2029", "\x1b[0m"} {
		if !HasControl(s) {
			t.Errorf("HasControl(%q) = false", s)
		}
	}
	for _, s := range []string{"", "Ann O’Neil", "عمر", "a\u200fb", "a\u200db"} {
		if HasControl(s) {
			t.Errorf("HasControl(%q) = true", s)
		}
	}
}

func TestHasBidiOverride(t *testing.T) {
	for r := rune(0x2000); r <= 0x2070; r++ {
		want := r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
		if got := HasBidiOverride("a" + string(r) + "b"); got != want {
			t.Errorf("HasBidiOverride(U+%04X) = %v, want %v", r, got, want)
		}
	}
	if HasBidiOverride("a\u061c\u200e\u200fb") {
		t.Error("plain direction marks are taken for overrides")
	}
}

func TestCharsAndValidUTF8(t *testing.T) {
	if got := Chars("né中😍"); got != 4 {
		t.Errorf("Chars = %d, want 4", got)
	}
	if Chars(strings.Repeat("é", 10_000)) != 10_000 {
		t.Error("Chars counts bytes")
	}
	for s, want := range map[string]bool{"": true, "né": true, "a\xff": false, "\xed\xa0\x80": false, "\xc0\x80": false} {
		if ValidUTF8(s) != want {
			t.Errorf("ValidUTF8(%q) = %v, want %v", s, !want, want)
		}
	}
}
