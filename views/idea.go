package views

import (
	"fmt"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// IdeaPage is "/consultations/{slug}/ideas/{number}".
type IdeaPage struct {
	ui.LayoutData
	ui.Subject
	Row     IdeaRow
	Thread  ThreadView
	Outline ThreadOutline // of the thread
	Reply   ReplyForm
	Pending PendingVotes
	Ranked  *models.ResultIdea // once results are shown
	Preview Preview            // of a draft's idea, for its organiser
}

// PublicIdea is what a page shows of an idea. Its votes are not among it: see IdeaRow.Tally.
type PublicIdea struct {
	ui.Contribution
	Number     int // 0 before it is published
	Title      string
	BodyHTML   string
	Organiser  bool // it is the organiser's own
	ReplyCount int64
	Response   *ui.Response // the board's published answer
}

// PublicIdeaOf returns what a page shows of i.
func PublicIdeaOf(i models.Idea) PublicIdea {
	return PublicIdea{
		Contribution: ui.ContributionOf(i.Contribution), Number: i.Number, Title: i.Title, BodyHTML: i.BodyHTML,
		Organiser: i.Organiser, ReplyCount: i.ReplyCount, Response: ui.ResponseOf(i.Response),
	}
}

// Item names the idea.
func (i PublicIdea) Item() models.Item { return models.Item{Kind: models.KindIdea, ID: i.ID} }

// IdeaRow is one idea with the reader's own vote on it.
type IdeaRow struct {
	Idea    PublicIdea
	Slug    string
	Vote    VoteForm
	Tally   *models.Tally // nil while hidden
	Waiting bool          // the reader's own, not published yet
	Own     OwnText       // of a waiting one
}

func (r IdeaRow) url() string {
	return fmt.Sprintf("/consultations/%s/ideas/%d", r.Slug, r.Idea.Number)
}

func (r IdeaRow) anchor() string {
	if r.Idea.Number == 0 {
		return "idea-" + r.Idea.ID
	}
	return fmt.Sprintf("idea-%d", r.Idea.Number)
}

func ideaKicker(p IdeaPage) string {
	if p.Row.Idea.Number == 0 {
		return p.L.T("idea.waiting")
	}
	return p.L.T("idea.number", "number", p.Row.Idea.Number)
}

// voted returns the voices of a tally that chose c.
func voted(t models.Tally, c models.Choice) int64 {
	switch c {
	case models.ChoiceAgree:
		return t.Agree
	case models.ChoiceDisagree:
		return t.Disagree
	}
	return t.Pass
}
