package models

// transitions says which status an action leads to, and from which it may start.
var transitions = map[Action]struct {
	to   Status
	from []Status
}{
	ActionPublish:  {StatusPublished, []Status{StatusPending, StatusPublished}},
	ActionReject:   {StatusRejected, []Status{StatusPending}},
	ActionSpam:     {StatusSpam, []Status{StatusPending, StatusPublished}},
	ActionRemove:   {StatusRemoved, []Status{StatusPublished}},
	ActionRestore:  {StatusPublished, []Status{StatusRejected, StatusSpam, StatusRemoved}},
	ActionWithdraw: {StatusRemoved, []Status{StatusPending, StatusPublished}},
}

// ParseAction reads what the moderation form sends: publish, reject, spam, remove or restore.
func ParseAction(s string) (Action, error) {
	switch a := Action(s); a {
	case ActionPublish, ActionReject, ActionSpam, ActionRemove, ActionRestore:
		return a, nil
	}
	return "", Fail(CodeInvalid, "error.decision.unknown")
}

// NeedsReason reports whether the action must say why: the author is told.
func (a Action) NeedsReason() bool { return a == ActionReject || a == ActionRemove }

// Next returns the status to which the action leads from status s, or CodeConflict.
// What its author withdrew stays withdrawn.
func (a Action) Next(c Contribution) (Status, error) {
	t, ok := transitions[a]
	if ok && !(c.Withdrawn && a == ActionRestore) {
		for _, f := range t.from {
			if f == c.Status {
				return t.to, nil
			}
		}
	}
	return "", Fail(CodeConflict, "error.decision.status", "action", string(a), "status", c.Status)
}

// QueueEntry is one row of the queue: an item that waits, or one that was reported.
type QueueEntry struct {
	Item           Item
	Text           Text   // the item itself
	Parent         *Reply // what a reply answers, if anything
	IdeaTitle      string // of the idea that it is, or whose thread it is in
	ConsultationID string
	Slug           string
	Title          string // of the consultation, in its own language
	Reports        []Report
	Record         AuthorRecord
	Since          Time // when it came in, or was first reported
}

// Contribution returns what the entry's text has in common with those of other kinds.
func (q QueueEntry) Contribution() Contribution { return q.Text.Common() }

// AuthorRecord counts what became of an author's earlier items. Only a confirmed
// address has one (design: typing an address proves nothing).
type AuthorRecord struct {
	Published, Refused int64
}

// QueueFilter selects rows of the queue, oldest first.
type QueueFilter struct {
	ConsultationIDs []string // nil: all
	Except          []string // consultations that are left out all the same
	After           string
	Limit           int
}

// Report is somebody's notice that a published text breaks the rules.
type Report struct {
	ID             string
	Item           Item
	ConsultationID string
	Reason         string
	Reference      string
	Network        string
	CreatedAt      Time
	ClosedBy       int64 // Seq of the decision that closed it; 0: open
}
