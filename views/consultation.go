package views

import (
	"github.com/a-h/templ"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// ConsultationPage is "/consultations/{slug}".
type ConsultationPage struct {
	ui.LayoutData
	ui.Subject
	Preview    Preview   // of a draft, for its organiser
	Ideas      []IdeaRow // one page of them
	NoIdeas    bool      // the page shows no ideas but the reader's own
	Waiting    []IdeaRow // the reader's own ideas that wait, at the end of the first page
	MoreIdeas  MoreWaiting
	IdeaOrder  string // "shuffled", "number" or "newest"
	IdeasNext  string // "more ideas"; "": the end
	IdeasFirst bool   // this page of ideas begins at the start
	Thread     ThreadView
	Outline    ThreadOutline // of the thread
	Reply      ReplyForm
	Suggest    bool         // ideas may be suggested now
	Pending    PendingVotes // votes chosen here that wait for an address
	Changed    bool         // it was edited after opening: link to its changes
	Staff      bool         // link to managing it
}

// Preview is the line above a page of a draft that says what it is. The zero value is none.
type Preview struct {
	Slug         string // of the draft
	DatesAssumed bool   // it shows dates that are not set
}

// ordered is the address of the page with its ideas in an order, from the start.
func (p ConsultationPage) ordered(order string) templ.SafeURL {
	return templ.SafeURL(p.URL() + "?ideas=" + order + "&sort=" + p.Thread.Sort + "#ideas")
}

// weighing reports whether there are ideas that take votes now.
func (p ConsultationPage) weighing() bool {
	return p.State == models.StateOpen && !p.Clock.Coming && len(p.Ideas) > 0
}

// repliesFact is the unit of the number of replies; it says how many of them stand under
// ideas.
func repliesFact(p ConsultationPage) string {
	if under := p.Thread.UnderIdeas; under > 0 {
		return p.L.T("fact.replies.under", "count", p.C.ReplyCount, "under", p.L.Number(under))
	}
	return p.L.T("fact.replies", "count", p.C.ReplyCount)
}

// over reports whether no vote will be taken here any more.
func (p ConsultationPage) over() bool {
	switch p.State {
	case models.StateCounting, models.StateSealed, models.StateAnswered, models.StateWithdrawn:
		return true
	}
	return false
}

// ideasKey names the heading of the ideas: they are there to weigh, or were.
func (p ConsultationPage) ideasKey() string {
	if p.over() {
		return "idea.list.over"
	}
	return "idea.list"
}

// size names how long a question is, so that a long one is set smaller.
func size(question string) string {
	switch n := models.Chars(question); {
	case n <= 70:
		return "size-short"
	case n <= 160:
		return "size-middle"
	}
	return "size-long"
}

func emptyIdeas(p ConsultationPage) string {
	if p.Suggest {
		return p.L.T("idea.list.empty_suggest")
	}
	return p.L.T("idea.list.empty")
}

// aboutRows are the dates, the people and the rules of a consultation.
func aboutRows(l *i18n.Localizer, s ui.Subject) (rows []ui.Choice) {
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, ui.Choice{Label: l.T("about." + key), Value: value})
		}
	}
	date := func(t models.Time) string {
		if t.IsZero() {
			return ""
		}
		return l.DateTime(t, s.C.TimeZone)
	}
	add("opens", date(s.C.OpensAt))
	add("suggestions", date(s.C.SuggestionsCloseAt))
	add("closes", date(s.C.ClosesAt))
	if !s.C.AnswerBy.IsZero() {
		add("answer", l.T("about.answer_by", "date", l.Date(s.C.AnswerBy, s.C.TimeZone)))
	}
	add("decides", s.Text.WhoDecides)
	add("can_change", s.Text.CanChange)
	add("who_votes", ui.WhoMayVote(l, s.C.Settings))
	add("min_votes", l.T("about.min_votes.says", "count", s.C.Settings.MinVotes))
	add("tallies", l.T("about.tallies.says"))
	add("contact", s.Text.Contact)
	add("formats", s.Text.OtherFormats)
	return rows
}
