package staff

import "folkmoot/views/ui"

// DraftIdeaPage is "/organise/{slug}/ideas/{id}": one of the organiser's ideas of a draft.
type DraftIdeaPage struct {
	ui.LayoutData
	ui.Subject
	ID      string
	Number  int
	Last    int64   // the greatest number of an idea
	Form    ui.Form // title, body, rev
	MaxBody int     // characters; more than may be typed where an import was longer
}

func (p DraftIdeaPage) url() string { return manageURL(p.Subject) + "/ideas/" + p.ID }
