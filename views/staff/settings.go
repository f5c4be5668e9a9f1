package staff

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// SettingsPage is "/admin/settings". The form holds version, the limits by their kinds, and
// reason.
type SettingsPage struct {
	ui.LayoutData
	Form ui.Form
}

// settingsFields are the fields of the form in their order.
func settingsFields() []string {
	var names []string
	for _, kind := range models.LimitKinds() {
		names = append(names, string(kind))
	}
	return append(names, "reason")
}
