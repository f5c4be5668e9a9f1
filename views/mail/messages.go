package mail

import (
	"strings"

	"folkmoot/models"
)

func signIn(m *message) {
	m.subject = m.t("mail.sign_in.subject")
	m.text("mail.sign_in.what", "minutes", int(models.SignInLife.Minutes()))
	m.link("mail.sign_in.link", m.r.url("sign-in", m.args["token"]))
	m.text("mail.sign_in.not_you")
}

func ballot(m *message) {
	choices := m.choices()
	m.subject = m.t("mail.ballot.subject")
	m.text("mail.ballot.what", "count", max(len(choices), 1))
	if len(choices) > 0 {
		m.list(choices)
	}
	m.link("mail.ballot.link", m.r.url("sign-in", m.args["token"]))
	m.text("mail.ballot.until", "hours", int(models.LateLinks.Hours()))
	m.text("mail.ballot.not_you")
}

func ballotReminder(m *message) {
	m.subject = m.t("mail.ballot_reminder.subject")
	m.text("mail.ballot_reminder.what")
	if choices := m.choices(); len(choices) > 0 {
		m.list(choices)
	}
	m.link("mail.ballot.link", m.r.url("sign-in", m.args["token"]))
	m.text("mail.ballot.until", "hours", int(models.LateLinks.Hours()))
	m.text("mail.ballot_reminder.once")
}

func received(m *message) {
	m.subject = m.t("mail.received.subject")
	m.text("mail.received.what")
	m.follow()
	m.text("mail.received.not_you")
}

// decided tells an author what became of a text, with the reason if one was given.
func decided(m *message) {
	action := m.args["action"]
	if !m.l.Has("mail.decided." + action) {
		action = "other"
	}
	m.subject = m.t("mail.decided." + action + ".subject")
	m.text("mail.decided." + action)
	if reason := m.args["reason"]; reason != "" {
		m.text("mail.decided.reason")
		m.quote(reason)
	}
	m.follow()
	if action == string(models.ActionReject) || action == string(models.ActionRemove) {
		m.text("mail.decided.again")
	}
}

func queue(m *message) {
	m.subject = m.t("mail.queue.subject")
	m.text("mail.queue.what")
	m.link("mail.queue.link", m.r.url("moderation"))
	m.text("mail.queue.once")
}

func response(m *message) {
	m.subject = m.t("mail.response.subject")
	m.text("mail.response.what")
	m.link("mail.response.link", m.r.url("consultations", m.args["slug"], "ideas", m.args["number"]))
}

// follow adds the links by which a contribution is followed: the place where
// the text stands and the private link, or else the consultation.
func (m *message) follow() {
	if m.args["link"] != "" {
		m.link("mail.follow.text", m.r.path(m.args["link"]))
	}
	if m.args["token"] != "" {
		m.link("mail.follow.private", m.r.url("contributions", m.args["token"]))
		m.text("mail.follow.keep")
	}
	if m.args["link"] == "" && m.args["token"] == "" && m.args["slug"] != "" {
		m.link("mail.follow.consultation", m.r.url("consultations", m.args["slug"]))
	}
}

// choices reads lines of number, choice and title, separated by tabs (number
// and choice alone may also be separated by a colon), into sentences. A line
// that is neither is left out.
func (m *message) choices() (list []string) {
	for _, row := range strings.Split(m.args["choices"], "\n") {
		parts := strings.SplitN(row, "\t", 3)
		if len(parts) == 1 {
			parts = strings.SplitN(row, ":", 2)
		}
		if len(parts) < 2 || !m.l.Has("mail.choice."+parts[1]) {
			continue
		}
		choice := m.t("mail.choice." + parts[1])
		if len(parts) == 2 || line(parts[2]) == "" {
			list = append(list, m.t("mail.chosen", "number", line(parts[0]), "choice", choice))
			continue
		}
		list = append(list, m.t("mail.chosen_title", "number", line(parts[0]), "choice", choice, "idea", line(parts[2])))
	}
	return list
}
