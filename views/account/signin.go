package account

import (
	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// SignInPage is "/sign-in".
type SignInPage struct {
	ui.LayoutData
	Form   ui.Form // email, name, return_to
	Why    string  // a sentence: what signing in is needed for; or ""
	NoMail bool    // no mail can be sent: tell how the admin makes a link
}

// key returns the key of a sentence, or of the one in its place where no mail is sent.
func (p SignInPage) key(sentence string) string {
	if p.NoMail {
		return sentence + "_held"
	}
	return sentence
}

// MailSentPage says where a link went.
type MailSentPage struct {
	ui.LayoutData
	Address  string
	Purpose  models.Purpose
	Minutes  int    // life of a sign-in link
	NoMail   bool   // mail is held: the admin has it
	DemoLink string // the link itself, in the demonstration on this machine only
	Return   string
	Form     ui.Form // as it was sent, to send it again
}

// LinkPage is GET "/sign-in/{token}": what will happen, and a button.
type LinkPage struct {
	ui.LayoutData
	Token   string
	Link    models.Link
	Title   string // of the consultation whose votes it confirms
	Slug    string
	Choices []models.PendingVote
	Gone    int // chosen votes on ideas that are no longer public
	Pending int // votes chosen in this browser that are counted besides
}

// Heading returns the title of the page: look in your mail, or why not.
func (p MailSentPage) Heading() string {
	switch {
	case p.NoMail:
		return p.L.T("mailsent.heading_held")
	}
	return p.L.T("mailsent.heading")
}

// sentenceKey returns the key of the sentence that says where the link is; [[]] in it stands
// for the address.
func (p MailSentPage) sentenceKey() string {
	switch {
	case p.NoMail:
		return "mailsent.held"
	case p.Purpose == models.PurposeBallot:
		return "mailsent.to_ballot"
	}
	return "mailsent.to"
}

// again returns where the form goes that asks for the link once more, and its fields.
func (p MailSentPage) again() (action string, fields []string) {
	if p.Purpose == models.PurposeBallot {
		return ui.LocalPath(p.Return) + "/ballot", []string{"email", "name", "capacity", "band", "remember"}
	}
	return "/sign-in", []string{"email", "name", "return_to"}
}

// capacityWord returns the capacity in words, that of a business with its size.
func capacityWord(l *i18n.Localizer, c models.Capacity, b models.Band) string {
	if c == models.CapacityBusiness && b != "" {
		return l.T("capacity.business_of", "band", l.T("band."+string(b)))
	}
	return l.T("capacity." + string(c))
}
