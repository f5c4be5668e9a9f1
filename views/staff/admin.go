package staff

import (
	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// AdminPage is "/admin": people and their roles.
type AdminPage struct {
	ui.LayoutData
	People        []models.Participant
	Consultations []models.Consultation // for the scope of a role
	StaffOnly     bool
	NextURL       string
	Form          ui.Form // email, name, role, consultation
	Waiting       int     // messages that wait (at most 100 are counted)
	Holds         bool    // no mail is sent at all
	Link          string  // a one-time link just made, to hand over
	LinkFor       string
}

func (p AdminPage) personName(m models.Participant) string {
	if m.Name == "" {
		return p.L.T("admin.no_name")
	}
	return m.Name
}

// linkFor returns the name of the person whose link was just made.
func (p AdminPage) linkFor() string {
	for _, m := range p.People {
		if m.ID == p.LinkFor {
			return p.personName(m)
		}
	}
	return p.L.T("admin.this_person")
}

func (p AdminPage) roles() []ui.Choice {
	return ui.ChoicesOf(p.L, "role.", allRoles, string(models.RoleModerator))
}

// scopes offers everywhere and each consultation, by slug.
func (p AdminPage) scopes() []ui.Choice {
	list := []ui.Choice{{Label: p.L.T("admin.everywhere"), Chosen: true}}
	for _, c := range p.Consultations {
		list = append(list, ui.Choice{Value: c.Slug, Label: p.titleOf(c)})
	}
	return list
}

func (p AdminPage) titleOf(c models.Consultation) string {
	if t := c.Text(p.L.Language().String()).Title; t != "" {
		return t
	}
	return c.Slug
}

// scope returns where a role holds, in words.
func (p AdminPage) scope(g models.Grant) string {
	if g.ConsultationID == "" {
		return p.L.T("admin.everywhere")
	}
	for _, c := range p.Consultations {
		if c.ID == g.ConsultationID {
			return p.titleOf(c)
		}
	}
	return p.L.T("admin.one_consultation")
}

// roleWord returns the role in a word: "moderator".
func roleWord(l *i18n.Localizer, r models.Role) string { return l.T("role." + string(r)) }

var allRoles = []models.Role{models.RoleModerator, models.RoleOrganiser, models.RoleBoard, models.RoleAdmin}
