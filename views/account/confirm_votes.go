package account

import (
	"slices"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// ConfirmVotesPage asks for the address under which chosen votes will count.
type ConfirmVotesPage struct {
	ui.LayoutData
	ui.Subject
	Choices []models.PendingVote
	Form    ui.Form // email, name, capacity, band
	Asked   string  // the address already asked for in this browser, shortened
}

// capacities returns those that may vote here, the first one chosen.
func (p ConfirmVotesPage) capacities() []ui.Choice {
	may := allowed(p.C.Settings.Capacities, ui.AllCapacities)
	return ui.ChoicesOf(p.L, "capacity.", may, string(may[0]))
}

func (p ConfirmVotesPage) asksBand() bool {
	return slices.Contains(allowed(p.C.Settings.Capacities, ui.AllCapacities), models.CapacityBusiness)
}

// bands offers the sizes that may vote here, after "not a business".
func (p ConfirmVotesPage) bands() []ui.Choice {
	return bandChoices(p.L, allowed(p.C.Settings.Bands, ui.AllBands), "")
}

// eligible returns the sentence on who may vote, "" if everybody may.
func (p ConfirmVotesPage) eligible() string {
	if len(p.C.Settings.Capacities) == 0 && len(p.C.Settings.Bands) == 0 {
		return ""
	}
	return p.L.T("confirm_votes.eligible")
}

// allowed returns the values that a setting allows; an empty setting allows all.
func allowed[T comparable](setting, all []T) []T {
	if len(setting) == 0 {
		return all
	}
	return setting
}
