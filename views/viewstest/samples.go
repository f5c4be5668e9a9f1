// Package viewstest has sample data for the tests of the pages, and checks that every page passes.
package viewstest

import (
	"strings"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// What people may type into a field that is shown again.
const (
	Spiteful   = `<script>alert("x")</script>'&`
	ArabicName = "سارة بنت أحمد"
)

// Now is the time on every sample page.
var Now = time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC)

// WideWord returns a word that is wider than a narrow screen.
func WideWord() string { return strings.Repeat("unbreakable", 28) }

// LayoutData returns the layout data of a page that is shown to somebody with all roles.
func LayoutData(title string) ui.LayoutData {
	return ui.LayoutData{
		L: i18n.For("en"), Site: "Folkmoot of Anyshire", Title: title, Path: "/here", Now: Now, Private: true,
		Who: &ui.Who{Name: ArabicName, Moderator: true, Organiser: true, Board: true, Admin: true, Queue: 12},
	}
}

// Subject returns a consultation in the given state.
func Subject(state models.State) ui.Subject {
	text := models.ConsultationText{
		Title: "Empty shops", Question: "What should become of the empty shops in the High Street?",
		Body: "Text", WhoDecides: "The town board", CanChange: "Everything", Contact: "moot@example.org", OtherFormats: "On paper",
	}
	c := models.Consultation{
		ID: "c1", Slug: "empty-shops", State: state, Language: "en", Texts: map[string]models.ConsultationText{"en": text},
		Settings: models.DefaultSettings(), TimeZone: "Europe/London", OpensAt: Now.AddDate(0, -1, 0),
		SuggestionsCloseAt: Now.AddDate(0, 0, 5), ClosesAt: Now.AddDate(0, 0, 12), AnswerBy: Now.AddDate(0, 2, 0),
		IdeaCount: 5, ReplyCount: 1203, VoterCount: 61, ChainLength: 3,
	}
	if state != models.StateOpen && state != models.StateDraft {
		c.ClosesAt = Now.AddDate(0, 0, -2)
	}
	clock := ui.Clock{State: state, OpensAt: c.OpensAt, ClosesAt: c.ClosesAt, AnswerBy: c.AnswerBy, Zone: c.TimeZone, Now: Now}
	return ui.Subject{C: c, Text: text, State: state, Clock: clock}
}

// Contribution returns what a reply and an idea have in common.
func Contribution(id, name string, status models.Status) models.Contribution {
	return models.Contribution{
		ID: id, ConsultationID: "c1", ParticipantID: "p1", AuthorName: name, Reference: "K7QF-2M9P", Language: "en",
		Status: status, Rev: 2, CreatedAt: Now.Add(-3 * time.Hour), Channel: models.ChannelOnline,
	}
}

// Form returns a form that came back with hostile values and a problem in the named fields.
func Form(wrong ...string) ui.Form {
	f := ui.Form{Values: map[string]string{"name": Spiteful, "email": `a"b@example.org`, "reason": Spiteful, "title": Spiteful}, Errors: map[string]string{}}
	for _, name := range wrong {
		f.Errors[name] = "Please fill this in."
	}
	return f
}

func proportion(p float64) *float64 { return &p }

// Ranked returns an idea as a result ranks it.
func Ranked(n int) models.ResultIdea {
	return models.ResultIdea{
		Number: n, Title: Spiteful, Author: ArabicName, Tally: models.Tally{Agree: 41, Disagree: 19, Pass: 4}, Rank: n, RankLo: 1, RankHi: 4,
		Support: proportion(41.0 / 60), Lo: proportion(0.55), Hi: proportion(0.79), Band: 1, Reach: 0.9,
	}
}
