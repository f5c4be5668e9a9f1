package views

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// ThreadView is one slice of a thread.
type ThreadView struct {
	Items      []ThreadItem
	Total      int64
	UnderIdeas int64  // more replies in the same consultation, in the threads of its ideas
	Sort       string // "oldest" or "newest"
	Base       string // path of the page the thread stands on
	NextURL    string // "load more"; "": the end
	First      bool   // this slice begins at the start
	Closed     bool   // no replies are taken now

	keys []string // of its segments, once Outline has made them
}

// PublicReply is what a page shows of a reply.
type PublicReply struct {
	ui.Contribution
	ParentID      string // whom it answers; "" at the root
	ParentName    string
	Orphan        bool // imported as an answer to something that is not there
	Depth         int
	Path, PathNew string // the place in the thread, oldest first and newest first
	BodyHTML      string
}

// PublicReplyOf returns what a page shows of r.
func PublicReplyOf(r models.Reply) PublicReply {
	return PublicReply{
		Contribution: ui.ContributionOf(r.Contribution), ParentID: r.ParentID, ParentName: r.ParentName, Orphan: r.Orphan,
		Depth: r.Depth, Path: r.Path, PathNew: r.PathNew, BodyHTML: r.BodyHTML,
	}
}

// Item names the reply.
func (r PublicReply) Item() models.Item { return models.Item{Kind: models.KindReply, ID: r.ID} }

// ThreadItem is one reply as this reader sees it.
type ThreadItem struct {
	Reply   PublicReply
	Waiting bool    // the reader's own, not published yet
	Own     OwnText // of a waiting one
}

// threadWords are the words that every reply of a thread repeats, looked up once.
type threadWords struct {
	l                 *i18n.Localizer
	now               time.Time
	zone, base        string
	closed            bool
	reply, to, quote  string
	report            string
	inReplyTo, orphan string
	anonymous         string
}

func wordsFor(f ui.LayoutData, s ui.Subject, v ThreadView) threadWords {
	return threadWords{
		l: f.L, now: f.Now, zone: s.C.TimeZone, base: v.Base, closed: v.Closed,
		reply: f.L.T("thread.reply"), to: f.L.T("thread.reply.to"), quote: f.L.T("thread.quote"),
		report:    f.L.T("thread.report"),
		inReplyTo: f.L.T("thread.in_reply_to"), orphan: f.L.T("thread.orphan"),
		anonymous: f.L.T("thread.somebody"),
	}
}

// parent returns the name of who is answered.
func (w threadWords) parent(r PublicReply) string {
	if r.ParentName == "" {
		return w.anonymous
	}
	return r.ParentName
}

// waitingSentence says what happens next, and how long that usually takes.
func waitingSentence(l *i18n.Localizer, wait string) string {
	if wait == "" {
		return l.T("waiting.next")
	}
	return l.T("waiting.next_wait", "wait", wait)
}

// putHere returns what lets a browser focus an element when an address names it, so that
// a screen reader goes on there without a script.
func putHere(on bool) templ.Attributes {
	if on {
		return templ.Attributes{"tabindex": "-1"}
	}
	return nil
}

// gapKey names the sentence of a text that is no longer there.
func gapKey(c ui.Contribution, kind string) string {
	switch {
	case c.Withdrawn:
		return "gap." + kind + ".withdrawn"
	case c.Status == models.StatusErased:
		return "gap." + kind + ".erased"
	}
	return "gap." + kind + ".removed"
}

// threadTitle counts the replies, once there are any.
func threadTitle(l *i18n.Localizer, total int64) string {
	if total == 0 {
		return l.T("thread.title")
	}
	return l.T("count.replies", "count", total, "n", l.Number(total))
}

// imported says where a text came from and in which year it was written there.
func imported(l *i18n.Localizer, source string, at time.Time) string {
	name := source
	if l.Has("source." + source) {
		name = l.T("source." + source)
	}
	return l.T("thread.imported", "source", name, "year", strconv.Itoa(at.Year()))
}
