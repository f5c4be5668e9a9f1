package account

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// ContributionPage is "/contributions/{token}": what became of it.
type ContributionPage struct {
	ui.LayoutData
	ui.Subject
	Token     string
	Item      models.Item
	Thing     ui.Contribution
	Title     string // of an idea
	HTML      string
	URL       string // where it stands once published; ""
	Number    int    // of a published idea
	MergedNum int    // the idea it was merged into; 0
	Wait      string
	Ranked    *models.ResultIdea
	Response  *ui.Response
	Withdraw  bool // it may be withdrawn
	Confirm   bool // the address behind it is not confirmed: offer to
}

// statusName returns the part of the catalogue key for what became of the text: its
// status, "withdrawn" or "merged".
func (p ContributionPage) statusName() string {
	switch {
	case p.Thing.Withdrawn:
		return "withdrawn"
	case p.MergedNum > 0 && p.Thing.Status == models.StatusPublished:
		return "merged"
	}
	return string(p.Thing.Status)
}

func (p ContributionPage) statusKind() string {
	switch p.Thing.Status {
	case models.StatusPending:
		return "waiting"
	case models.StatusPublished:
		return "done"
	}
	return "problem"
}
