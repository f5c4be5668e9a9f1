package markup

import (
	"strings"
	"testing"
)

func TestOrganiser(t *testing.T) {
	check(t, Organiser, []renderCase{
		{"headings", "# A\n\n## B\n\nC\n-", "<h3>A</h3>\n<h4>B</h4>\n<h4>C</h4>"},
		{"headings that start low", "## A\n\n## B\n\n#### C", "<h3>A</h3>\n<h3>B</h3>\n<h4>C</h4>"},
		{"headings that fall", "### A\n\n# B\n\n### C", "<h3>A</h3>\n<h3>B</h3>\n<h4>C</h4>"},
		{"empty heading", "#\n\na", "<p>a</p>"},
		{"soft line ends", "a\nb", "<p>a\nb</p>"},
		{"struck", "~~a~~", "<p><del>a</del></p>"},
		{"rule", "a\n\n---\n\nb", "<p>a</p>\n<hr/>\n<p>b</p>"},
		{"path", "[a](/privacy) [b](//e.org) [c](\\\\e.org)", `<p><a href="/privacy"` + rel + `>a</a> b c</p>`},
		{"definition", "[a]\n\n[a]: http://e.org", `<p><a href="http://e.org"` + rel + `>a</a></p>`},
		{"image", "![a map](http://e.org/x.png)", "<p>a map</p>"},
		{"linked image", "[![a map](x.png)](http://e.org)", `<p><a href="http://e.org"` + rel + `>a map</a></p>`},
		{"HTML that is allowed", `a <b class="x" onclick="y">b</b> <sub id="z">c</sub>`, "<p>a <strong>b</strong> <sub>c</sub></p>"},
		{"HTML that is not", "a <script>b</script><form>c</form> <style>d</style>", "<p>a</p>\n<p>c</p>"},
		{"unbalanced HTML", "</section></div><blockquote>a\n\nb", "<blockquote><p>a</p><p>b</p></blockquote>"},
		{"HTML link", `<a href="javascript:x" name="y">a</a> <a href="http://e.org" target="_blank" style="z">b</a>`, `<p>a <a href="http://e.org"` + rel + `>b</a></p>`},
	})
	table := undirected(Organiser("| a | b |\n|:-:|---|\n| 1 | 2 |"))
	if strings.Join(strings.Fields(table), "") != "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>" {
		t.Errorf("table: %s", table)
	}
}

func TestFromHTML(t *testing.T) {
	check(t, FromHTML, []renderCase{
		{"blank lines part paragraphs", "one\ntwo\n\nthree", "<p>one<br/>two</p>\n<p>three</p>"},
		{"break before a line end", "one<br />\ntwo", "<p>one<br/>two</p>"},
		{"two breaks", "one<br><br>\n<br>two", "<p>one</p>\n<p>two</p>"},
		{"text beside a list", "a\n<ol>\n<li>b</li>\n</ol>\nc", "<p>a</p>\n<ol><li>b</li></ol>\n<p>c</p>"},
		{"containers", "<div>a<div>b</div></div><section>c</section>", "<p>a</p>\n<p>b</p>\n<p>c</p>"},
		{"WordPress blocks", "<!-- wp:paragraph -->\n<p>a\nb</p>\n<!-- /wp:paragraph -->", "<p>a\nb</p>"},
		{"headings", "<h2 id=x>A</h2><h3>B</h3>", "<h3>A</h3>\n<h4>B</h4>"},
		{"image", `<a href="http://e.org/i.jpg"><img src="i.jpg" alt="I can’t reach"></a>Hm`, `<p><a href="http://e.org/i.jpg"` + rel + `>I can’t reach</a>Hm</p>`},
		{"image without description", `a<a href="http://e.org/i.jpg"><img src="i.jpg"></a>`, "<p>a</p>"},
		{"shortcode", `[caption id="x" width="3"]a[/caption] [sic]`, "<p>a [sic]</p>"},
		{"links", `<a href="/x">a</a> <a href="mailto:a@e.org">b</a> <a href="javascript:x">c</a>`, `<p>a <a href="mailto:a@e.org"` + rel + `>b</a> c</p>`},
		{"lists", "<ul>\n<ul><li>a</li></ul>b</ul><li>c</li>", "<ul><li><ul><li>a</li></ul>b</li></ul>\n<ul><li>c</li></ul>"},
		{"pre", "<pre>a\n\n b</pre>", "<pre>a\n\n b</pre>"},
		{"entities", "a &amp; b &lt;c&gt; &eacute;&#8217;", "<p>a &amp; b &lt;c&gt; é’</p>"},
	})
	deep := strings.Repeat("<div>", 3000) + "a & <b>b</b>"
	if got := undirected(FromHTML(deep)); got != "<p>a &amp; b</p>" {
		t.Errorf("deep nesting: %.200s", got)
	}
}

