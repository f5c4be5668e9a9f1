package service

import (
	"slices"
	"time"

	"folkmoot/models"
	"folkmoot/models/markup"
)

// importedReplies makes the replies: parents first, otherwise by date.
func importedReplies(c models.Consultation, p ImportPost) []models.Reply {
	t := importTree{c: c, source: p.Source, byID: map[string]int{}, made: map[int]models.Reply{}}
	for _, r := range byDate(p.Replies) {
		if r.Empty() {
			continue
		}
		if _, again := t.byID[r.ID]; !again && r.ID != "" {
			t.byID[r.ID] = len(t.in)
		}
		t.in = append(t.in, r)
	}
	t.busy = make([]bool, len(t.in))
	for i := range t.in {
		t.make(i)
	}
	return t.out
}

// byDate sorts comments by date. One without a date stays behind the one before it.
func byDate(list []ImportReply) []ImportReply {
	type dated struct {
		at time.Time
		r  ImportReply
	}
	rows, last := make([]dated, len(list)), time.Time{}
	for i, r := range list {
		if !r.Date.IsZero() {
			last = r.Date
		}
		rows[i] = dated{last, r}
	}
	slices.SortStableFunc(rows, func(a, b dated) int { return a.at.Compare(b.at) })
	sorted := make([]ImportReply, len(rows))
	for i, row := range rows {
		sorted[i] = row.r
	}
	return sorted
}

// importTree places comments beneath one another.
type importTree struct {
	c      models.Consultation
	source string
	in     []ImportReply
	byID   map[string]int
	busy   []bool // being made: whoever meets it again stands in a circle
	made   map[int]models.Reply
	out    []models.Reply
}

// make makes reply i after its parent; ok is false in a circle.
func (t *importTree) make(i int) (reply models.Reply, ok bool) {
	if r, done := t.made[i]; done {
		return r, true
	}
	if t.busy[i] {
		return models.Reply{}, false
	}
	t.busy[i] = true
	in := t.in[i]
	r := importedReply(t.c, t.source, in)
	r.Orphan = in.Orphan
	if in.Parent != "" && in.Parent != "0" && !in.Orphan {
		parent, ok := models.Reply{}, false
		if at, known := t.byID[in.Parent]; known {
			parent, ok = t.make(at)
		}
		// Under what is not public it would tell that somebody wrote it.
		if ok && (parent.Status == models.StatusPublished || !in.Approved) {
			r.ParentID = parent.ID
		} else {
			r.Orphan = true
		}
	}
	t.made[i] = r
	t.out = append(t.out, r)
	return r, true
}

// importedReply makes one reply. A text longer than people may type here is
// rendered from its HTML, because parsing so much Markdown could take long.
func importedReply(c models.Consultation, source string, in ImportReply) models.Reply {
	body := models.CleanBody(markup.FromHTMLText(in.BodyHTML))
	html := ""
	if models.Chars(body) > models.MaxText {
		html = markup.FromHTML(in.BodyHTML)
	} else {
		html = markup.Public(body)
	}
	at := models.Millis(in.Date)
	if at.IsZero() {
		at = c.CreatedAt
	}
	r := models.Reply{
		Contribution: models.Contribution{
			ID: newID(), ConsultationID: c.ID, AuthorName: importedName(in.Author), Channel: models.ChannelOnline,
			Language: c.Language, Source: source, SourceID: in.ID, Status: models.StatusPending,
			Rev: 1, Salt: newSalt(), CreatedAt: at,
		},
		Body: body, BodyHTML: html,
	}
	if in.Approved {
		r.Status, r.PublishedAt = models.StatusPublished, at
	}
	return r
}
