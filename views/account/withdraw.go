package account

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// WithdrawPage is "/withdraw/{item}" and "/contributions/{token}/withdraw": a text, and
// whether its author means to withdraw it.
type WithdrawPage struct {
	ui.LayoutData
	ui.Subject
	Item   models.Item
	Thing  ui.Contribution
	Title  string // of an idea
	HTML   string
	Action string // what the button posts to
	Back   string // where it leads not to withdraw it
}

// whatKey returns the key of the sentence on what stays of the text.
func (p WithdrawPage) whatKey() string {
	if p.Thing.Status == models.StatusPublished {
		return "withdraw.what_published"
	}
	return "withdraw.what"
}
