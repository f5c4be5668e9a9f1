package markup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html/atom"
)

// links lists the links of rendered HTML as "href text".
func links(t *testing.T, rendered string) (list []string) {
	t.Helper()
	nodes, err := parse(rendered)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		for d := range n.Descendants() {
			if d.DataAtom == atom.A {
				list = append(list, attr(d, "href")+" "+textOf(d))
			}
		}
	}
	return list
}

func TestBareAddresses(t *testing.T) {
	for _, c := range []struct{ in, href, text string }{
		{"https://de.example/wiki/Bürger", "https://de.example/wiki/B%C3%BCrger", "https://de.example/wiki/Bürger"},
		{"https://münchen.example/rathaus", "https://xn--mnchen-3ya.example/rathaus", "https://münchen.example/rathaus"},
		{"HTTPS://München.Example:8080/A", "https://xn--mnchen-3ya.example:8080/A", "HTTPS://München.Example:8080/A"},
		{"https://правительство.рф/", "https://xn--80aealotwbjpid2k.xn--p1ai/", "https://правительство.рф/"},
		{"https://xn--80aeina3a.xn--p1ai/news", "https://xn--80aeina3a.xn--p1ai/news", "https://xn--80aeina3a.xn--p1ai/news"},
		{"https://straße.example", "https://xn--strae-oqa.example", "https://straße.example"},
		{"https://p.example/p/vhIPYQjX8_", "https://p.example/p/vhIPYQjX8_", "https://p.example/p/vhIPYQjX8_"},
		{"*see https://p.example/a*", "https://p.example/a", "https://p.example/a"},
		{"*https://p.example/a_b*c*", "https://p.example/a_b*c", "https://p.example/a_b*c"},
		{"|https://p.example/a|", "https://p.example/a", "https://p.example/a"},
		{"https://p.example/?f=A|B", "https://p.example/?f=A%7CB", "https://p.example/?f=A|B"},
		{"https://e.example/c; and more", "https://e.example/c", "https://e.example/c"},
		{"https://e.example/a;b=1?x,y.", "https://e.example/a;b=1?x,y", "https://e.example/a;b=1?x,y"},
		{"https://e.example/?a&copy;=1", "https://e.example/?a&copy%3B=1", "https://e.example/?a&copy;=1"},
		{"https://e.example/100%/%41", "https://e.example/100%25/%41", "https://e.example/100%/%41"},
		{"“https://e.example/q”, he said", "https://e.example/q", "https://e.example/q"},
		{`"https://e.example/q"`, "https://e.example/q", "https://e.example/q"},
		{"<https://e.example/q>", "https://e.example/q", "https://e.example/q"},
		{"«www.e.example/q»", "http://www.e.example/q", "www.e.example/q"},
		{"見https://e.example/q。次", "https://e.example/q", "https://e.example/q"},
		{"（https://e.example/a）", "https://e.example/a", "https://e.example/a"},
		{"https://e.exampleをご覧ください", "https://e.example", "https://e.example"},
		{"https://ja.example/wiki/アルベルト・アインシュタイン、と", "https://ja.example/wiki/%E3%82%A2%E3%83%AB%E3%83%99%E3%83%AB%E3%83%88%E3%83%BB%E3%82%A2%E3%82%A4%E3%83%B3%E3%82%B7%E3%83%A5%E3%82%BF%E3%82%A4%E3%83%B3", "https://ja.example/wiki/アルベルト・アインシュタイン"},
		{"(https://e.example/a_(b))", "https://e.example/a_(b)", "https://e.example/a_(b)"},
		{"[https://e.example/a]", "https://e.example/a", "https://e.example/a"},
		{"http://192.0.2.7:8080/x.", "http://192.0.2.7:8080/x", "http://192.0.2.7:8080/x"},
		{"http://[2001:DB8::1]/x", "http://[2001:db8::1]/x", "http://[2001:DB8::1]/x"},
		{"first_last@example.org", "mailto:first_last@example.org", "first_last@example.org"},
		{"„jörg@münchen.example“", "mailto:j%C3%B6rg@xn--mnchen-3ya.example", "jörg@münchen.example"},
	} {
		want := c.href + " " + c.text
		for name, render := range map[string]func(string) string{"Public": Public, "Organiser": Organiser} {
			if name == "Organiser" && strings.ContainsAny(c.in, "<&") {
				continue // raw HTML and references are read there
			}
			if got := strings.Join(links(t, render(c.in)), "\n"); got != want {
				t.Errorf("%s(%q)\n has %s\nwant %s", name, c.in, got, want)
			}
		}
	}
}

