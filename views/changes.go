package views

import (
	"folkmoot/models"
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
