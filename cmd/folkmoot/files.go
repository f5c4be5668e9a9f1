package main

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"folkmoot/models"
)

// writeTo calls write with a file, or with out if name is "" or "-"; a terminal gets text
// as terminalWriter has it. The file appears under its name only when it is complete. Errors: CodeInvalid cli.file.write if the
// file cannot be written.
func writeTo(name string, out io.Writer, write func(io.Writer) error) error {
	if name == "" || name == "-" {
		if !isTerminal(out) {
			w := bufio.NewWriter(out)
			return errors.Join(write(w), w.Flush())
		}
		shown := &terminalWriter{w: out}
		w := bufio.NewWriter(shown)
		return errors.Join(write(w), w.Flush(), shown.Close())
	}
	err := writeAtomically(name, write)
	if isFileError(err) { // the error names the temporary file
		return models.Fail(models.CodeInvalid, "cli.file.write", "file", name, "problem", fileProblem(err))
	}
	return err
}

// writeAtomically writes a temporary file beside name and renames it.
func writeAtomically(name string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return &fs.PathError{Op: "write", Path: name, Err: syscall.EISDIR}
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriter(f)
	err = errors.Join(write(w), w.Flush(), f.Chmod(0o644), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// isFileError reports whether err comes from a file operation.
func isFileError(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	return path || link
}

// fileProblem returns the text of a file error without the file's name, which the
// message already has.
func fileProblem(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return l.Err.Error()
	}
	return err.Error()
}
