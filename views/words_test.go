package views

import (
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// TestTieSentence names the others of a band, by number, until they are too many.
func TestTieSentence(t *testing.T) {
	l := i18n.For("en")
	band := resultBand{}
	for _, n := range []int{5, 2, 9} {
		band.Ideas = append(band.Ideas, models.ResultIdea{Number: n})
	}
	if got := tieSentence(l, band, band.Ideas[2]); got != "Too close to call with ideas 2 and 5." {
		t.Errorf("got %q", got)
	}
	if got := tieSentence(l, resultBand{Ideas: band.Ideas[:1]}, band.Ideas[0]); got != "" {
		t.Errorf("alone in its band: %q", got)
	}
	for n := 20; n < 30; n++ {
		band.Ideas = append(band.Ideas, models.ResultIdea{Number: n})
	}
	if got := tieSentence(l, band, band.Ideas[0]); got != "Too close to call with 12 other ideas." {
		t.Errorf("many: %q", got)
	}
}

// TestQuote puts the parent's words into the box, but never over what was typed.
func TestQuote(t *testing.T) {
	r := testReplyForm()
	r.Parent.Body = "one\n\ntwo "
	if got, want := r.withQuote().Value("body"), "> one\n> \n> two\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	r.Form.Values["body"] = "mine"
	if got := r.withQuote().Value("body"); got != "mine" {
		t.Errorf("typed text became %q", got)
	}
}

// TestExcerpt cuts around the word and between characters, not bytes.
func TestExcerpt(t *testing.T) {
	long := strings.Repeat("ü ", 400) + "needle" + strings.Repeat(" ö", 400)
	got := excerpt(long, "NEEDLE")
	if !strings.Contains(got, "needle") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || strings.ContainsRune(got, '\uFFFD') {
		t.Errorf("got %q", got)
	}
	if got := excerpt("short", "x"); got != "short" {
		t.Errorf("a short text became %q", got)
	}
}
