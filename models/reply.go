package models

import "fmt"

// Reply is a comment in the thread of a consultation or of one of its ideas.
type Reply struct {
	Contribution
	IdeaID     string // "" in the consultation's own thread
	IdeaNumber int    // of that idea; 0 in the consultation's own thread
	ParentID   string // whom it answers; "" at the root
	ParentName string // their public name, shown as "in reply to"
	Orphan     bool   // imported as an answer to something that is not there
	Depth      int    // 1 … MaxDepth
	Seq        int64  // arrival within the consultation, given by the store
	Path       string // the place in the thread, oldest first
	PathNew    string // the same with the newest thread first
	Body       string
	BodyHTML   string
}

// Item names the reply.
func (r Reply) Item() Item { return Item{KindReply, r.ID} }

// Common implements Text.
func (r Reply) Common() Contribution { return r.Contribution }

// Words implements Text.
func (r Reply) Words() (title, body, html string) { return "", r.Body, r.BodyHTML }

// AtIdea implements Text.
func (r Reply) AtIdea() int { return r.IdeaNumber }

// ForPage returns what a page shows of a reply: not who wrote it but under which name,
// not what was typed but what became of it.
func (r Reply) ForPage() Reply {
	c := r.Contribution
	r.Contribution = Contribution{
		ID: c.ID, ConsultationID: c.ConsultationID, AuthorName: c.AuthorName, StaffRole: c.StaffRole, Language: c.Language,
		Source: c.Source, Status: c.Status, Reason: c.Reason, Withdrawn: c.Withdrawn, Rev: c.Rev,
		CreatedAt: c.CreatedAt, EditedAt: c.EditedAt, PublishedAt: c.PublishedAt,
	}
	r.Body = ""
	return r
}

const seqMax = 0xFFFFFFFFFF

// Segment is one step of a path: ten hexadecimal digits, so that text order is
// number order.
func Segment(seq int64) string { return fmt.Sprintf("%010x", seq) }

// Attach sets IdeaNumber from the idea that r names. It returns CodeInvalid
// (error.reply.parent) unless idea and parent, nil where there is none or r names none,
// are published and belong to r's own thread.
func (r *Reply) Attach(idea *Idea, parent *Reply) error {
	r.IdeaNumber = 0
	if r.IdeaID != "" {
		if idea == nil || idea.Status != StatusPublished || idea.ConsultationID != r.ConsultationID {
			return Fail(CodeInvalid, "error.reply.parent")
		}
		r.IdeaNumber = idea.Number
	}
	if r.ParentID != "" && (parent == nil || parent.Status != StatusPublished ||
		parent.ConsultationID != r.ConsultationID || parent.IdeaID != r.IdeaID) {
		return Fail(CodeInvalid, "error.reply.parent")
	}
	return nil
}

// Place sets the reply's number, whom it answers, its depth and its paths under parent
// (nil at the root). Sorting by Path
// gives every thread with its answers, oldest first; sorting by PathNew gives
// the newest thread first and its answers still in the order of the talk. An
// answer to the deepest level stays on that level.
func (r *Reply) Place(parent *Reply, seq int64) {
	r.Seq, r.ParentID, r.ParentName = seq, "", ""
	if parent == nil {
		r.Depth, r.Path, r.PathNew = 1, Segment(seq), Segment(seqMax-seq)
		return
	}
	stem, stemNew := parent.Path, parent.PathNew
	r.Depth = parent.Depth + 1
	if r.Depth > MaxDepth {
		r.Depth = MaxDepth
		cut := len(Segment(0)) * (MaxDepth - 1)
		stem, stemNew = stem[:cut], stemNew[:cut]
	}
	r.Path, r.PathNew = stem+Segment(seq), stemNew+Segment(seq)
	r.ParentID, r.ParentName = parent.ID, parent.AuthorName
}

// ThreadQuery asks for one slice of one thread.
type ThreadQuery struct {
	ConsultationID string
	IdeaID         string // "": the consultation's own thread
	Newest         bool
	After          string // Path (PathNew if Newest) of the last reply already seen
	Limit          int    // 1 … 1000
	Page           bool   // each reply as ForPage gives it: there is less to read
}

// Thread is one slice: what a stranger may see, in reading order.
type Thread struct {
	Replies []Reply
	Next    string // Path (PathNew if Newest) to go on after; "" at the end
	Read    int    // rows that the store read for it; a test holds it constant
}

// TextRevision is one earlier wording of a reply or an idea.
type TextRevision struct {
	Item  Item
	Rev   int64
	Title string // of an idea
	Body  string
	At    Time // when it was replaced
}
