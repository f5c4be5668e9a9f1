package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"folkmoot/models"
)

// Wrap turns a driver's error into one of models and says what was being done. It returns
// errors of models and of the context as they are.
func Wrap(what string, err error) error {
	if err == nil || models.CodeOf(err) != "" {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return Refusal(models.CodeNotFound, "error.not_found", what, err)
	}
	// database/sql does not export the error of a closed pool.
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) || err.Error() == "sql: database is closed" {
		return Refusal(models.CodeUnavailable, "error.store.unavailable", what, err)
	}
	var cause sqlite3.Error
	if errors.As(err, &cause) {
		return fromDriver(what, cause)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func fromDriver(what string, err sqlite3.Error) error {
	switch err.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return errBusy(err)
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrCantOpen, sqlite3.ErrReadonly, sqlite3.ErrNomem, sqlite3.ErrProtocol:
		return Refusal(models.CodeUnavailable, "error.store.unavailable", what, err)
	case sqlite3.ErrNotADB:
		return Refusal(models.CodeConflict, "error.store.foreign", what, err)
	}
	if IsDuplicate(err) {
		return Refusal(models.CodeConflict, "error.store.conflict", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// IsDuplicate reports whether err is a violated unique constraint.
func IsDuplicate(err error) bool {
	var cause sqlite3.Error
	return errors.As(err, &cause) && (cause.ExtendedCode == sqlite3.ErrConstraintUnique ||
		cause.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// Missing returns CodeNotFound with key for sql.ErrNoRows, and other errors as they are.
func Missing(err error, key string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return models.Fail(models.CodeNotFound, key)
	}
	return err
}

// errBusy is the refusal of a write for which there is no room.
func errBusy(cause error) error {
	return Refusal(models.CodeUnavailable, "error.store.busy", "queue", cause)
}

// Refusal returns an Error that keeps its cause and what was being done for the log.
func Refusal(code models.Code, key, what string, cause error) error {
	e := models.Fail(code, key)
	if cause != nil {
		e.Err = fmt.Errorf("%s: %w", what, cause)
	}
	return e
}
