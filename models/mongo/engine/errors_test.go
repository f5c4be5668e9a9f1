package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// emptied is how the driver says that its pool was emptied: with a type of its own.
type emptied struct{}

func (emptied) Error() string   { return "connection pool was cleared because another operation failed" }
func (emptied) Retryable() bool { return true }

// answers are what a database says that takes no writes at the moment, or is not there.
func answers() map[string]error {
	list := map[string]error{
		"pool emptied": emptied{},
		"label":        driver.CommandError{Code: 1, Labels: []string{"RetryableWriteError"}},
		"network":      driver.CommandError{Labels: []string{"NetworkError"}},
	}
	for name, code := range map[string]int{
		"read-only":                      10107, // NotWritablePrimary
		"steps down":                     189,
		"no primary, secondary not read": 13435,
		"steps down, interrupted":        11602,
		"shuts down":                     91,
		"shutdown, interrupted":          11600,
		"recovering":                     13436,
		"write conflict":                 112,
	} {
		list[name] = driver.CommandError{Code: int32(code), Message: name}
		list[name+", one write"] = driver.WriteException{WriteErrors: driver.WriteErrors{{Code: code}}}
		list[name+", concern"] = driver.WriteException{WriteConcernError: &driver.WriteConcernError{Code: code}}
		list[name+", bulk"] = driver.BulkWriteException{WriteErrors: []driver.BulkWriteError{{WriteError: driver.WriteError{Code: code}}}}
	}
	return list
}

// TestRefusedWritesAreSentAgain is a database that is read-only or fails over for a
// moment: the command goes through as soon as it can.
func TestRefusedWritesAreSentAgain(t *testing.T) {
	for name, refusal := range answers() {
		sent := 0
		err := (&DB{}).repeat(t.Context(), "test", func() error {
			if sent++; sent <= 2 {
				return fmt.Errorf("sent: %w", refusal)
			}
			return nil
		})
		if err != nil || sent != 3 {
			t.Errorf("%s: sent %d times: %v", name, sent, err)
		}
	}
}

// TestRefusedForTooLong is one that stays so: the caller hears that the store cannot be
// reached, which is a 503, and never an error of ours.
func TestRefusedForTooLong(t *testing.T) {
	for name, refusal := range answers() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		err := (&DB{}).repeat(ctx, "test", func() error { return refusal })
		cancel()
		if models.CodeOf(err) != models.CodeUnavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOtherErrorsAreNotSentAgain keeps what no repetition helps from being repeated.
func TestOtherErrorsAreNotSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		cause error
		code  models.Code
	}{
		"duplicate":  {driver.WriteException{WriteErrors: driver.WriteErrors{{Code: 11000}}}, models.CodeConflict},
		"bad value":  {driver.CommandError{Code: 2}, ""},
		"of models":  {models.Fail(models.CodeClosed, "error.idea.fixed"), models.CodeClosed},
		"in the act": {driver.WriteException{WriteConcernError: &driver.WriteConcernError{Code: 64}}, models.CodeUnavailable},
	} {
		sent := 0
		err := (&DB{}).repeat(t.Context(), "test", func() error { sent++; return c.cause })
		if sent != 1 || models.CodeOf(err) != c.code {
			t.Errorf("%s: sent %d times: %v", name, sent, err)
		}
	}
	if err := Wrap("test", fmt.Errorf("read: %w", context.Canceled)); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who left: %v", err)
	}
}
