package views

import (
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// threadWords are the words that every reply of a thread repeats, looked up once.
type threadWords struct {
	l                 *i18n.Localizer
	now               time.Time
	zone, base        string
	closed            bool
	reply, to, quote  string
	report, edit      string
	inReplyTo, orphan string
	anonymous         string
}

func wordsFor(f ui.Frame, s Subject, v ThreadView) threadWords {
	return threadWords{
		l: f.L, now: f.Now, zone: s.C.TimeZone, base: v.Base, closed: v.Closed,
		reply: f.L.T("thread.reply"), to: f.L.T("thread.reply.to"), quote: f.L.T("thread.quote"),
		report: f.L.T("thread.report"), edit: f.L.T("thread.edit"),
		inReplyTo: f.L.T("thread.in_reply_to"), orphan: f.L.T("thread.orphan"),
		anonymous: f.L.T("thread.somebody"),
	}
}

// parent gives the name of who is answered.
func (w threadWords) parent(r models.Reply) string {
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

// gapKey names the sentence of a text that is no longer there.
func gapKey(c models.Contribution, kind string) string {
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
