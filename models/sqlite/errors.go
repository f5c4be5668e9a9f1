package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"folkmoot/models"
)

// wrap turns a driver's error into one of models and says what was being done.
// Errors of models and of the context pass as they are.
func wrap(what string, err error) error {
	if err == nil || models.CodeOf(err) != "" {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return refusal(models.CodeNotFound, "error.not_found", what, err)
	}
	// database/sql does not export the error of a closed pool.
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) || err.Error() == "sql: database is closed" {
		return refusal(models.CodeUnavailable, "error.store.unavailable", what, err)
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
		return refusal(models.CodeUnavailable, "error.store.unavailable", what, err)
	case sqlite3.ErrNotADB:
		return refusal(models.CodeConflict, "error.store.foreign", what, err)
	}
	if unique(err) {
		return refusal(models.CodeConflict, "error.store.conflict", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// unique tells whether err is a value that is there already.
func unique(err error) bool {
	var cause sqlite3.Error
	return errors.As(err, &cause) && (cause.ExtendedCode == sqlite3.ErrConstraintUnique ||
		cause.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// missing names what was not found; other errors pass.
func missing(err error, key string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return models.Fail(models.CodeNotFound, key)
	}
	return err
}

func errBusy(cause error) error {
	return refusal(models.CodeUnavailable, "error.store.busy", "queue", cause)
}

func refusal(code models.Code, key, what string, cause error) error {
	e := models.Fail(code, key)
	if cause != nil {
		e.Err = fmt.Errorf("%s: %w", what, cause)
	}
	return e
}
