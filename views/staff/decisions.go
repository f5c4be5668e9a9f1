package staff

import (
	"strconv"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// DecisionsPage is "/moderation/decisions/{slug}": the chain, newest first.
type DecisionsPage struct {
	ui.LayoutData
	ui.Subject
	Decisions []DecisionRow
	OlderURL  string
}

// DecisionRow is one decision as staff see it.
type DecisionRow struct {
	Decision models.Decision
	Actor    string // "Moderator 1"
	CanUndo  bool
}

func decisionID(d models.Decision) string { return "decision-" + seqText(d.Seq) }

func seqText(n int64) string { return strconv.FormatInt(n, 10) }

// restorable reports whether a text of that status can be published after all.
func restorable(s models.Status) bool {
	return s == models.StatusRejected || s == models.StatusSpam || s == models.StatusRemoved
}

// by returns who decided: "Moderator 1" as it is, anybody else in a word.
func (r DecisionRow) by(l *i18n.Localizer) string {
	if key := "decisions.by." + r.Actor; l.Has(key) {
		return l.T(key)
	}
	return r.Actor
}

// sentence returns what the decision did: "Published 3 texts", "Took back decision 4".
func (r DecisionRow) sentence(l *i18n.Localizer) string {
	if r.Decision.Undoes > 0 {
		return l.T("decisions.did.undo", "seq", r.Decision.Undoes)
	}
	return l.T("decisions.did."+string(r.Decision.Action), "count", len(r.Decision.Items))
}
