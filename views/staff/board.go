package staff

import (
	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// BoardPage is "/board".
type BoardPage struct {
	ui.LayoutData
	Rows []BoardRow
}

// BoardRow is one consultation with how far it is answered.
type BoardRow struct {
	ui.Subject
	MustAnswer, Answered int
}

// progress returns how far a consultation is answered, in words.
func (r BoardRow) progress(l *i18n.Localizer) string {
	if r.State != models.StateSealed && r.State != models.StateAnswered {
		return l.T("board.not_yet")
	}
	return l.T("board.progress", "count", r.MustAnswer, "answered", r.Answered)
}
