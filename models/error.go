package models

import (
	"errors"
	"fmt"
)

// Code says what kind of refusal an Error is. The HTTP layer has one table from
// codes to statuses; stores make codes where they see the driver's error.
type Code string

// The codes.
const (
	CodeInvalid         Code = "invalid"         // what was sent breaks a rule of form
	CodeUnauthenticated Code = "unauthenticated" // nobody is signed in and somebody must be
	CodeForbidden       Code = "forbidden"       // the actor lacks the role, or the act is not for them
	CodeNotFound        Code = "not_found"       // there is no such thing, or not for this actor
	CodeConflict        Code = "conflict"        // it changed since, or the name is taken
	CodeClosed          Code = "closed"          // the consultation does not take this now
	CodeGone            Code = "gone"            // a link that is used or expired
	CodeTooLarge        Code = "too_large"       // a request over the limit
	CodeLimited         Code = "limited"         // too many in too short a time
	CodeUnavailable     Code = "unavailable"     // the store cannot be reached or its queue is full
	CodeInternal        Code = "internal"        // a fault of ours; the log has the details
)

// Error is a refusal that a person can act on. Key names a sentence of the
// catalogue and Args fill it; the error itself never carries prose.
type Error struct {
	Code   Code
	Key    string
	Args   map[string]any
	Fields []FieldError
	Err    error
}

// FieldError is what is wrong with one named field of a form.
type FieldError struct {
	Field string
	Key   string
	Args  map[string]any
}

// Error implements error for the log.
func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Key
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", f.Field, f.Key)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Fail makes an Error with the catalogue key and alternating argument names and values.
func Fail(code Code, key string, args ...any) *Error {
	return &Error{Code: code, Key: key, Args: argMap(args)}
}

// Invalid makes an Error of CodeInvalid over form fields; nil when there are none.
func Invalid(fields []FieldError) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Code: CodeInvalid, Key: "error.fields", Fields: fields}
}

// Field makes a FieldError with alternating argument names and values.
func Field(field, key string, args ...any) FieldError {
	return FieldError{Field: field, Key: key, Args: argMap(args)}
}

// CodeOf returns the code of err, or "" if it is no Error of this package.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// IsNotFound reports whether err is an Error of CodeNotFound.
func IsNotFound(err error) bool { return CodeOf(err) == CodeNotFound }

func argMap(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return m
}
