package staff

import (
	"strconv"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// RespondPage is "/board/{slug}": the ranking with a response form for each idea.
type RespondPage struct {
	ui.LayoutData
	ui.Subject
	Rows    []RespondRow
	Publish bool // the actor may publish, not only draft
}

// RespondRow is one idea with its response so far.
type RespondRow struct {
	Ranked   models.ResultIdea
	Must     bool
	Response *models.Response
	Form     ui.Form // decision, reason, owner, by
}

func (r RespondRow) id() string { return "idea-" + strconv.Itoa(r.Ranked.Number) }

// form has the field ids of its own row.
func (r RespondRow) form() ui.Form { return r.Form.Named(r.id()) }

// decisions offers the answers, none of them chosen for the board.
func (r RespondRow) decisions(l *i18n.Localizer) []ui.Choice {
	chosen := models.ResponseDecision("")
	if r.Response != nil {
		chosen = r.Response.Decision
	}
	return ui.ChoicesOf(l, "answer.", allResponses, string(chosen))
}

// stands returns how far the response is: "none", "draft" or "published".
func (r RespondRow) stands() string {
	switch {
	case r.Response == nil:
		return "none"
	case r.Response.PublishedAt.IsZero():
		return "draft"
	}
	return "published"
}

// left counts the answers that the board still owes.
func (p RespondPage) left() (n int) {
	for _, r := range p.Rows {
		answered := r.stands() == "published" && r.Response.Decision != models.ResponseConsidering
		if r.Must && !answered {
			n++
		}
	}
	return n
}

var allResponses = []models.ResponseDecision{models.ResponseAdopt, models.ResponseAdoptInPart, models.ResponseDecline, models.ResponseConsidering}
