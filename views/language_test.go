package views

import (
	"strings"
	"testing"
	"testing/fstest"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/viewstest"
)

// TestSecondLanguage shows a page in a language that the program does not ship: the document
// names it, its sentences are its own where there are any, and it shares no segment.
func TestSecondLanguage(t *testing.T) {
	catalogues, err := i18n.Load(fstest.MapFS{"cy/thread.json": {Data: []byte(`{
		"thread.reply": "Ateb", "date.format": "{day} o fis {month} {year}", "date.month.3": "Mawrth", "choice.agree": "Cytuno"
	}`)}})
	if err != nil {
		t.Fatal(err)
	}
	page := func(tag string) (html string, keys []string) {
		f := testLayout()
		f.L = catalogues.For(tag)
		thread := testThread()
		segment := wordsFor(f, testSubject(models.StateOpen), thread).segment(thread, 0, thread.Items)
		vote := testRow(1, models.ChoiceAgree, false).Vote.Segment(f.L)
		p := ConsultationPage{
			LayoutData: f, Subject: testSubject(models.StateOpen), Thread: thread, IdeasFirst: true, Reply: testReplyForm(),
			Ideas: []IdeaRow{testRow(1, models.ChoiceAgree, false)},
		}
		return viewstest.Render(t, Consultation(p)), []string{segment.Key(), vote.Key()}
	}
	english, englishKeys := page("en")
	welsh, welshKeys := page("cy")
	for _, want := range []string{`<html lang="cy">`, ">Ateb<", "3 o fis Mawrth 2027", "Cytuno"} {
		if !strings.Contains(welsh, want) || strings.Contains(english, want) {
			t.Errorf("%q is not on the translated page alone", want)
		}
	}
	for i := range englishKeys {
		if englishKeys[i] == welshKeys[i] {
			t.Errorf("two languages share the segment %q", englishKeys[i])
		}
	}
	if m := lacking.FindString(welsh); m != "" {
		t.Errorf("%s is not taken from the default language", m)
	}
}
