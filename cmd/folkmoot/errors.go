package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"folkmoot/models"
)

// usageError marks an error in the command line: exit code 2.
type usageError struct{ error }

// Unwrap returns the wrapped error.
func (u usageError) Unwrap() error { return u.error }

// usage returns a usageError with a catalogue key and its arguments.
func usage(key string, args ...any) error {
	return usageError{models.Fail(models.CodeInvalid, key, args...)}
}

// errReported is returned by a command that has already printed why it failed.
var errReported = errors.New("reported")

// say prints a catalogue message and a newline. Text in args is printed as show has it.
func (sh *shell) say(w io.Writer, key string, args ...any) {
	shown := slices.Clone(args)
	for i := 1; i < len(shown); i += 2 {
		shown[i] = showArg(shown[i])
	}
	fmt.Fprintln(w, sh.l.T(key, shown...))
}

// exitCode prints err, unless it is nil or already reported, and returns the exit code.
func (sh *shell) exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if !errors.Is(err, errReported) {
		sh.printError(err)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// printError prints a models.Error as its catalogue message, with the fields it names,
// and any other error as it is.
func (sh *shell) printError(err error) {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || !sh.l.Has(e.Key) {
		fmt.Fprintln(sh.err, "folkmoot:", strings.ReplaceAll(show(err.Error()), `\n`, "\n  "))
		return
	}
	if len(e.Fields) == 0 {
		fmt.Fprintln(sh.err, sh.message(e.Key, e.Args))
	}
	for _, f := range e.Fields {
		fmt.Fprintf(sh.err, "%s: %s\n", show(f.Field), sh.message(f.Key, f.Args))
	}
}

// message returns a catalogue message with an error's arguments: times as dates,
// durations in minutes.
func (sh *shell) message(key string, args map[string]any) string {
	filled := make(map[string]any, len(args))
	for name, value := range args {
		switch v := value.(type) {
		case time.Time:
			filled[name] = sh.l.DateTime(v, "UTC")
		case time.Duration:
			filled[name] = int(v.Round(time.Minute).Minutes())
		default:
			filled[name] = showArg(v)
		}
	}
	return sh.l.Args(key, filled)
}
