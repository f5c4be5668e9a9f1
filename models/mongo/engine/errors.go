package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"folkmoot/models"
)

// transientCodes are the server's: write conflict, a primary that steps down, shuts
// down or is not one yet, a request refused under load or interrupted, a
// transaction that it does not know any more.
var transientCodes = []int{
	6, 7, 24, 50, 89, 91, 112, 189, 246, 251, 262, 9001, 10058, 10107, 11600, 11601, 11602, 13435, 13436, 16908292,
}

// transient reports whether the same command, or the transaction that it was part of,
// may succeed if it is sent again.
func transient(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	var labelled driver.LabeledError
	if errors.As(err, &labelled) && (labelled.HasErrorLabel("RetryableWriteError") ||
		labelled.HasErrorLabel("TransientTransactionError") || labelled.HasErrorLabel("RetryableError")) {
		return true
	}
	var server driver.ServerError
	if errors.As(err, &server) && slices.ContainsFunc(transientCodes, server.HasErrorCode) {
		return true
	}
	var connection topology.ConnectionError
	var pool interface{ Retryable() bool } // the pool was emptied because another command lost its connection
	return driver.IsNetworkError(err) || errors.As(err, &connection) || errors.As(err, &pool) && pool.Retryable() ||
		errors.Is(err, errLost)
}

// unknown reports whether a commit may have been done all the same.
func unknown(err error) bool {
	var labelled driver.LabeledError
	if errors.As(err, &labelled) && labelled.HasErrorLabel("UnknownTransactionCommitResult") {
		return true
	}
	return driver.IsNetworkError(err) || driver.IsTimeout(err) || errors.Is(err, errLost)
}

// Wrap turns a driver's error into one of models and says what was being done.
// Errors of models and of the context pass as they are.
func Wrap(what string, err error) error {
	switch {
	case err == nil || models.CodeOf(err) != "" || errors.Is(err, errStopped):
		return err
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case driver.IsDuplicateKeyError(err):
		return refusal(models.CodeConflict, "error.store.conflict", what, err)
	case gone(err):
		return refusal(models.CodeUnavailable, "error.store.unavailable", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// gone reports whether the database could not be reached, or not in time, or does not
// take what is sent at the moment.
func gone(err error) bool {
	var selection topology.ServerSelectionError
	var concern driver.WriteException
	return transient(err) || driver.IsTimeout(err) || errors.Is(err, driver.ErrClientDisconnected) ||
		errors.As(err, &selection) || errors.As(err, &concern) && concern.WriteConcernError != nil
}

func refusal(code models.Code, key, what string, cause error) error {
	e := models.Fail(code, key)
	if cause != nil {
		e.Err = fmt.Errorf("%s: %w", what, cause)
	}
	return e
}