// TestFromHTMLText checks both ways: the text, and that Public renders it to
// the HTML that is meant.
func TestFromHTMLText(t *testing.T) {
	cases := []struct{ name, in, text, html string }{
		{"plain", "Hi there.", "Hi there.", "<p>Hi there.</p>"},
		{"paragraphs and breaks", "a<br />b\nc\n\nd<p>e</p>", "a\nb\nc\n\nd\n\ne", "<p>a<br>\nb<br>\nc</p>\n<p>d</p>\n<p>e</p>"},
		{"emphasis", "<em>a</em>, <strong>b </strong>c <b><i>d</i></b>", "*a*, **b** c ***d***", "<p><em>a</em>, <strong>b</strong> c <em><strong>d</strong></em></p>"},
		{"emphasis inside a word", "a<em>b</em>c", "abc", "<p>abc</p>"},
		{"link", `<a href="http://e.org/(x)">a [b]</a>`, `[a \[b\]](http://e.org/(x))`, `<p><a href="http://e.org/(x)"` + rel + `>a [b]</a></p>`},
		{"bare link", `<a href="http://e.org/">http://e.org/</a>`, "http://e.org/", `<p><a href="http://e.org/"` + rel + `>http://e.org/</a></p>`},
		{"unsafe link", `<a href="javascript:x">a</a>`, "a", "<p>a</p>"},
		{"address with signs", "http://e.org/_a_/*b", "http://e.org/_a_/*b", `<p><a href="http://e.org/_a_/*b"` + rel + `>http://e.org/_a_/*b</a></p>`},
		{"list", "<ul><li>a<ol><li>b</ol></li><li>c</ul>", "- a\n  1. b\n- c", "<ul>\n<li>a\n<ol>\n<li>b</li>\n</ol>\n</li>\n<li>c</li>\n</ul>"},
		{"list that starts at 3", "<ul><li>a<ol start=3><li>b</ol></ul>", "- a\n\n  3. b", "<ul>\n<li>\n<p>a</p>\n<ol start=\"3\">\n<li>b</li>\n</ol>\n</li>\n</ul>"},
		{"quotation", "<blockquote>a<p>b</blockquote>", "> a\n>\n> b", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>"},
		{"code", "<code>a`b</code><pre>c\n```</pre>", "``a`b``\n\n````\nc\n```\n````", "<p><code>a`b</code></p>\n<pre><code>c\n```\n</code></pre>"},
		{"signs that mean nothing", "2*3*4 a_b_c [x] - y 1. z # w \\o/ &lt;b&gt; ` ~~", "2*3*4 a_b_c [x] - y 1. z # w \\o/ <b> ` ~~", "<p>2*3*4 a_b_c [x] - y 1. z # w \\o/ &lt;b&gt; ` ~~</p>"},
		{"signs that would", "*a* _b_ [c](d) `e` \\*", "\\*a\\* \\_b\\_ \\[c\\](d) \\`e\\` \\\\*", "<p>*a* _b_ [c](d) `e` \\*</p>"},
		{"line starts", "- a\n* b\n+ c\n> d\n1. e\n2) f\n\\- g", "\\- a\n\\* b\n\\+ c\n\\> d\n1\\. e\n2\\) f\n\\\\- g", "<p>- a<br>\n* b<br>\n+ c<br>\n&gt; d<br>\n1. e<br>\n2) f<br>\n\\- g</p>"},
		{"struck", "I <del>love</del> it", "I ~~love~~ it", "<p>I ~~love~~ it</p>"},
		{"heading, image, script", "<h1>a</h1><img alt='b' src=x><script>c</script>", "**a**\n\nb", "<p><strong>a</strong></p>\n<p>b</p>"},
		{"nothing", "<p> </p>", "", ""},
	}
	for _, c := range cases {
		text := FromHTMLText(c.in)
		if text != c.text {
			t.Errorf("%s: FromHTMLText(%q) = %q, want %q", c.name, c.in, text, c.text)
		}
		if got := undirected(Public(text)); got != c.html {
			t.Errorf("%s: Public(%q) = %q, want %q", c.name, text, got, c.html)
		}
	}
}

func TestPlain(t *testing.T) {
	check(t, Plain, []renderCase{
		{"paragraphs", "<p>a<br>\nb</p>\n<p>c &amp; d</p>", "a\nb\n\nc & d"},
		{"lists", "<ol start=\"3\"><li>a</li><li value=\"7\">b<ul><li>c</li></ul></li></ol>", "3. a\n7. b\n   - c"},
		{"quotation", "<blockquote><p>a</p></blockquote>", "> a"},
		{"links", `<p><a href="http://e.org">a</a> <a href="http://e.org">http://e.org</a> <a href="mailto:a@e.org">a@e.org</a></p>`, "a (http://e.org) http://e.org a@e.org"},
		{"emphasis", "<h3>a</h3><p><em>b</em> <code>c</code></p>", "a\n\nb c"},
		{"table", "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>", "a  b\nc  d"},
		{"text", "just text * - _", "just text * - _"},
		{"what Public makes", Public("*a* <b>\n\n- c"), "a <b>\n\n- c"},
	})
}

func TestSnippet(t *testing.T) {
	in := "<p>One two <a href=\"http://e.org\">three</a></p><p>four fünf</p>"
	for limit, want := range map[int]string{
		0: "One two three four fünf", 100: "One two three four fünf", 23: "One two three four fünf",
		22: "One two three four…", 14: "One two three…", 3: "On…",
	} {
		if got := Snippet(in, limit); got != want {
			t.Errorf("Snippet(%d) = %q, want %q", limit, got, want)
		}
	}
}
