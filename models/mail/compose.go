package mail

import (
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"

	gomail "github.com/wneessen/go-mail"

	"folkmoot/models"
)

var (
	idForm     = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
	headerForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
)

// ours are the header fields that the sender sets itself.
var ours = []string{
	"From", "To", "Cc", "Bcc", "Sender", "Return-Path", "Subject", "Date", "Message-Id",
	"Mime-Version", "Content-Type", "Content-Transfer-Encoding", "X-Mailer", "User-Agent",
}

// compose makes the message: text with HTML beside it, a Message-ID that is the
// same each time, and the mark of a message that no person wrote (RFC 3834).
// Whatever could end a header line early is refused, not repaired.
func (s *SMTP) compose(m models.Mail) (*gomail.Msg, error) {
	if err := check(m); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&s.cfg.From)
	msg.ToMailAddress(&mail.Address{Address: m.To})
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID + "@" + s.host)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		msg.SetGenHeader(gomail.Header(textproto.CanonicalMIMEHeaderKey(name)), m.Headers[name])
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// check refuses what would let an address, a subject or a header break out of
// its line.
func check(m models.Mail) error {
	to, err := mail.ParseAddress(m.To)
	switch {
	case err != nil || to.Address != m.To || models.HasControl(m.To):
		return errors.New("not one plain address")
	case !idForm.MatchString(m.ID):
		return fmt.Errorf("id %q cannot stand in a Message-ID", m.ID)
	case m.Subject == "" || models.HasControl(m.Subject):
		return errors.New("subject is empty or has a control character")
	case m.Text == "":
		return errors.New("no text")
	}
	for name, value := range m.Headers {
		if !headerForm.MatchString(name) || models.HasControl(value) {
			return fmt.Errorf("header %q has a control character", name)
		}
		if slices.Contains(ours, textproto.CanonicalMIMEHeaderKey(name)) {
			return fmt.Errorf("header %q is the sender's own", name)
		}
	}
	return nil
}
