package models

import (
	"context"
)

// Job is work that a write leaves behind, done after it: above all a message to
// send. It is written in the same atomic step as what causes it; one whose ID is
// there already is ignored.
type Job struct {
	ID        string // given by the caller; a job whose ID is there already, done or not, is ignored
	Kind      JobKind
	Language  string
	Recipient string // address of a message
	Args      map[string]string
	NotBefore Time
	Attempts  int
	LeasedTo  Time
	DoneAt    Time
	LastError string
	CreatedAt Time
	// Unconfirmed asks the store to keep the promise to addresses that somebody typed
	// who may not hold them, whether or not there is an account: it is due
	// UnconfirmedEvery after the last such message to Recipient, at the earliest, and
	// Deferred says that it had to wait: in the store, and in the slice that was passed
	// to the method that wrote it. Where MaxDeferred wait already, a JobBallot or
	// JobSignIn is refused (AddLink); any other is not stored, Deferred set all the same.
	Unconfirmed bool
	Deferred    bool
	LinkID      string // of the one-time link that the message carries; it goes out only while that is unused
}

// JobKind says what a job does and which message it renders.
type JobKind string

// The jobs, one message each.
const (
	JobSignIn         JobKind = "mail.sign_in"         // token
	JobBallot         JobKind = "mail.ballot"          // token, slug, title, choices
	JobBallotReminder JobKind = "mail.ballot_reminder" // token, slug, title
	JobReceived       JobKind = "mail.received"        // token, reference, slug, title
	JobDecided        JobKind = "mail.decided"         // token, reference, action, reason, slug, title
	JobQueue          JobKind = "mail.queue"           // slug, title
	JobResponse       JobKind = "mail.response"        // slug, title, number
)

// Mail is a rendered message.
type Mail struct {
	ID      string // becomes the Message-ID, so that a repeat can be told
	To      string
	Subject string
	Text    string
	HTML    string
	Headers map[string]string
}

// Renderer turns a job into the message it stands for.
type Renderer interface {
	RenderMail(job Job) (Mail, error)
}

// Sender sends a message. Holds says that nothing is sent: mail waits in the
// store, where the admin sees it.
type Sender interface {
	Send(ctx context.Context, m Mail) error
	Holds() bool
}
