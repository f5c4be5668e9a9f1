package views

import (
	"slices"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// capacities offers those that may vote here; the first one stands chosen.
func (p BallotPage) capacities() []ui.Choice {
	may := allowed(p.C.Settings.Capacities, allCapacities)
	return choicesOf(p.L, "capacity.", may, string(may[0]))
}

func (p BallotPage) asksBand() bool {
	return slices.Contains(allowed(p.C.Settings.Capacities, allCapacities), models.CapacityBusiness)
}

// bands offers the sizes that may vote here, after "not a business".
func (p BallotPage) bands() []ui.Choice {
	return bandChoices(p.L, allowed(p.C.Settings.Bands, allBands), "")
}

// eligible says who may vote, if not everybody may.
func (p BallotPage) eligible() string {
	if len(p.C.Settings.Capacities) == 0 && len(p.C.Settings.Bands) == 0 {
		return ""
	}
	return p.L.T("ballot_page.eligible")
}

// bandChoices are the sizes of a business to choose from, beginning with none.
func bandChoices(l *i18n.Localizer, bands []models.Band, chosen string) []ui.Choice {
	none := ui.Choice{Label: l.T("band.none"), Chosen: chosen == ""}
	return append([]ui.Choice{none}, choicesOf(l, "band.", bands, chosen)...)
}
