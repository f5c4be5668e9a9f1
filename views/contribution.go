package views

import "folkmoot/models"

// statusName names what became of the text: its status, or that it was
// withdrawn or merged.
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
