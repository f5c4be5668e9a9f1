package i18n

import (
	"testing"
	"testing/fstest"
	"time"
)

func TestSentences(t *testing.T) {
	l := For("en")
	now := time.Date(2027, 3, 3, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct{ name, got, want string }{
		{"date", l.Date(now, "Europe/London"), "3 March 2027"},
		{"date in its zone", l.Date(now, "Europe/Warsaw"), "4 March 2027"},
		{"today", l.Days(now, now.Add(10*time.Minute), "UTC"), "today"},
		{"tomorrow by the calendar", l.Days(now, now.Add(time.Hour), "UTC"), "tomorrow"},
		{"plural", l.Days(now, now.Add(5*24*time.Hour), "UTC"), "in 5 days"},
		{"past", l.Days(now, now.Add(-12*24*time.Hour), "UTC"), "12 days ago"},
		{"eleventh", l.Ordinal(11), "11th"},
		{"twenty-second", l.Ordinal(22), "22nd"},
		{"date and time", l.DateTime(now, "Europe/Warsaw"), "4 March 2027, 00:30 CET"},
		{"third", l.Ordinal(103), "103rd"},
		{"thirteenth", l.Ordinal(113), "113th"},
		{"percent", l.Percent(0.545), "55\u202f%"},
		{"interval", l.PercentRange(0.55, 0.787), "55–79\u202f%"},
		{"range", l.Range(1, 4), "1–4"},
		{"one place", l.Range(2, 2), "2"},
		{"list", l.List([]string{"2", "5", "7"}), "2, 5 and 7"},
		{"four digits", l.Number(1234), "1234"},
		{"number", l.Number(1234567), "1\u202f234\u202f567"},
		{"missing key", l.T("no.such.key"), "[no.such.key]"},
		{"unknown language", For("xx").T("date.today"), "today"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

// TestLanguages finds the catalogue of a tag, and Default for a language that has none.
func TestLanguages(t *testing.T) {
	c, err := Load(fstest.MapFS{"cy/words.json": {Data: []byte(`{"date.today": "heddiw", "ordinal.other": "{n}fed"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]string{"cy": "cy", "cy-GB": "cy", "en": "en", "en-GB": "en", "": "en", "de": "en", "no tag": "en"} {
		if got := c.For(tag).Language().String(); got != want {
			t.Errorf("%q: %s, want %s", tag, got, want)
		}
	}
	cy := c.For("cy")
	for got, want := range map[string]string{
		cy.T("date.today"):                     "heddiw",
		cy.T("date.tomorrow"):                  "tomorrow",
		cy.T("date.in_days", "count", 2):       "in 2 days",
		cy.Ordinal(20):                         "20fed",
		cy.Language().Localizer().T("no.such"): "[no.such]",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if cy.Language() != c.For("cy-GB").Language() || cy.Language() == c.For("en").Language() {
		t.Error("languages cannot be told apart")
	}
	if ParseLanguage("en") != (Language{}) || ParseLanguage("xx").String() != Default {
		t.Error("the zero value is not the default language")
	}
}
