package views

import "folkmoot/views/ui"

// SuggestPage is "/consultations/{slug}/suggest".
type SuggestPage struct {
	ui.LayoutData
	ui.Subject
	Form     ui.Form
	SignedIn string
	Member   bool
	Wait     string
	NoMail   bool // no mail is sent from this site
}
