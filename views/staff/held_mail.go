package staff

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// HeldMailPage is "/admin/mail": messages that wait, as they would be sent.
type HeldMailPage struct {
	ui.LayoutData
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
