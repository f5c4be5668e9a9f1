package main

import (
	"io"
	"log/slog"
	"os"
)

// newLogger returns a logger that writes text or JSON. "auto" is text if w is a
// terminal. Both escape what would act on a terminal, since a log may hold text of a
// request or a file.
func newLogger(w io.Writer, format string) *slog.Logger {
	if format == "text" || (format == "auto" && isTerminal(w)) {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(jsonWriter{w}, nil))
}

// isTerminal reports whether w is a terminal rather than a file or a pipe.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
