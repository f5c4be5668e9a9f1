package views

import (
	"github.com/a-h/templ"

	"folkmoot/views/ui"
)

// SlotContents returns this reader's content of each slot of the page, by slot name. The
// votes on ideas that are not among Ideas keep their default content.
func (p ConsultationPage) SlotContents() map[string]templ.Component {
	contents := readerSlots(p.LayoutData, p.Reply, p.Pending)
	contents["manage"] = manageSlot(p)
	for _, row := range p.Ideas {
		contents[row.Vote.slot()] = row.Vote.Segment(p.L)
	}
	return contents
}

// SlotContents returns this reader's content of each slot of the page, by slot name.
// Without a row, the vote keeps its default content.
func (p IdeaPage) SlotContents() map[string]templ.Component {
	contents := readerSlots(p.LayoutData, p.Reply, p.Pending)
	if p.Row.Slug != "" {
		contents[p.Row.Vote.slot()] = p.Row.Vote.Segment(p.L)
	}
	return contents
}

// SlotContents returns this reader's content of each slot of the page, by slot name.
func (p ResultsPage) SlotContents() map[string]templ.Component {
	contents := readerSlots(p.LayoutData, ReplyForm{}, PendingVotes{})
	contents["full"] = fullFileSlot(p)
	return contents
}

func readerSlots(f ui.LayoutData, r ReplyForm, pending PendingVotes) map[string]templ.Component {
	return map[string]templ.Component{
		"nav": ui.NavSlot(f), "notice": ui.NoticeSlot(f), "forget": ui.ForgetSlot(f),
		"who": whoFields(f.L, r.Form, r.SignedIn, r.Member), "pending": PendingVotesBar(f.L, pending),
	}
}
