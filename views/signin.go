package views

import (
	"strings"

	"folkmoot/models"
)

func (p MailSentPage) headingKey() string {
	switch {
	case p.NoMail:
		return "mailsent.heading_held"
	case p.Deferred:
		return "mailsent.heading_deferred"
	}
	return "mailsent.heading"
}

// sentenceKey names the sentence that says where the link is; [[]] in it stands
// for the address.
func (p MailSentPage) sentenceKey() string {
	switch {
	case p.NoMail:
		return "mailsent.held"
	case p.Deferred:
		return "mailsent.deferred"
	case p.Purpose == models.PurposeBallot:
		return "mailsent.to_ballot"
	}
	return "mailsent.to"
}

// localPath keeps a link on this site: anything but a plain path leads home.
func localPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.Contains(p, "\\") {
		return "/"
	}
	return p
}
