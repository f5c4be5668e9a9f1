package views

import (
	"github.com/a-h/templ"

	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// SlotContents returns this reader's content of the slots of the page, by slot name. The
// votes on ideas that are not among Ideas keep their default content, and so does what is
// the same for every reader who is not signed in.
func (p ConsultationPage) SlotContents() map[string]templ.Component {
	contents := readerSlots(p.LayoutData, p.Reply, p.Pending)
	contents["manage"] = manageSlot(p)
	for _, row := range p.Ideas {
		contents[row.Vote.slot()] = row.Vote.Segment(p.L)
	}
	if len(p.Waiting) > 0 {
		contents["waiting-ideas"] = waitingIdeasSlot(p)
		contents["more-waiting-ideas"] = moreWaiting(p.L, p.MoreIdeas)
	}
	return contents
}

// SlotContents is as that of ConsultationPage. Without a row, the vote keeps its default.
func (p IdeaPage) SlotContents() map[string]templ.Component {
	contents := readerSlots(p.LayoutData, p.Reply, p.Pending)
	if p.Row.Slug != "" {
		contents[p.Row.Vote.slot()] = p.Row.Vote.Segment(p.L)
	}
	return contents
}

// SlotContents is as that of ConsultationPage.
func (p ResultsPage) SlotContents() map[string]templ.Component {
	contents := readerSlots(p.LayoutData, ReplyForm{}, PendingVotes{})
	contents["full"] = fullFileSlot(p)
	return contents
}

func readerSlots(f ui.LayoutData, r ReplyForm, pending PendingVotes) map[string]templ.Component {
	contents := map[string]templ.Component{
		"nav": ui.NavSlot(f), "notice": ui.NoticeSlot(f), "forget": ui.ForgetSlot(f), "pending": PendingVotesBar(f.L, pending),
	}
	if r.Action != "" {
		contents["reply"] = r.slot(f)
	}
	return contents
}

// ReplySlot returns the content of the slot of the reply box.
func ReplySlot(f ui.LayoutData, r ReplyForm) map[string]templ.Component {
	return map[string]templ.Component{"reply": r.slot(f)}
}

// MoreWaitingSlot returns the content of the slot of a thread that says how many more
// replies of the reader's own wait.
func MoreWaitingSlot(l *i18n.Localizer, m MoreWaiting) map[string]templ.Component {
	return map[string]templ.Component{"more-waiting": moreWaiting(l, m)}
}
