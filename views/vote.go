package views

import (
	"fmt"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// VoteForm is the three-part control of one idea.
type VoteForm struct {
	Slug    string
	Number  int
	Title   string
	Choice  models.Choice // ChoiceNone or "": nothing chosen
	Waiting bool          // chosen in this browser, not confirmed yet
	Closed  bool          // no votes are taken now
	Why     string        // why this person cannot vote, a sentence; "": they can
	Return  string        // where the form comes back to
}

// PendingVotes counts the votes chosen in this browser that wait for an address or a link.
type PendingVotes struct {
	Slug   string
	Count  int
	Asked  string // the address that was asked, shortened: "m…@example.org"; "": none yet
	Choose bool   // show the bar
}

func (v VoteForm) url() string { return ui.IdeaURL(v.Slug, v.Number) + "/vote" }

// slot returns the name of the page slot that holds the vote.
func (v VoteForm) slot() string { return fmt.Sprintf("vote-%d", v.Number) }

func (v VoteForm) chosen() bool { return v.Choice != "" && v.Choice != models.ChoiceNone }

func (v VoteForm) saidKey() string {
	if v.Waiting {
		return "vote.waiting." + string(v.Choice)
	}
	return "vote.said." + string(v.Choice)
}
