package staff

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// QueuePage is "/moderation".
type QueuePage struct {
	ui.LayoutData
	Rows    []QueueRow
	Total   int64
	NextURL string
	Form    ui.Form // decision, reason, as they came back
	Chosen  map[string]bool
	One     bool      // a single item, looked up
	Logs    []LogLink // the logs of decisions this moderator may read; nil: those of the rows
}

// LogLink leads to the decisions of one consultation.
type LogLink struct{ Slug, Title string }

// QueueRow is one item of the queue in its context.
type QueueRow struct {
	Entry   models.QueueEntry
	Own     bool // the moderator's own: somebody else decides
	Alike   bool // the author's name could pass for that of staff
	Changed []ui.FieldDiff
}

// queueKey is one decision that a moderator may make on a row: what the button
// sends, its key of the keyboard, its icon and colour.
type queueKey struct {
	action models.Action
	words  string // key of the catalogue
	key    string
	icon   string
	kind   string
}

var (
	keyPublish = queueKey{models.ActionPublish, "queue.publish", "p", "done", "primary"}
	keyKeep    = queueKey{models.ActionPublish, "queue.keep", "p", "done", "primary"}
	keySpam    = queueKey{models.ActionSpam, "queue.spam", "s", "flag", "plain"}
	keyReject  = queueKey{models.ActionReject, "queue.reject", "r", "disagree", "danger"}
	keyRemove  = queueKey{models.ActionRemove, "queue.remove", "r", "gone", "danger"}
	keyRestore = queueKey{models.ActionRestore, "queue.restore", "p", "undo", "primary"}
)

// plainKeys are the decisions that need no reason, for a text of that status.
func plainKeys(s models.Status) []queueKey {
	switch s {
	case models.StatusPending:
		return []queueKey{keyPublish, keySpam}
	case models.StatusPublished:
		return []queueKey{keyKeep, keySpam}
	}
	return []queueKey{keyRestore}
}

// reasonKey is the decision that needs one; ok is false where there is none.
func reasonKey(s models.Status) (k queueKey, ok bool) {
	switch s {
	case models.StatusPending:
		return keyReject, true
	case models.StatusPublished:
		return keyRemove, true
	}
	return queueKey{}, false
}

// bulkKeys are the decisions on everything that is ticked.
var bulkKeys = []queueKey{keyPublish, keySpam, keyReject, keyRemove}

// thing returns what texts of all kinds have in common.
func (r QueueRow) thing() models.Contribution { return r.Entry.Contribution() }

// id is the item's name in addresses and forms: "reply-0190…".
func (r QueueRow) id() string { return r.Entry.Item.String() }

func (r QueueRow) rev() string { return strconv.FormatInt(r.thing().Rev, 10) }

func (r QueueRow) html() string {
	_, _, html := r.Entry.Text.Words()
	return html
}

// title returns the text's own title, "" if its kind has none.
func (r QueueRow) title() string {
	title, _, _ := r.Entry.Text.Words()
	return title
}

// onIdea returns the number of the idea in whose thread the text stands; 0: none.
func (r QueueRow) onIdea() int {
	if r.Entry.Item.Kind == models.KindIdea {
		return 0
	}
	return r.Entry.Text.AtIdea()
}

// record returns the sentence on what became of the author's earlier texts. An address that nobody
// confirmed has no record.
func (r QueueRow) record(l *i18n.Localizer) string {
	rec := r.Entry.Record
	switch {
	case r.thing().Source != "":
		return l.T("queue.record.imported", "source", r.thing().Source)
	case r.thing().ParticipantID == "":
		return l.T("queue.record.unconfirmed")
	case rec.Published == 0 && rec.Refused == 0:
		return l.T("queue.record.first")
	case rec.Refused == 0:
		return l.T("queue.record.good", "count", rec.Published)
	}
	return l.T("queue.record.mixed", "count", rec.Published, "refused", rec.Refused)
}

// why returns the reason why the row is here.
func (r QueueRow) why(l *i18n.Localizer) string {
	if n := len(r.Entry.Reports); n > 0 {
		return l.T("queue.why.reported", "count", n)
	}
	if r.thing().Status == models.StatusPending {
		return l.T("queue.why.waiting")
	}
	return l.T("queue.why.status", "status", l.T("status."+string(r.thing().Status)))
}

// where returns what the text was written on, in words.
func (r QueueRow) where(l *i18n.Localizer) string {
	switch n := r.onIdea(); {
	case r.Entry.Item.Kind == models.KindIdea:
		return l.T("queue.where.idea")
	case n > 0:
		return l.T("queue.where.on_idea", "number", n)
	}
	return l.T("queue.where.thread")
}

// whereURL leads to that place.
func (r QueueRow) whereURL() string {
	if n := r.onIdea(); n > 0 {
		return ui.IdeaURL(r.Entry.Slug, n)
	}
	return "/consultations/" + r.Entry.Slug
}

// keyAttributes name the key that presses a button while its row has the focus.
func keyAttributes(k queueKey, keyed bool) templ.Attributes {
	if !keyed {
		return nil
	}
	return templ.Attributes{"data-key": k.key, "aria-keyshortcuts": k.key}
}

// formID returns the id of the form that came back with a problem: that of the only row it
// was for, if that row is on this page, else the one for all that is ticked.
func (p QueuePage) formID() string {
	if len(p.Chosen) == 1 {
		for _, row := range p.Rows {
			if p.Chosen[row.id()] {
				return row.id()
			}
		}
	}
	return "bulk"
}

// formOf returns the submitted form at the place it was submitted from, else an empty one.
func (p QueuePage) formOf(id string) ui.Form {
	if p.formID() == id {
		return p.Form.Named(id)
	}
	return ui.Form{ID: id}
}

// logs returns the logs to link to: those given, or those of the rows.
func (p QueuePage) logs() []LogLink {
	if p.Logs != nil {
		return p.Logs
	}
	var list []LogLink
	for _, row := range p.Rows {
		link := LogLink{Slug: row.Entry.Slug, Title: row.Entry.Title}
		if !slices.Contains(list, link) {
			list = append(list, link)
		}
	}
	return list
}
