package models

import "time"

// Purpose says what a one-time link does; a link never does anything else.
type Purpose string

// The purposes.
const (
	PurposeSignIn Purpose = "sign_in" // sign in on the device that opens it
	PurposeBallot Purpose = "ballot"  // confirm the address and count what was chosen
)

// The lives of links.
const (
	SignInLife    = 15 * time.Minute
	ReminderAfter = 24 * time.Hour
)

// Link is a one-time link: bound to its purpose, its address and its content.
type Link struct {
	ID             string
	TokenHash      string // SHA-256 of the token, hex
	TokenHash2     string // of the reminder's token; "": not reminded
	Purpose        Purpose
	Address        string
	AddressKey     string
	Name           string // for the account, if there is none yet
	Capacity       Capacity
	Band           Band
	Grant          *Grant // set: made by hand, not mailed; the role was given when it was made
	ConsultationID string // of a ballot
	Choices        []ChosenVote
	ReturnTo       string // a path of this site
	Language       string
	CreatedAt      Time
	ExpiresAt      Time // of a ballot: moves with the closing time; see Expires
	UsedAt         Time
	RemindedAt     Time
}

// ChosenVote is a choice on an idea, without whose it is: in a link, until it is
// used, and wherever a Vote is about to be made.
type ChosenVote struct {
	IdeaID string `json:"idea"`
	Choice Choice `json:"choice"`
}

// PendingVote is a vote that waits, in a browser or with a link, as its page shows it.
type PendingVote struct {
	Number int // of the idea
	Title  string
	Choice Choice
}

// Account returns what the link says of the account of its address, to be added with an id
// if there is none.
func (l Link) Account(newID string) Participant {
	return Participant{
		ID: newID, Name: l.Name, Address: l.Address, AddressKey: l.AddressKey,
		Capacity: l.Capacity, Band: l.Band, Language: l.Language,
	}
}

// CheckUse reports whether the link may be used at now: nil, or an Error of CodeGone.
func (l Link) CheckUse(now time.Time) error {
	if !l.UsedAt.IsZero() {
		return Fail(CodeGone, "error.link.used")
	}
	if !now.Before(l.ExpiresAt) {
		return Fail(CodeGone, "error.link.expired")
	}
	return nil
}

// LinkUse is what UseLink writes besides marking the link.
type LinkUse struct {
	TokenHash string
	NewID     string  // of the account, if there is none yet
	Session   Session // ParticipantID is filled in by the store
	Guest     string  // keyed hash of the guest cookie of the browser that uses it; "": none
}

// TakesOver reports whether somebody who uses a link becomes the author of what was sent
// with its address by guest. Staff do so only for what their own browser sent: anybody can
// type their address, and nobody decides on a text that is theirs.
func (u LinkUse) TakesOver(p Participant, guest string) bool {
	return len(p.Grants) == 0 || guest != "" && guest == u.Guest
}

// LinkUsed is what UseLink did.
type LinkUsed struct {
	Link        Link
	Participant Participant
	Created     bool
	Counted     int // votes counted
	TooLate     int // votes refused because the consultation takes none any more
	Refused     int // votes refused because this person may not vote there, or the idea is gone
}
