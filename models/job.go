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
	// Unconfirmed says that somebody may have caused the message who does not hold the
	// address, whether or not there is an account: Plan limits how many Mailbox gets. The
	// store sets Deferred and Dropped, also in the slice that was passed to the method that
	// wrote the job. No answer may tell them to whoever asked.
	Unconfirmed bool
	Deferred    bool   // it has to wait for its day
	Dropped     bool   // it was not stored, since enough went there or waits already
	Mailbox     string // by which messages are limited; "": Recipient in lower case
	Topic       string // what it is about: takes the place of a waiting message with this Topic and Mailbox; "": of none
	PerDay      int    // how many unconfirmed messages Mailbox gets in UnconfirmedEvery; 0: UnconfirmedMost; not stored
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
