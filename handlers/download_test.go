package handlers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"
)

// TestDownload: a file goes out in pieces, each of which has its time, and one that
// breaks off is no file.
func TestDownload(t *testing.T) {
	const size = 3*pieceSize + 100
	for name, ends := range map[string]func() error{
		"whole":      func() error { return nil },
		"broken off": func() error { return errors.New("the store is gone") },
		"panicking":  func() error { panic("an export") },
	} {
		w, out := &deadlines{}, &bytes.Buffer{}
		d := &download{func(_ context.Context, to io.Writer) error {
			for range size {
				if _, err := to.Write([]byte("x")); err != nil {
					return err
				}
			}
			return ends()
		}, w, slog.New(slog.DiscardHandler)}
		n, err := d.WriteTo(out)
		if whole := name == "whole"; (err == nil) != whole || (out.Len() == size) != whole || (whole && n != size) {
			t.Errorf("%s: %d of %d bytes, %v", name, out.Len(), size, err)
		}
		if pieces := (out.Len() + pieceSize - 1) / pieceSize; len(w.wrote) != pieces {
			t.Errorf("%s: %d pieces had %d deadlines", name, pieces, len(w.wrote))
		}
	}
}

// deadlines is a connection that notes its write deadlines.
type deadlines struct {
	net.Conn
	wrote []time.Time
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.wrote = append(d.wrote, t)
	return nil
}