func TestNoAddress(t *testing.T) {
	for _, s := range []string{
		"https://bank.example@evil.example/", "https://a:b@evil.example", "http://999.1.1.1/", "http://localhost/", "xhttp://e.example/", "http:e.example",
		"https://", "www.", "www..example", "@example.org", "a@b", "a@", "http://[::1", "`https://e.example/`", "http://e.example\u202e.org",
	} {
		if got := links(t, Public(s)); len(got) > 0 && s != "http://e.example\u202e.org" {
			t.Errorf("Public(%q) links %q", s, got)
		}
	}
}

// TestExplicitLinks holds that a link keeps its address, whatever its text.
func TestExplicitLinks(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<a href="https://e.example/Straße?b=c&amp;d=e">https://e.example/Straße?b=c&amp;d=e</a>`, "https://e.example/Stra%C3%9Fe?b=c&d=e https://e.example/Straße?b=c&d=e"},
		{`<a href="https://e.example/a_">https://e.example/a_</a>`, "https://e.example/a_ https://e.example/a_"},
		{`<a href="https://e.example/a,">https://e.example/a,</a>`, "https://e.example/a, https://e.example/a,"},
		{`<a href="https://e.example/a">https://e.example/a</a>b`, "https://e.example/a https://e.example/a"},
		{`<em>x <a href="https://e.example/a*">https://e.example/a*</a></em>`, "https://e.example/a* https://e.example/a*"},
		{`<a href="https://other.example/">https://e.example/</a>`, "https://other.example/ https://e.example/"},
		{`<a href="https://münchen.example/">Rathaus</a>`, "https://xn--mnchen-3ya.example/ Rathaus"},
		{`<a href="HTTP://E.example">e.example</a>`, "http://e.example e.example"},
		{`<a href="https://e.example/a)b">c</a>`, "https://e.example/a%29b c"},
		{`“<a href="https://e.example/q">https://e.example/q</a>”`, "https://e.example/q https://e.example/q"},
		{`<a href="mailto:jo@e.example">jo@e.example</a>x`, "mailto:jo@e.example jo@e.example"},
	} {
		text := FromHTMLText(c.in)
		if got := strings.Join(links(t, Public(text)), "\n"); got != c.want {
			t.Errorf("%s\n -> %s\n has %s\nwant %s", c.in, text, got, c.want)
		}
		if got, want := strings.Join(links(t, FromHTML(c.in)), "\n"), strings.Replace(c.want, "%29", ")", 1); got != want {
			t.Errorf("FromHTML(%s)\n has %s\nwant %s", c.in, got, want)
		}
	}
}

// caseLines returns the lines of one of the shared small inputs.
func caseLines(t *testing.T, name string) []string {
	t.Helper()
	data := os.Getenv("FOLKMOOT_DATA")
	if data == "" {
		t.Skip("FOLKMOOT_DATA is not set: the small inputs are not here")
	}
	raw, err := os.ReadFile(filepath.Join(data, "cases", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(raw)), "\n")
}

func TestCaseAutolinks(t *testing.T) {
	for _, line := range caseLines(t, "autolinks.txt") {
		address, _, _ := strings.Cut(line, "; ")
		for name, rendered := range map[string]string{"Public": Public(line), "Organiser": Organiser(line), "FromHTMLText": Public(FromHTMLText(line))} {
			got := links(t, rendered)
			if len(got) != 1 || !strings.HasSuffix(got[0], " "+address) {
				t.Errorf("%s(%q) links %q", name, line, got)
				continue
			}
			for _, r := range strings.TrimSuffix(got[0], " "+address) {
				if r > 0x7F {
					t.Errorf("%s(%q) leads to %q", name, line, got)
					break
				}
			}
		}
	}
}
