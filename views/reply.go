package views

import (
	"strings"

	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// ReplyParent is the reply that a form answers. Body is as its author typed it, to be quoted.
type ReplyParent struct{ ID, AuthorName, Body string }

// ReplyForm is the box right after the question.
type ReplyForm struct {
	ui.Form
	Action   string
	SignedIn string       // the name it will appear under; "": ask for one
	Member   bool         // somebody is signed in: no address is asked for
	Parent   *ReplyParent // whom it answers
	Quote    bool         // put the parent's words into the box
	Idea     int          // number of the idea whose thread it is; 0: the consultation
	Closed   string       // why nothing can be sent now, a sentence; "": it can
	Wait     string       // how long publishing usually takes here; "": nobody knows yet
	NoMail   bool         // no mail is sent from this site
}

// quoted turns somebody's words into the lines of a quotation.
func quoted(body string) string {
	return "> " + strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n> ") + "\n\n"
}

// path returns an address of this site without its query.
func path(address string) string {
	before, _, _ := strings.Cut(address, "?")
	return before
}

// waitingBefore returns the sentence on what will happen to a text once it is sent.
func waitingBefore(l *i18n.Localizer, wait string) string {
	if wait == "" {
		return l.T("reply.next")
	}
	return l.T("reply.next_wait", "wait", wait)
}

// emailHint returns the key of what an address is asked for.
func emailHint(noMail bool) string {
	if noMail {
		return "reply.email.no_mail"
	}
	return "reply.email.hint"
}

func (r ReplyForm) parentName() string {
	if r.Parent == nil {
		return ""
	}
	return r.Parent.AuthorName
}

func (r ReplyForm) parentID() string {
	if r.Parent == nil {
		return ""
	}
	return r.Parent.ID
}

// withQuote returns the form with the parent's words in the box, unless something
// was typed there already.
func (r ReplyForm) withQuote() ui.Form {
	form := r.Form
	if r.Quote && r.Parent != nil && form.Value("body") == "" {
		form.Values = map[string]string{"body": quoted(r.Parent.Body)}
	}
	return form
}

// replyTitle returns the heading of the box.
func replyTitle(l *i18n.Localizer, r ReplyForm) string {
	if r.Closed != "" {
		return l.T("reply.title.closed")
	}
	return l.T("reply.title")
}
