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
	NoMail  bool    // no mail can be sent: the admin has the link
}

// mustSay reports whether only some capacities may vote here, so that one has to be said.
func (p ConfirmVotesPage) mustSay() bool { return len(p.C.Settings.Capacities) > 0 }

// capacities returns those that may vote here, none of them chosen for anybody.
func (p ConfirmVotesPage) capacities() []ui.Choice {
	if p.mustSay() {
		return ui.ChoicesOf(p.L, "capacity.", p.C.Settings.Capacities, " ")
	}
	return capacityChoices(p.L)
}

// emailHint returns the key of what the address is asked for.
func (p ConfirmVotesPage) emailHint() string {
	if p.NoMail {
		return "confirm_votes.email_hint_held"
	}
	return "confirm_votes.email_hint"
}

func (p ConfirmVotesPage) sendKey() string {
	if p.NoMail {
		return "confirm_votes.send_held"
	}
	return "confirm_votes.send"
}

func (p ConfirmVotesPage) asksBand() bool {
	return slices.Contains(allowed(p.C.Settings.Capacities, ui.AllCapacities), models.CapacityBusiness)
}

// bands offers the sizes that may vote here, after none.
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
