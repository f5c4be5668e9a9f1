package ui

import (
	"strconv"
	"strings"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// Subject is the consultation that a page is about, in the reader's language.
type Subject struct {
	C     models.Consultation
	Text  models.ConsultationText
	State models.State // at this moment
	Clock Clock
}

// URL returns the path of the consultation.
func (s Subject) URL() string { return "/consultations/" + s.C.Slug }

// Name returns the title, or a placeholder for a draft that has none yet.
func (s Subject) Name(l *i18n.Localizer) string {
	if s.Text.Title == "" {
		return l.T("organise.untitled", "slug", s.C.Slug)
	}
	return s.Text.Title
}

// Counts returns how many ideas, replies and people a consultation has, in words.
func Counts(l *i18n.Localizer, c models.Consultation) string {
	return strings.Join([]string{
		l.T("count.ideas", "count", c.IdeaCount, "n", l.Number(c.IdeaCount)),
		l.T("count.replies", "count", c.ReplyCount, "n", l.Number(c.ReplyCount)),
		l.T("count.voters", "count", c.VoterCount, "n", l.Number(c.VoterCount)),
	}, " · ")
}

// WhoMayVote returns the capacities in which people may vote, in words.
func WhoMayVote(l *i18n.Localizer, s models.ConsultationSettings) string {
	if len(s.Capacities) == 0 {
		return l.T("consultation.who.all")
	}
	var names []string
	for _, c := range s.Capacities {
		names = append(names, l.T("capacities."+string(c)))
	}
	return l.T("consultation.who.some", "list", l.List(names))
}

// IdeaURL returns the path of an idea's page.
func IdeaURL(slug string, number int) string {
	return "/consultations/" + slug + "/ideas/" + strconv.Itoa(number)
}
