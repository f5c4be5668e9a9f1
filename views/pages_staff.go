package views

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// OrganisePage is "/organise": the organiser's consultations.
type OrganisePage struct {
	ui.Frame
	Rows    []Subject
	CanNew  bool
	NextURL string
}

// ManagePage is "/organise/{slug}": everything that may be done with one consultation.
type ManagePage struct {
	ui.Frame
	Subject
	Missing     []string // what is missing to open it, sentences
	Ideas       []models.Idea
	IdeaForm    ui.Form // title, body
	Form        ui.Form // reason, opens_at … of the state forms
	Waiting     int64   // items in the queue
	OpenBallots int64   // voting links that can still be used
	Unconfirmed int64
	Sealed      *models.Sealed
	Moves       []models.State // the states it may move to now
}

// ConsultationFormPage is "/organise/new" and "/organise/{slug}/edit".
type ConsultationFormPage struct {
	ui.Frame
	Form     ui.Form // slug, language, title, question, body, who_decides, can_change, contact, other_formats, time_zone, opens_at, suggestions_close_at, closes_at, answer_by, min_votes, tallies, capacities (comma-joined), bands, answer_top, reason, rev
	New      bool
	Slug     string
	Opened   bool // dates and settings need a public reason
	TimeZone string
}

// BoardPage is "/board".
type BoardPage struct {
	ui.Frame
	Rows []BoardRow
}

// BoardRow is one consultation with how far it is answered.
type BoardRow struct {
	Subject
	MustAnswer, Answered int
}

// RespondPage is "/board/{slug}": the ranking with a response form for each idea.
type RespondPage struct {
	ui.Frame
	Subject
	Rows    []RespondRow
	Publish bool // the actor may publish, not only draft
}

// RespondRow is one idea with its response so far.
type RespondRow struct {
	Ranked   models.ResultIdea
	Must     bool
	Response *models.Response
	Form     ui.Form // decision, reason, owner, by
}

// AdminPage is "/admin": people and their roles.
type AdminPage struct {
	ui.Frame
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

// HeldMailPage is "/admin/mail": messages that wait, as they would be sent.
type HeldMailPage struct {
	ui.Frame
	Messages []HeldMail
	NextURL  string
	Holds    bool
}

// HeldMail is one of them.
type HeldMail struct {
	Job     models.Job
	Subject string
	Text    string
}

// ResultsPage is "/consultations/{slug}/results".
type ResultsPage struct {
	ui.Frame
	Subject
	Result     models.Result
	Sealed     *models.Sealed // nil: not sealed yet; its bytes may be absent
	MustAnswer map[int]bool   // idea numbers the board promised to answer
	CanFull    bool           // the reader may download the full file
}
