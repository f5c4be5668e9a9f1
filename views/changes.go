package views

import (
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// ChangesPage is "/consultations/{slug}/changes": what was edited after opening.
type ChangesPage struct {
	ui.LayoutData
	ui.Subject
	Changes []Change
}

// Change is one edit with its differences, field by field.
type Change struct {
	At       models.Time
	Reason   string
	Fields   []ui.FieldDiff
	Settings []models.SettingChange
}

// settingValue returns a stored setting in words: a date, a list, a number.
func settingValue(l *i18n.Localizer, value, zone string) string {
	if value == "" {
		return l.T("changes.none")
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return l.DateTime(models.Time(at), zone)
	}
	if key := "setting." + value; l.Has(key) {
		return l.T(key)
	}
	return value
}
