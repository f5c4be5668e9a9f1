// Package mail writes the messages that jobs stand for: a subject, plain text,
// and the same as simple HTML. Nothing in a message is fetched from anywhere.
package mail

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// Renderer turns jobs into messages; it implements models.Renderer.
type Renderer struct {
	BaseURL string // absolute, of this site: "https://moot.example.org"
	Site    string // the host's name
}

// message is one mail on its way: the parts in the order in which they are read.
type message struct {
	r       Renderer
	l       *i18n.Localizer
	args    map[string]string
	subject string
	blocks  []block
}

// block is one part of a message: a paragraph, a link with its label, a quoted
// text or a list.
type block struct {
	Kind string // "text", "link", "quote" or "list"
	Text string
	URL  string
	List []string
}

// kinds are the functions that write each kind of message, and the arguments it requires.
var kinds = map[models.JobKind]struct {
	write func(*message)
	needs []string
}{
	models.JobSignIn:         {signIn, []string{"token"}},
	models.JobBallot:         {ballot, []string{"token"}},
	models.JobBallotReminder: {ballotReminder, []string{"token"}},
	models.JobReceived:       {received, []string{"reference"}},
	models.JobDecided:        {decided, []string{"action"}},
	models.JobQueue:          {queue, nil},
	models.JobResponse:       {response, []string{"slug", "number"}},
}

// RenderMail writes the message of a job. A job of an unknown kind, without an
// argument that its message needs, or with an address that is no single line is an error.
func (r Renderer) RenderMail(job models.Job) (models.Mail, error) {
	kind, ok := kinds[job.Kind]
	if !ok {
		return models.Mail{}, fmt.Errorf("mail: no message for the job %q", job.Kind)
	}
	for _, name := range kind.needs {
		if job.Args[name] == "" {
			return models.Mail{}, fmt.Errorf("mail: %s without %s", job.Kind, name)
		}
	}
	if job.Recipient == "" || strings.ContainsFunc(job.Recipient, unicode.IsControl) {
		return models.Mail{}, fmt.Errorf("mail: %s: no usable address", job.Kind)
	}
	m := &message{r: r, l: i18n.For(job.Language), args: cleaned(job.Args)}
	kind.write(m)
	m.text("mail.footer", "site", line(r.Site), "url", r.url())
	html, err := m.html()
	return models.Mail{
		ID:      job.ID,
		To:      job.Recipient,
		Subject: line(m.subject),
		Text:    m.plain(),
		HTML:    html,
		Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}, err
}

// url returns an absolute link to the path made of the segments, each escaped.
func (r Renderer) url(segments ...string) string {
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.TrimRight(r.BaseURL, "/") + "/" + strings.Join(segments, "/")
}

// path returns an absolute link to a path of this site that came as an argument;
// anything that could lead elsewhere leads to the front page.
func (r Renderer) path(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\ \"<>") {
		return r.url()
	}
	return strings.TrimRight(r.BaseURL, "/") + p
}

const maxLine = 200

// line makes a text fit for a header or for the middle of a sentence: one line,
// no control or reordering characters, at most 200 characters.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case models.HasBidiOverride(string(r)), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxLine {
		return strings.TrimSpace(string(r[:maxLine-1])) + "…"
	}
	return s
}

// cleaned makes every argument one line but the two that have more.
func cleaned(args map[string]string) map[string]string {
	out := make(map[string]string, len(args))
	for name, value := range args {
		if name == "choices" || name == "reason" {
			out[name] = models.CleanBody(strings.ToValidUTF8(value, ""))
			continue
		}
		out[name] = line(value)
	}
	return out
}
