package views

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// ReportPage is GET "/report/{item}".
type ReportPage struct {
	ui.LayoutData
	Item  models.Item
	Name  string
	Title string // of an idea
	HTML  string
	Back  string
	Form  ui.Form // reason
	Taken bool    // a report was just taken, as the notice says
}
