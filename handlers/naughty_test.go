package handlers

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"folkmoot/models"
)

// naughty returns the strings that break naive programs, or a few of our own.
func naughty(t *testing.T) []string {
	list := []string{"<script>alert(1)</script>", "=1+1", "', DROP TABLE replies; --", "مرحبا", "\u202etest\u202c", "\u0000", "👩‍👩‍👧", "{{.name}}"}
	dir := os.Getenv("FOLKMOOT_DATA")
	if dir == "" {
		t.Log("FOLKMOOT_DATA is not set: only a few strings of our own are tried")
		return list
	}
	raw, err := os.ReadFile(filepath.Join(dir, "sanitise", "blns.json"))
	must(t, err)
	var more []string
	must(t, json.Unmarshal(raw, &more))
	return append(list, more...)
}

// refusal names the rule of section 7 that refuses s in a field, or "".
func refusal(field, s string) string {
	switch {
	case !models.HasVisible(models.CleanBody(s)):
		return "no visible character"
	case field == "name" && models.HasBidiOverride(s):
		return "bidirectional override in a name"
	case field != "body" && models.HasControl(strings.TrimSpace(s)):
		return "control character in a name or title"
	case field == "name" && models.Chars(s) > models.MaxName:
		return "name over 80"
	case field == "title" && models.Chars(s) > models.MaxTitle:
		return "title over 160"
	}
	return ""
}

// TestNaughtyStrings posts each string as name, title and body: it is refused by
// a rule of section 7, or comes back readable and inert on the page, in CSV and in JSON.
func TestNaughtyStrings(t *testing.T) {
	a := newApp(t)
	refused := map[string]int{}
	for _, s := range naughty(t) {
		for _, field := range []string{"name", "title", "body"} {
			if why := refusal(field, s); why != "" {
				a.browser().post(ideas, suggestion(field, s)).want(t, fmt.Sprintf("%s %q: %s", field, s, why), 422)
				refused[field+": "+why]++
				continue
			}
			a.comesBack(t, field, s)
		}
	}
	t.Logf("refused: %v", refused)
}

// comesBack publishes s in one field of an idea and reads it wherever it is shown.
func (a *app) comesBack(t *testing.T, field, s string) {
	b := a.browser()
	b.json = true
	sent := b.post(ideas, suggestion(field, s))
	if sent.status != 201 {
		t.Fatalf("%s %q: status %d: %s", field, s, sent.status, sent.body)
	}
	_, rest, _ := strings.Cut(sent.body, `"item":"idea-`)
	id, _, _ := strings.Cut(rest, `"`)
	mod := a.signedIn("moderator@example.org", models.RoleModerator)
	mod.post("/moderation/idea-"+id, url.Values{"decision": {"publish"}}).want(t, "publish", 303)
	idea, err := a.store.IdeaByID(context.Background(), id)
	must(t, err)
	page := a.browser().get(subjectPath(a.con.Slug, idea.Number)).want(t, "page", 200)
	text := inert(t, s, page.body)
	if !readable(text, s) {
		t.Errorf("%s %q is not readable on its page: %q", field, s, text)
	}
}

// inert parses a page as a browser does and fails if anything in it could act. It
// gives the text that a person sees.
func inert(t *testing.T, s, page string) string {
	doc, err := html.Parse(strings.NewReader(page))
	must(t, err)
	var text strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			text.WriteString(n.Data)
		case n.Type == html.ElementNode:
			checkElement(t, s, n)
		}
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "head") {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return text.String()
}

func checkElement(t *testing.T, s string, n *html.Node) {
	for _, at := range n.Attr {
		value := strings.ToLower(strings.Join(strings.Fields(at.Val), ""))
		if strings.HasPrefix(at.Key, "on") || at.Key == "style" || at.Key == "srcdoc" ||
			strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:") || strings.HasPrefix(value, "vbscript:") {
			t.Errorf("%q acts: <%s %s=%q>", s, n.Data, at.Key, at.Val)
		}
		if (at.Key == "src" || at.Key == "href") && n.Data != "a" && !strings.HasPrefix(at.Val, "/") {
			t.Errorf("%q fetches: <%s %s=%q>", s, n.Data, at.Key, at.Val)
		}
	}
	if n.Data == "script" && n.FirstChild != nil {
		t.Errorf("%q is a script on the page", s)
	}
	if n.Data == "iframe" || n.Data == "object" || n.Data == "embed" || n.Data == "img" {
		t.Errorf("%q is a <%s> on the page", s, n.Data)
	}
}

// readable compares letters and digits: Markdown may turn marks into layout, but
// no letter may be lost.
func readable(page, s string) bool {
	return strings.Contains(letters(page), letters(s))
}

func letters(s string) string {
	var b strings.Builder
	for _, r := range models.CleanBody(s) {
		if !strings.ContainsRune(" \t\n\r\u00a0*_`~#>-+=|\\[]()!&;:/<\"'.0123456789", r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// TestNaughtyExports seals a consultation full of such strings and reads them
// from the results and the replies, as CSV and as JSON.
func TestNaughtyExports(t *testing.T) {
	a := newApp(t)
	var kept []string
	for _, s := range naughty(t) {
		if refusal("body", s) == "" {
			kept = append(kept, s)
			a.published(a.con, s)
		}
	}
	raw := a.browser().get("/consultations/local-supply/replies.csv").want(t, "csv", 200).body
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix([]byte(raw), []byte("\xef\xbb\xbf")))).ReadAll()
	must(t, err)
	var list []map[string]any
	must(t, json.Unmarshal([]byte(a.browser().get("/consultations/local-supply/replies.json").want(t, "json", 200).body), &list))
	if len(rows)-1 != len(kept) || len(list) != len(kept) {
		t.Fatalf("%d rows and %d objects for %d replies", len(rows)-1, len(list), len(kept))
	}
	for i, s := range kept {
		cell := rows[i+1][len(rows[i+1])-1]
		if strings.ContainsAny(cell[:1], "=+-@\t\r") {
			t.Errorf("a formula in CSV: %q", cell)
		}
		if models.CleanBody(s) != strings.TrimPrefix(cell, "'") && models.CleanBody(s) != cell {
			t.Errorf("CSV has %q for %q", cell, s)
		}
		if list[i]["text"] != models.CleanBody(s) {
			t.Errorf("JSON has %q for %q", list[i]["text"], s)
		}
	}
}
