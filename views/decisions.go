package views

import (
	"strconv"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

func decisionID(d models.Decision) string { return "decision-" + seqText(d.Seq) }

func seqText(n int64) string { return strconv.FormatInt(n, 10) }

// restorable tells whether a text of that status can be published after all.
func restorable(s models.Status) bool {
	return s == models.StatusRejected || s == models.StatusSpam || s == models.StatusRemoved
}

// sentence says what the decision did: "Published 3 texts", "Took back decision 4".
func (r DecisionRow) sentence(l *i18n.Localizer) string {
	if r.Decision.Undoes > 0 {
		return l.T("decisions.did.undo", "seq", r.Decision.Undoes)
	}
	return l.T("decisions.did."+string(r.Decision.Action), "count", len(r.Decision.Items))
}

// by names who decided: "Moderator 1" as it is, anybody else in a word.
func (r DecisionRow) by(l *i18n.Localizer) string {
	if key := "decisions.by." + r.Actor; l.Has(key) {
		return l.T(key)
	}
	return r.Actor
}
