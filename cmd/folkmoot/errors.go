package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"folkmoot/models"
)

// usageError is a refusal of what was typed: exit code 2.
type usageError struct{ error }

// Unwrap gives the refusal.
func (u usageError) Unwrap() error { return u.error }

// usage makes a usageError of a sentence of the catalogue.
func usage(key string, args ...any) error {
	return usageError{models.Fail(models.CodeInvalid, key, args...)}
}

// errSaid fails a command that has printed why already.
var errSaid = errors.New("said")

// say prints a sentence of the catalogue on a line of its own.
func (sh *shell) say(w io.Writer, key string, args ...any) {
	fmt.Fprintln(w, sh.l.T(key, args...))
}

// fail prints err, if it is one, and gives the exit code.
func (sh *shell) fail(err error) int {
	if err == nil {
		return exitDone
	}
	if !errors.Is(err, errSaid) {
		sh.explain(err)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// explain prints a refusal as its sentence, with the fields it names, and any
// other error as it stands.
func (sh *shell) explain(err error) {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || !sh.l.Has(e.Key) {
		fmt.Fprintln(sh.err, "folkmoot:", err)
		return
	}
	if len(e.Fields) == 0 {
		fmt.Fprintln(sh.err, sh.sentence(e.Key, e.Args))
	}
	for _, f := range e.Fields {
		fmt.Fprintf(sh.err, "%s: %s\n", f.Field, sh.sentence(f.Key, f.Args))
	}
}

// sentence fills a sentence with an error's arguments: times as dates, waits in minutes.
func (sh *shell) sentence(key string, args map[string]any) string {
	filled := make(map[string]any, len(args))
	for name, value := range args {
		switch v := value.(type) {
		case time.Time:
			filled[name] = sh.l.DateTime(v, "UTC")
		case time.Duration:
			filled[name] = int(v.Round(time.Minute).Minutes())
		default:
			filled[name] = v
		}
	}
	return sh.l.Args(key, filled)
}
