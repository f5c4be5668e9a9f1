package ui

import (
	"strconv"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// position returns a proportion as a place on an axis: "54.3%".
func position(p float64) string { return strconv.FormatFloat(100*p, 'f', 1, 64) + "%" }

func intervalLabel(l *i18n.Localizer, r models.ResultIdea) string {
	return l.T("chart.interval", "support", l.Percent(*r.Support), "range", l.PercentRange(*r.Lo, *r.Hi))
}
