package viewstest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"folkmoot/views/i18n"
)

// Render returns the HTML of a page or a part of one.
func Render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var missingSentence = regexp.MustCompile(`\[[a-z_]+\.[a-z0-9_.]*\]|<no value>|&lt;no value&gt;|\[\[\]\]`)

// CheckPages renders each page and checks that no sentence is missing, that nothing typed
// has become markup or a link away, and that the document is sound.
func CheckPages(t *testing.T, pages map[string]templ.Component) {
	t.Helper()
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			text := Render(t, page)
			if missing := missingSentence.FindAllString(text, -1); missing != nil {
				t.Errorf("sentences are missing: %v", missing)
			}
			if strings.Contains(text, "<script>alert") || strings.Contains(text, "evil.example") {
				t.Error("what somebody typed reached the page as markup or as a link away")
			}
			checkDocument(t, text)
		})
	}
}

// CheckSentences checks that the catalogue has a sentence for each prefix + value; the
// values of a prefix are separated by spaces.
func CheckSentences(t *testing.T, values map[string]string) {
	t.Helper()
	l := i18n.For("en")
	for prefix, list := range values {
		for value := range strings.FieldsSeq(list) {
			if !l.Has(prefix + value) {
				t.Errorf("no sentence for %s%s", prefix, value)
			}
		}
	}
}

// CheckProblemLinks checks that each page shows the problem of a field, named by the link
// to it, at that field.
func CheckProblemLinks(t *testing.T, pages map[string]templ.Component, links map[string]string) {
	t.Helper()
	for name, id := range links {
		text := Render(t, pages[name])
		if !strings.Contains(text, `href="#`+id+`"`) || !strings.Contains(text, `id="`+id+`-error"`) {
			t.Errorf("%s: the problem does not lead to %s", name, id)
		}
	}
}

// checkDocument looks for what a strict policy blocks and what assistive programs
// stumble over: inline style and script, an id twice, a control without a label,
// a form in a form, more than one h1.
func checkDocument(t *testing.T, text string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	seen := outline{ids: map[string]int{}, labels: map[string]bool{}}
	seen.walk(t, doc, false)
	for id, n := range seen.ids {
		if n > 1 {
			t.Errorf("the id %q stands %d times", id, n)
		}
	}
	for _, id := range seen.refs {
		if seen.ids[id] == 0 {
			t.Errorf("nothing has the id %q", id)
		}
	}
	for _, id := range seen.controls {
		if !seen.labels[id] {
			t.Errorf("the control %q has no label", id)
		}
	}
	if seen.h1 != 1 {
		t.Errorf("%d h1", seen.h1)
	}
	if n, m := strings.Count(text, "<form"), seen.forms; n != m {
		t.Errorf("%d forms are written and %d understood: one stands in another", n, m)
	}
}

type outline struct {
	ids            map[string]int
	labels         map[string]bool
	refs, controls []string
	h1, forms      int
}

func (s *outline) walk(t *testing.T, n *html.Node, labelled bool) {
	if n.Type == html.ElementNode {
		s.element(t, n, labelled)
		labelled = labelled || n.Data == "label"
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s.walk(t, c, labelled)
	}
}

func (s *outline) element(t *testing.T, n *html.Node, labelled bool) {
	a := map[string]string{}
	for _, attr := range n.Attr {
		a[attr.Key] = attr.Val
		if attr.Key == "style" || strings.HasPrefix(attr.Key, "on") {
			t.Errorf("<%s %s=%q>", n.Data, attr.Key, attr.Val)
		}
	}
	if id := a["id"]; id != "" {
		s.ids[id]++
	}
	s.refs = append(s.refs, strings.Fields(a["aria-labelledby"]+" "+a["aria-describedby"]+" "+a["form"])...)
	switch n.Data {
	case "h1":
		s.h1++
	case "form":
		s.forms++
	case "label":
		s.labels[a["for"]] = true
	case "textarea", "select", "input":
		if a["type"] != "hidden" && !labelled {
			s.controls = append(s.controls, a["id"])
		}
	}
}
