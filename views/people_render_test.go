package views

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

var unsaid = regexp.MustCompile(`\[[a-z_]+\.[a-z0-9_.]*\]|<no value>|&lt;no value&gt;|\[\[\]\]`)

func TestPeoplePagesAreWhole(t *testing.T) {
	for name, page := range peoplePages() {
		t.Run(name, func(t *testing.T) {
			text := shown(t, page)
			if missing := unsaid.FindAllString(text, -1); missing != nil {
				t.Errorf("sentences are missing: %v", missing)
			}
			if strings.Contains(text, "<script>alert") || strings.Contains(text, "evil.example") {
				t.Error("what somebody typed reached the page as markup or as a link away")
			}
			inspect(t, text)
		})
	}
}

// inspect looks for what a strict policy blocks and what assistive programs
// stumble over: inline style and script, an id twice, a control without a label,
// a form in a form, more than one h1.
func inspect(t *testing.T, text string) {
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

// TestEveryWordIsThere asks for each sentence whose key is put together from a
// value of the domain.
func TestEveryWordIsThere(t *testing.T) {
	l := i18n.For("en")
	for prefix, values := range map[string]string{
		"decisions.did.":        "publish reject spam remove restore withdraw import undo",
		"decisions.by.":         "author import moderator organiser board admin",
		"contribution.status.":  "pending published rejected spam removed erased withdrawn merged",
		"contribution.next.":    "pending published rejected spam removed erased withdrawn merged",
		"contribution.heading.": "reply idea",
		"report.heading.":       "reply idea",
		"kind.":                 "reply idea",
		"capacity.":             "resident business_owner organisation",
		"band.":                 "none sole_trader micro small medium large",
		"tallies.":              "after_closing always",
		"role.":                 "moderator organiser board admin",
		"admin.role_may.":       "moderator organiser board admin",
		"answer.":               "adopt adopt_in_part decline considering",
		"respond.stands.":       "none draft published",
		"respond.open.":         "none draft published",
		"organise_form.hint.":   strings.Join(formFields, " "),
		"organise_form.field.":  strings.Join(formFields, " "),
	} {
		for value := range strings.FieldsSeq(values) {
			if !l.Has(prefix + value) {
				t.Errorf("no sentence for %s%s", prefix, value)
			}
		}
	}
}

func TestWhatTheQueueSends(t *testing.T) {
	text := shown(t, Queue(sampleQueue()))
	for _, want := range []string{
		`action="/moderation/reply-r1"`, `action="/moderation/idea-i1"`, `action="/moderation"`,
		`<input type="hidden" name="rev:reply-r1" value="2">`, `name="items" value="reply-r1" form="bulk"`,
		`name="rev:reply-r1" value="2" form="bulk"`, `value="publish"`, `value="spam"`, `value="reject"`, `value="remove"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, `action="/moderation/reply-r3"`) || strings.Contains(text, `value="reply-r3"`) {
		t.Error("a moderator may decide on their own text")
	}
}

func TestProblemStandsWhereItBelongs(t *testing.T) {
	pages := peoplePages()
	for name, want := range map[string]string{
		"queue-single":  `href="#reply-r1-reason"`,
		"queue-bulk":    `href="#bulk-reason"`,
		"manage-failed": `href="#withdraw-reason"`,
		"respond":       `href="#idea-1-reason"`,
	} {
		text := shown(t, pages[name])
		id := strings.TrimSuffix(strings.TrimPrefix(want, `href="#`), `"`)
		if !strings.Contains(text, want) || !strings.Contains(text, `id="`+id+`-error"`) {
			t.Errorf("%s: the problem does not lead to %s", name, id)
		}
	}
}

func TestWhatMayBeDecided(t *testing.T) {
	for _, c := range []struct {
		status models.Status
		want   string
	}{
		{models.StatusPending, "publish spam reject"},
		{models.StatusPublished, "publish spam remove"},
		{models.StatusRejected, "restore"},
		{models.StatusSpam, "restore"},
		{models.StatusRemoved, "restore"},
	} {
		var got []string
		for _, k := range plainKeys(c.status) {
			got = append(got, string(k.action))
		}
		if k, ok := reasonKey(c.status); ok {
			got = append(got, string(k.action))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.status, got, c.want)
		}
		for _, a := range got {
			action := models.Action(a)
			if _, err := action.Next(models.Contribution{Status: c.status}); err != nil {
				t.Errorf("%s offers %s, which the rules refuse", c.status, a)
			}
		}
	}
}
