package markup

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

var allowedElements = strings.Fields(`p br hr em strong del ins sub sup q cite h3 h4 h5 h6
	ul ol li blockquote pre code table caption thead tbody tfoot tr th td a`)

// inert is the oracle: it names the first thing in rendered that could act,
// load, identify itself or leak out of its place on a page.
func inert(rendered string, relative bool) error {
	page := `<!doctype html><body><main><section>` + rendered + `</section></main><footer>end</footer>`
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return err
	}
	var section, footer, body *html.Node
	for n := range doc.Descendants() {
		switch n.Data {
		case "section":
			section = n
		case "footer":
			footer = n
		case "body":
			body = n
		}
	}
	if footer == nil || footer.Parent != body || textOf(section)+"end" != textOf(body) {
		return fmt.Errorf("the fragment leaks out of its place: %s", rendered)
	}
	for n := range section.Descendants() {
		if err := inertNode(n, relative); err != nil {
			return fmt.Errorf("%w in %s", err, rendered)
		}
	}
	return nil
}

func inertNode(n *html.Node, relative bool) error {
	switch n.Type {
	case html.TextNode:
		return nil
	case html.ElementNode:
	default:
		return fmt.Errorf("a node of type %d (%q)", n.Type, n.Data)
	}
	if n.Namespace != "" || !slices.Contains(allowedElements, n.Data) {
		return fmt.Errorf("element %s %s", n.Namespace, n.Data)
	}
	if n.Data == "a" && (len(n.Attr) != 2 || attr(n, "rel") != "nofollow ugc noopener") {
		return fmt.Errorf("a link with attributes %v", n.Attr)
	}
	for _, a := range n.Attr {
		if err := inertAttr(n.Data, a, relative); err != nil {
			return err
		}
	}
	return nil
}

func inertAttr(element string, a html.Attribute, relative bool) error {
	if a.Key == "dir" && element != "a" && (a.Val == "auto" || a.Val == "rtl") {
		return nil
	}
	switch element + " " + a.Key {
	case "a rel":
		return nil
	case "ol start", "li value", "td colspan", "td rowspan", "th colspan", "th rowspan":
		if !integer.MatchString(a.Val) {
			return fmt.Errorf("%s=%q", a.Key, a.Val)
		}
		return nil
	case "a href":
		u, err := url.Parse(a.Val)
		if err != nil {
			return err
		}
		site := relative && u.Scheme == "" && u.Host == "" && strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//")
		if !site && !slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
			return fmt.Errorf("link to %q", a.Val)
		}
		return nil
	}
	return fmt.Errorf("attribute %s=%q on %s", a.Key, a.Val, element)
}

func checkInert(t *testing.T, in string) {
	t.Helper()
	for name, got := range map[string]string{
		"Public": Public(in), "FromHTML": FromHTML(in), "FromHTMLText": Public(FromHTMLText(in)),
	} {
		if err := inert(got, false); err != nil {
			t.Errorf("%s(%q): %v", name, in, err)
		}
	}
	if err := inert(Organiser(in), true); err != nil {
		t.Errorf("Organiser(%q): %v", in, err)
	}
}

// letters drops from s what Markdown may take as a sign, blank space and
// control characters: the rest must be readable on the page.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFFFD' || strings.ContainsRune("*_`>-+\\[]()", r) {
			return -1
		}
		return r
	}, s)
}

// checkReadable says that Public shows each character that was typed.
func checkReadable(t *testing.T, in string) {
	t.Helper()
	if got, want := letters(seen(Public(in))), letters(in); got != want {
		t.Errorf("Public(%q) shows %q, want %q", in, got, want)
	}
}

func TestNaughtyStrings(t *testing.T) {
	for _, s := range naughty(t, filepath.Join("testdata", "naughty.json")) {
		checkInert(t, s)
		checkReadable(t, s)
	}
}

func TestBigListOfNaughtyStrings(t *testing.T) {
	data := os.Getenv("FOLKMOOT_DATA")
	if data == "" {
		t.Skip("FOLKMOOT_DATA is not set: the big list of naughty strings is not here")
	}
	list := naughty(t, filepath.Join(data, "sanitise", "blns.json"))
	if len(list) < 500 {
		t.Fatalf("only %d strings", len(list))
	}
	for _, s := range list {
		checkInert(t, s)
		checkReadable(t, s)
		checkInert(t, "> "+s+"\n\n- "+s+"\n\n**"+s+"** ["+s+"](http://example.org/"+s+")")
	}
}

func naughty(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestOracle makes sure that the oracle itself finds what it looks for.
func TestOracle(t *testing.T) {
	bad := []string{
		`<script>1</script>`, `<p onclick="x">a</p>`, `<a href="javascript:x" rel="nofollow ugc noopener">a</a>`,
		`<a href="http://x.org">a</a>`, `<img src="x">`, `<p id="a">a</p>`, `<p style="x">a</p>`, `<!-- a -->`,
		`</section></main><p>a</p>`, `<a href="//x.org" rel="nofollow ugc noopener">a</a>`, `<svg></svg>`, `<h2>a</h2>`,
		`<a href="/x" rel="nofollow ugc noopener">a</a>`, `<p class="x">a</p>`, `<input name="a">`,
	}
	for _, s := range bad {
		if inert(s, false) == nil {
			t.Errorf("the oracle passes %s", s)
		}
	}
	good := `<p>a <a href="http://x.org" rel="nofollow ugc noopener">a</a></p><ol start="3"><li value="5">x</li></ol>`
	if err := inert(good, false); err != nil {
		t.Error(err)
	}
}

// seen is what a reader sees of rendered HTML, without blank space.
func seen(rendered string) string {
	nodes, err := parse(rendered)
	if err != nil {
		return squeeze(textOnly(rendered))
	}
	return shown(nodes)
}
