package staff

import "folkmoot/views/ui"

// OrganisePage is "/organise": the organiser's consultations.
type OrganisePage struct {
	ui.LayoutData
	Rows    []ui.Subject
	CanNew  bool
	NextURL string
}

func manageURL(s ui.Subject) string { return "/organise/" + s.C.Slug }
