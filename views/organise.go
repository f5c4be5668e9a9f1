package views

import "folkmoot/views/i18n"

func (s Subject) manageURL() string { return "/organise/" + s.C.Slug }

// name is the title, or a word for a draft that has none yet.
func (s Subject) name(l *i18n.Localizer) string {
	if s.Text.Title == "" {
		return l.T("organise.untitled", "slug", s.C.Slug)
	}
	return s.Text.Title
}
