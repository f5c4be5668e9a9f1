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

// bandChoices are the sizes of a business to choose from, beginning with none.
func bandChoices(l *i18n.Localizer, bands []models.Band, chosen string) []ui.Choice {
	none := ui.Choice{Label: l.T("band.none"), Chosen: chosen == ""}
	return append([]ui.Choice{none}, ui.ChoicesOf(l, "band.", bands, chosen)...)
}
