package markup

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func TestDirections(t *testing.T) {
	for _, c := range []renderCase{
		{"paragraphs", "Hello\n\nمرحبا", `<p dir="auto">Hello</p>` + "\n" + `<p dir="auto">مرحبا</p>`},
		{"list", "- عنصر (1)\n- two", `<ul dir="rtl">` + "\n" + `<li dir="auto">عنصر (1)</li>` + "\n" + `<li dir="auto">two</li>` + "\n</ul>"},
		{"list after numbers", "3. (2) שלום", `<ol start="3" dir="rtl">` + "\n" + `<li dir="auto">(2) שלום</li>` + "\n</ol>"},
		{"loose item", "- عنصر\n\n  second", `<ul dir="rtl">` + "\n" + `<li dir="auto">` + "\n" + `<p>عنصر</p>` + "\n" + `<p dir="auto">second</p>` + "\n</li>\n</ul>"},
		{"quotation", "> שלום", `<blockquote dir="rtl">` + "\n" + `<p dir="auto">שלום</p>` + "\n</blockquote>"},
		{"typed tags", "<p dir=\"rtl\"><li>", `<p dir="auto">&lt;p dir=&#34;rtl&#34;&gt;&lt;li&gt;</p>`},
	} {
		if got := Public(c.in); got != c.want {
			t.Errorf("%s: Public(%q)\n got %s\nwant %s", c.name, c.in, got, c.want)
		}
	}
	for in, want := range map[string]string{
		"<p>a</p><ul><li>ب</li></ul>":        `<p dir="auto">a</p>` + "\n" + `<ul dir="rtl"><li dir="auto">ب</li></ul>`,
		`<h2 dir="ltr">ب</h2>`:               `<h3 dir="auto">ب</h3>`,
		"<table><tr><td>ب</td></tr></table>": `<table dir="rtl"><tbody><tr><td dir="auto">ب</td></tr></tbody></table>`,
	} {
		if got := FromHTML(in); got != want {
			t.Errorf("FromHTML(%q)\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestCaseBidi(t *testing.T) {
	text := strings.Join(caseLines(t, "bidi.txt"), "\n")
	for name, render := range map[string]func(string) string{"Public": Public, "Organiser": Organiser} {
		nodes, err := parse(render(text))
		if err != nil {
			t.Fatal(err)
		}
		blocks := 0
		for _, n := range nodes {
			for d := range (&html.Node{FirstChild: n}).Descendants() {
				if d.DataAtom == atom.P || d.DataAtom == atom.Li {
					blocks++
					if attr(d, "dir") != "auto" {
						t.Errorf("%s: %q has no direction of its own", name, textOf(d))
					}
				}
			}
		}
		if blocks < 3 {
			t.Errorf("%s: %d paragraphs and items", name, blocks)
		}
	}
}
