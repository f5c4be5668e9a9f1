package account

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// EditPage lets an author change a text while the window of 15 minutes is open.
type EditPage struct {
	ui.LayoutData
	ui.Subject
	Item    models.Item
	Form    ui.Form
	Minutes int // left
	Earlier []models.TextRevision
}
