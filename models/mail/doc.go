// Package mail sends the messages that jobs render: over SMTP, or not at all.
package mail

import (
	"context"
	"errors"

	"folkmoot/models"
)

// Hold is the Sender of a site that has no mail server. It sends nothing: the
// messages wait in the store, where the admin sees them.
type Hold struct{}

// Holds implements models.Sender: always true.
func (Hold) Holds() bool { return true }

// Send implements models.Sender. Nobody may call it, since mail that is held is
// never claimed; a call is refused so that the message stays where it was.
func (Hold) Send(context.Context, models.Mail) error {
	return errors.New("mail: held mail must not be sent")
}

// PermanentError is the refusal of a message that no repeat can get through: its
// address does not exist, or it could not be put into a message at all.
type PermanentError struct{ Err error }

// Error implements error.
func (e *PermanentError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PermanentError) Unwrap() error { return e.Err }

// Permanent marks the error for the jobs: trying again is of no use.
func (e *PermanentError) Permanent() bool { return true }
