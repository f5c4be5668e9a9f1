package staff

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// ManageIdea is one idea on the organiser's page, without its votes.
type ManageIdea struct {
	ID         string
	Number     int // 0 before it is published
	Title      string
	AuthorName string
	Status     models.Status
	Organiser  bool // it is the organiser's own
}

// ManageIdeasOf returns what the page shows of ideas.
func ManageIdeasOf(ideas []models.Idea) []ManageIdea {
	list := make([]ManageIdea, len(ideas))
	for n, i := range ideas {
		list[n] = ManageIdea{ID: i.ID, Number: i.Number, Title: i.Title, AuthorName: i.AuthorName, Status: i.Status, Organiser: i.Organiser}
	}
	return list
}

// ManagePage is "/organise/{slug}": everything that may be done with one consultation.
type ManagePage struct {
	ui.LayoutData
	ui.Subject
	Missing         []string // what is missing to open it, sentences
	Ideas           []ManageIdea
	IdeaForm        ui.Form // title, body
	Form            ui.Form // reason, opens_at … of the state forms
	Waiting         int64   // items in the queue
	OpenBallotLinks int64   // voting links that can still be used
	Unconfirmed     int64
	Sealed          *ui.Seal
	Moves           []models.State // the states it may move to now
}

func numberText(n int) string { return strconv.Itoa(n) }

// ideaURL is where one of the organiser's ideas of a draft is edited.
func (p ManagePage) ideaURL(i ManageIdea) string {
	return manageURL(p.Subject) + "/ideas/" + i.ID
}

// movable reports whether the idea may be put into another place: in a draft.
func (p ManagePage) movable(i ManageIdea) bool {
	return p.State == models.StateDraft && i.Number > 0 && p.last() > 1
}

// last is the greatest number of an idea.
func (p ManagePage) last() (n int) {
	for _, i := range p.Ideas {
		n = max(n, i.Number)
	}
	return n
}

// may reports whether the consultation may move to that state now.
func (p ManagePage) may(s models.State) bool { return slices.Contains(p.Moves, s) }

// failed returns which form came back with a problem, as the last part of the address it
// was sent to: "open", "pause", "withdraw" …; "" if none did.
func (p ManagePage) failed() string {
	if len(p.Form.Errors) == 0 {
		return ""
	}
	address, _, _ := strings.Cut(p.Path, "?")
	return address[strings.LastIndex(address, "/")+1:]
}

// formOf returns the submitted form if it is the one named, else an empty one, so that a
// problem is shown at the form it belongs to.
func (p ManagePage) formOf(act string) ui.Form {
	if p.failed() == act {
		return p.Form.Named(act)
	}
	return ui.Form{ID: act}
}

// fillable reports whether the form can supply anything that is missing; a mail
// server it cannot.
func (p ManagePage) fillable() bool {
	noMail := p.L.T("error.opening.no_mail")
	return slices.ContainsFunc(p.Missing, func(sentence string) bool { return sentence != noMail })
}

// rulesFixed reports whether dates and rules can be changed no more: voting has closed.
func (p ManagePage) rulesFixed() bool { return !p.C.RulesMove(p.Now) }

// editKey names the link to the form: once voting has closed only the texts may change.
func (p ManagePage) editKey() string {
	if p.rulesFixed() {
		return "manage.edit_texts"
	}
	return "manage.edit"
}

// addsIdeas reports whether the organiser may still add ideas.
func (p ManagePage) addsIdeas() bool {
	return p.State == models.StateDraft || p.State == models.StateOpen
}

// removable reports whether the organiser may take their idea out: from a draft only.
func (p ManagePage) removable(i ManageIdea) bool {
	return p.State == models.StateDraft && i.Organiser && i.Number > 0
}

// eligibleWords returns who may vote, with the sizes of business if not all may.
func eligibleWords(l *i18n.Localizer, s models.ConsultationSettings) string {
	if len(s.Bands) == 0 {
		return ui.WhoMayVote(l, s)
	}
	bands := make([]string, len(s.Bands))
	for i, b := range s.Bands {
		bands[i] = l.T("band." + string(b))
	}
	return l.T("manage.bands", "who", ui.WhoMayVote(l, s), "bands", l.List(bands))
}

// answerTopWords returns how many ideas the board answers.
func answerTopWords(l *i18n.Localizer, s models.ConsultationSettings) string {
	if s.AnswerTop == 0 {
		return l.T("setting.answer_all")
	}
	return l.Number(s.AnswerTop)
}

// when returns a date with the time until it: "3 March 2027, 17:00 GMT (in 5 days)".
func when(f ui.LayoutData, t time.Time, zone string) string {
	if t.IsZero() {
		return f.L.T("when.never")
	}
	return f.L.T("when.both", "date", f.L.DateTime(t, zone), "relative", f.L.Days(f.Now, t, zone))
}

// day is when without the time of day.
func day(f ui.LayoutData, t time.Time, zone string) string {
	if t.IsZero() {
		return f.L.T("when.never")
	}
	return f.L.T("when.both", "date", f.L.Date(t, zone), "relative", f.L.Days(f.Now, t, zone))
}
