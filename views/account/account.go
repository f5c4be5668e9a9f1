package account

import (
	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// AccountPage is "/account".
type AccountPage struct {
	ui.LayoutData
	Form          ui.Form // name, capacity, band
	Address       string
	Contributions []ContributionRow
}

// ContributionRow is one of a participant's own texts.
type ContributionRow struct {
	Item   models.Item
	Status models.Status
	Title  string
	URL    string
	At     models.Time
}

// capacityChoices are all capacities, and at their end not to say one, which is chosen
// until something else is.
func capacityChoices(l *i18n.Localizer) []ui.Choice {
	unsaid := ui.Choice{Value: string(models.CapacityUnsaid), Label: l.T("capacity.unsaid"), Chosen: true}
	return append(ui.ChoicesOf(l, "capacity.", ui.AllCapacities, ""), unsaid)
}

// bandChoices are the sizes of a business to choose from, beginning with none.
func bandChoices(l *i18n.Localizer, bands []models.Band, chosen string) []ui.Choice {
	none := ui.Choice{Label: l.T("band.none"), Chosen: chosen == ""}
	return append([]ui.Choice{none}, ui.ChoicesOf(l, "band.", bands, chosen)...)
}
