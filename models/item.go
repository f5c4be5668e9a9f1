package models

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Kind says what an item is.
type Kind string

// The kinds of item that people write and moderators decide on.
const (
	KindReply Kind = "reply"
	KindIdea  Kind = "idea"
)

// KindRules say what can be done with items of a kind, besides being decided on.
type KindRules struct {
	Titled     bool // it has a title
	Editable   bool // its author may change it while it waits
	Reportable bool // readers may report it once it is published
	InResult   bool // it is part of the result, so that none comes in once that is sealed
}

// kindRules has an entry for each kind. A new kind needs one here, a type that implements
// Text, and an entry in the table of item kinds of each store.
var kindRules = map[Kind]KindRules{
	KindReply: {Editable: true, Reportable: true},
	KindIdea:  {Titled: true, Editable: true, Reportable: true, InResult: true},
}

// Kinds lists all kinds, sorted.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kindRules)) }

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool {
	_, ok := kindRules[k]
	return ok
}

// Rules returns what can be done with items of the kind; nothing for one that is not known.
func (k Kind) Rules() KindRules { return kindRules[k] }

// Text is an item as it was written: a Reply or an Idea.
type Text interface {
	// Item names it.
	Item() Item
	// Common returns what it has in common with texts of other kinds.
	Common() Contribution
	// Words returns its title, "" if its kind has none, its body, and the body's safe HTML.
	Words() (title, body, html string)
	// AtIdea returns the number of the idea that it is, or in whose thread it stands; 0:
	// neither.
	AtIdea() int
}

// Item names one text, as in "/moderation/reply-0190…".
type Item struct {
	Kind Kind
	ID   string
}

// String returns the form that ParseItem reads.
func (i Item) String() string { return string(i.Kind) + "-" + i.ID }

// ParseItem reads what Item.String returns; anything else is CodeNotFound.
func ParseItem(s string) (Item, error) {
	kind, id, ok := strings.Cut(s, "-")
	if !ok || id == "" || !Kind(kind).Valid() {
		return Item{}, Fail(CodeNotFound, "error.item.unknown")
	}
	return Item{Kind: Kind(kind), ID: id}, nil
}

// Status is the moderation status of an item.
type Status string

// The moderation statuses.
const (
	StatusPending   Status = "pending"
	StatusPublished Status = "published"
	StatusRejected  Status = "rejected"
	StatusSpam      Status = "spam"
	StatusRemoved   Status = "removed"
	StatusErased    Status = "erased"
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool {
	switch s {
	case StatusPending, StatusPublished, StatusRejected, StatusSpam, StatusRemoved, StatusErased:
		return true
	}
	return false
}

// Contribution is what texts of all kinds have in common: who wrote it, how it
// came in, and where it stands.
type Contribution struct {
	ID             string
	ConsultationID string
	ParticipantID  string // "" for a guest or an import
	AuthorName     string // as shown in public
	StaffRole      Role   // the badge; "" for everybody else
	Address        string // where to write about it, unconfirmed; never published
	AddressKey     string // what an account with that address would be found by
	Guest          string // keyed hash of the signed cookie it was sent with
	Network        string // keyed hash of the sender's network
	TokenHash      string // SHA-256 of the private link's token, hex
	Reference      string // short, for people to quote: "K7QF-2M9P"
	Channel        Channel
	Language       string
	Source         string // of an import: "wordpress"; else ""
	SourceID       string // the import's own id, so that running it twice adds nothing
	Status         Status
	Reason         string // the public reason of the last decision, if it had one
	Withdrawn      bool   // removed by its author
	Rev            int64  // raised by each change of the text
	Salt           string // enters the text's digest; destroyed when the text is erased
	CreatedAt      Time
	EditedAt       Time // zero: never
	PublishedAt    Time // zero: never
}

// Shown reports whether the item has a place on the public page: its text while
// it is published, a marked gap after it was removed or erased.
func (c Contribution) Shown() bool {
	switch c.Status {
	case StatusPublished:
		return true
	case StatusRemoved, StatusErased:
		return !c.PublishedAt.IsZero()
	}
	return false
}

// OwnedBy reports whether the participant or the guest cookie wrote it.
func (c Contribution) OwnedBy(a Author) bool {
	if c.ParticipantID != "" {
		return c.ParticipantID == a.ParticipantID
	}
	return c.Guest != "" && c.Guest == a.Guest
}

// EditWindow is how long after sending it an author may change a text, unless it is
// published earlier: nothing changes that a moderator has not read.
const EditWindow = 15 * time.Minute

// CheckEdit reports whether an author may change the text at now: nil; CodeForbidden for
// anybody but the session or cookie that sent it; CodeClosed once it is published or decided
// against, after the window, or once the consultation takes nothing more.
func (c Contribution) CheckEdit(in Consultation, by Author, now time.Time) error {
	switch {
	case !c.OwnedBy(by):
		return Fail(CodeForbidden, "error.edit.owner")
	case c.Status == StatusPublished:
		return Fail(CodeClosed, "error.edit.published")
	case c.Status != StatusPending:
		return Fail(CodeClosed, "error.edit.decided")
	case !now.Before(c.CreatedAt.Add(EditWindow)):
		return Fail(CodeClosed, "error.edit.window", "count", int(EditWindow.Minutes()))
	}
	return in.Accepts(ActReply, now)
}

// Author is who asks for their own things: a participant, a guest's cookie, or both.
type Author struct {
	ParticipantID string
	Guest         string
}

// Nobody reports whether there is nothing to ask for.
func (a Author) Nobody() bool { return a.ParticipantID == "" && a.Guest == "" }

// OwnQuery asks for an author's waiting texts in a consultation, the newest first.
type OwnQuery struct {
	Author         Author
	ConsultationID string
	IdeaID         string   // of replies: the thread; "": the consultation's own
	Before         OwnPlace // go on with what is older than this; zero: from the newest
	Limit          int
}

// OwnPlace is the place of a text among its author's: by time, then by id.
type OwnPlace struct {
	At Time
	ID string
}

// OwnPlace returns the contribution's place among its author's texts.
func (c Contribution) OwnPlace() OwnPlace { return OwnPlace{c.CreatedAt, c.ID} }
