package views

import "folkmoot/views/ui"

// HomePage is "/".
type HomePage struct {
	ui.LayoutData
	Open, Coming, Past []ui.Subject
	NextPast           string // URL of the next page of past ones, or ""
	NoAdmin            bool   // an empty store: tell how to make the first admin
}
