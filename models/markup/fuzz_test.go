package markup

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// seed adds the cases that the fuzzing starts from.
func seed(f *testing.F) {
	f.Helper()
	for _, s := range []string{
		"a *b* **c** [d](http://e.org) `f`\n\n> g\n\n1. h\n2. i\n\n```\nj\n```", "<p>a<br>b</p><ul><li>c</ul>",
		"<b onclick=x>y</b><script>z</script>", "\\* \\\\_ \\[a](b) 1\\. x", "http://x.org/_a_ www.y.org z@x.org",
		"<blockquote>a\n\nb</blockquote><pre>c</pre><code>`</code>", "<table><tr><td>a</table></div></p>",
		"a<em> b </em>c<strong>d</strong>", "|a|b|\n|-|-|\n|c|", "<a href=' http://x.org/(y) '>[z]</a>",
		"http://#.a00000000000000", "<blockquote>0\n\n<b>0\n\n0</blockquote 000", "¯\\_(x)_/¯ **a *b _c_***",
		"<svg><style><a title='</style><img src onerror=x>'>", "<math><mtext><table><mglyph><style><!--</style>",
	} {
		f.Add(s)
	}
}

func skipLong(t *testing.T, s string) {
	if utf8.RuneCountInString(s) > 2000 {
		t.Skip("longer than is useful to try")
	}
}

func FuzzPublic(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		skipLong(t, s)
		got := Public(s)
		if err := inert(got, false); err != nil {
			t.Fatalf("Public(%q): %v", s, err)
		}
		if got != finish(lightPolicy, got) {
			t.Fatalf("Public(%q) does not survive its own policy: %q", s, got)
		}
	})
}

func FuzzOrganiser(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		skipLong(t, s)
		if err := inert(Organiser(s), true); err != nil {
			t.Fatalf("Organiser(%q): %v", s, err)
		}
	})
}

func FuzzFromHTML(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		skipLong(t, s)
		if err := inert(FromHTML(s), false); err != nil {
			t.Fatalf("FromHTML(%q): %v", s, err)
		}
		Plain(s)
	})
}

// FuzzFromHTMLText holds the promise of FromHTMLText: what Public makes of its
// text shows the same characters as the HTML that came in.
func FuzzFromHTMLText(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		skipLong(t, s)
		text := FromHTMLText(s)
		got := Public(text)
		if err := inert(got, false); err != nil {
			t.Fatalf("Public(FromHTMLText(%q)): %v", s, err)
		}
		nodes, err := parse(normalise(s))
		if err != nil {
			return
		}
		nodes = tidy(nodes, tidyOptions{breaks: true, del: true})
		var want strings.Builder
		for _, n := range nodes {
			want.WriteString(textOf(n))
		}
		again, err := parse(got)
		if err != nil || !within(linksOf(nodes), linksOf(again)) {
			return // its addresses are written out instead
		}
		if letters(seen(got)) != letters(want.String()) {
			t.Fatalf("FromHTMLText(%q) = %q shows %q, want %q", s, text, seen(got), squeeze(want.String()))
		}
	})
}
