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

// writeTo lets write fill a file, or out where name is "" or "-". The file
// appears whole, under its name, or not at all. CodeInvalid cli.file.write where
// it cannot.
func writeTo(name string, out io.Writer, write func(io.Writer) error) error {
	if name == "" || name == "-" {
		w := bufio.NewWriter(out)
		return errors.Join(write(w), w.Flush())
	}
	err := writeWhole(name, write)
	if ofFile(err) { // its words name the file that was to become this one
		return models.Fail(models.CodeInvalid, "cli.file.write", "file", name, "problem", plain(err))
	}
	return err
}

// writeWhole fills a file beside name and gives it that name.
func writeWhole(name string, write func(io.Writer) error) (err error) {
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

// ofFile tells whether the system refused something with a file.
func ofFile(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	return path || link
}

// plain is a file's error without the name of the file, which the sentence has.
func plain(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return l.Err.Error()
	}
	return err.Error()
}
