package markup

import (
	"strings"
	"sync"
	"testing"
)

const rel = ` rel="nofollow ugc noopener"`

type renderCase struct{ name, in, want string }

func check(t *testing.T, render func(string) string, cases []renderCase) {
	t.Helper()
	for _, c := range cases {
		if got := undirected(render(c.in)); got != c.want {
			t.Errorf("%s: %q\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
}

// undirected leaves out what TestDirections looks at.
func undirected(rendered string) string { return strings.ReplaceAll(rendered, ` dir="auto"`, "") }

func TestPublicMarkdown(t *testing.T) {
	check(t, Public, []renderCase{
		{"nothing", " \n\n ", ""},
		{"paragraphs", "one\n\ntwo", "<p>one</p>\n<p>two</p>"},
		{"line breaks are kept", "one\r\ntwo\rthree", "<p>one<br>\ntwo<br>\nthree</p>"},
		{"emphasis and strong", "*a* _b_ **c** __d__ ***e***", "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <em><strong>e</strong></em></p>"},
		{"emphasis next to punctuation", "(*a*), “**b**”!", "<p>(<em>a</em>), “<strong>b</strong>”!</p>"},
		{"emphasis without spaces between words", "これは**強調**です", "<p>これは<strong>強調</strong>です</p>"},
		{"bullets", "- a\n- b\n  - c", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>"},
		{"numbers", "1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"},
		{"numbers are the ones typed", "5. a\n3. b\n4. c", "<ol start=\"5\">\n<li>a</li>\n<li value=\"3\">b</li>\n<li>c</li>\n</ol>"},
		{"all ones count on", "1. a\n1. b\n1. c", "<ol>\n<li>a</li>\n<li>b</li>\n<li>c</li>\n</ol>"},
		{"quotation", "> a\n> b\n\nc", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>\n<p>c</p>"},
		{"code", "`<b>` and\n\n```\na *b*\n```", "<p><code>&lt;b&gt;</code> and</p>\n<pre><code>a *b*\n</code></pre>"},
		{"code with a language", "```go\nx\n```", "<pre><code>x\n</code></pre>"},
	})
}

func TestPublicLinks(t *testing.T) {
	check(t, Public, []renderCase{
		{"link", "[a](https://e.org/?x=1&y=2)", `<p><a href="https://e.org/?x=1&amp;y=2"` + rel + `>a</a></p>`},
		{"its title goes", `[a](https://e.org "t")`, `<p><a href="https://e.org"` + rel + `>a</a></p>`},
		{"bare address", "see http://e.org/a_b_c, ok", `<p>see <a href="http://e.org/a_b_c"` + rel + `>http://e.org/a_b_c</a>, ok</p>`},
		{"bare host", "(www.e.org)", `<p>(<a href="http://www.e.org"` + rel + `>www.e.org</a>)</p>`},
		{"mail", "a@e.org", `<p><a href="mailto:a@e.org"` + rel + `>a@e.org</a></p>`},
		{"script", "[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"},
		{"disguised script", "[a](&#106;avascript:alert(1))", "<p>[a](&amp;#106;avascript:alert(1))</p>"},
		{"data", "[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>"},
		{"path of this site", "[a](/admin)", "<p>[a](/admin)</p>"},
		{"other host without scheme", "[a](//e.org)", "<p>[a](//e.org)</p>"},
		{"without a name", "[](http://e.org)", "<p>[](http://e.org)</p>"},
		{"ftp", "ftp://e.org/x", "<p>ftp://e.org/x</p>"},
		{"image", "![a](http://e.org/x.png)", `<p>!<a href="http://e.org/x.png"` + rel + `>a</a></p>`},
		{"definition", "[a]: http://e.org\n\n[a]", `<p>[a]: <a href="http://e.org"` + rel + `>http://e.org</a></p>` + "\n<p>[a]</p>"},
	})
}

func TestPublicAsTyped(t *testing.T) {
	for _, s := range []string{
		"# Not a heading", "-", "+", ">", ">_<", ">= 5", "---", "***", "===", "```", "~~~\na\n~~~", "2*3*4 = 24", "snake_case_name",
		`C:\temp\`, `\\server\share`, `¯\_(ツ)_/¯`, "a\\*b", "&copy; &lt;b&gt; &#106;", "<b>bold</b>", "<script>alert(1)</script>",
		"<!-- a -->", "</p></div>", "a < b > c", "|a|b|\n|-|-|\n|c|d|", "[ ] todo", "1.5 million", "-5 degrees", "~~struck~~",
		"a  b", "``` some words here\nx", "<http://e>",
	} {
		rendered := Public(s)
		if got := squeeze(s); seen(rendered) != got {
			t.Errorf("Public(%q) shows %q", s, seen(rendered))
		}
		if strings.Contains(rendered, "<em>") || strings.Contains(rendered, "<strong>") {
			t.Errorf("Public(%q) = %q has emphasis", s, rendered)
		}
	}
	check(t, Public, []renderCase{
		{"indented", "    a\n  b\n\n\tc", "<p>a<br>\nb</p>\n<p>c</p>"},
		{"escapes", `\*a\* \_b\_ \[c](d) \` + "`e`", "<p>*a* _b_ [c](d) `e`</p>"},
		{"escaped line starts", "\\- a\n\\> b\n1\\. c", "<p>- a<br>\n&gt; b<br>\n1. c</p>"},
		{"malformed", "a\xffb\x00", "<p>a\uFFFDb\uFFFD</p>"},
	})
}

func TestPublicDepth(t *testing.T) {
	for _, s := range []string{strings.Repeat("> ", 3000) + "a", strings.Repeat("- ", 3000) + "a", strings.Repeat("*a ", 1500) + strings.Repeat("b* ", 1500)} {
		rendered := Public(s)
		if err := inert(rendered, false); err != nil {
			t.Errorf("%.9q: %.200v", s, err)
		}
		for _, tag := range []string{"<blockquote>", "<ul>"} {
			if n := strings.Count(rendered, tag); n > maxDepth {
				t.Errorf("%.9q: %d nested %s", s, n, tag)
			}
		}
	}
}

func TestTooLongForMarkdown(t *testing.T) {
	long := strings.Repeat("*a* <b>\n", maxSource/8)
	want := literal(long + "*c*")
	for name, got := range map[string]string{"Public": Public(long + "*c*"), "Organiser": Organiser(long + "*c*")} {
		if got != want || !strings.HasPrefix(got, "<p dir=\"auto\">*a* &lt;b&gt;<br>\n") {
			t.Errorf("%s renders %.40q", name, got)
		}
	}
	if got := FromHTMLText(strings.Repeat("*a* ", maxSource)); got != strings.TrimSpace(strings.Repeat("*a* ", maxSource)) {
		t.Errorf("FromHTMLText gives %.40q", got)
	}
}

func TestConcurrent(t *testing.T) {
	in := "**a** [b](http://e.org) `c`\n\n- d\n\n| a |\n|---|\n| b |"
	public, organised, blog := Public(in), Organiser(in), FromHTML(in)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 50 {
				if Public(in) != public || Organiser(in) != organised || FromHTML(in) != blog {
					t.Error("a different result while others render")
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkHostile measures what 10,000 characters can cost at worst.
func BenchmarkHostile(b *testing.B) {
	for name, s := range map[string]string{
		"stars":  strings.Repeat("*a_", 3333),
		"links":  strings.Repeat("[a](", 2500),
		"tables": strings.Repeat("|a", 24) + "\n" + strings.Repeat("|-", 24) + "\n" + strings.Repeat("|\n", 4900),
		"wide":   strings.Repeat("|a", 1000) + "\n" + strings.Repeat("|-", 1000) + "\n" + strings.Repeat("|\n", 3000),
		"ticks":  strings.Repeat("`a``", 2500),
	} {
		b.Run("public/"+name, func(b *testing.B) {
			for b.Loop() {
				Public(s)
			}
		})
		b.Run("organiser/"+name, func(b *testing.B) {
			for b.Loop() {
				Organiser(s)
			}
		})
	}
}
