package handlers

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
)

// exportDeadline bounds a download; a thread of 100,000 replies takes seconds.
const exportDeadline = 5 * time.Minute

// pieceSize is how much of a file is sent at once, in bytes, and pieceTime how long the
// visitor may take for it: so that a slow connection gets the whole file.
const (
	pieceSize = 64 << 10
	pieceTime = writeTimeout
)

// download is a file that is made while it is sent: a body that fasthttp lets write
// itself (fasthttp.BodyWriterTo). What breaks off half-way breaks the connection too, so
// that nobody takes half a file for a whole one.
type download struct {
	write func(context.Context, io.Writer) error
	conn  net.Conn
	log   *slog.Logger
}

// stream answers with a file as it is made.
func (s *Server) stream(c *fiber.Ctx, write func(context.Context, io.Writer) error) error {
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.SendStream(&download{write, c.Context().Conn(), s.log(c)})
}

// SupportsBodyWriteTo says that WriteTo takes the place of Read.
func (d *download) SupportsBodyWriteTo() bool { return true }

// Read is never called.
func (d *download) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// WriteTo makes the file. No route is under way any more that would catch a panic.
func (d *download) WriteTo(w io.Writer) (_ int64, err error) {
	p := &paced{to: w, conn: d.conn}
	defer func() {
		if r := recover(); r != nil {
			err = &panicError{value: r, stack: stack()}
		}
		if err != nil {
			d.log.Warn("export broke off", "error", err)
		}
	}()
	err = d.make(p)
	return p.sent, err
}

func (d *download) make(w io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), exportDeadline)
	defer cancel()
	buffered := bufio.NewWriterSize(w, pieceSize)
	if err := d.write(ctx, buffered); err != nil {
		return err
	}
	return buffered.Flush()
}

// paced returns each piece its time.
type paced struct {
	to   io.Writer
	conn net.Conn
	sent int64
}

// Write sends one.
func (p *paced) Write(b []byte) (int, error) {
	if err := p.conn.SetWriteDeadline(time.Now().Add(pieceTime)); err != nil {
		return 0, err
	}
	n, err := p.to.Write(b)
	p.sent += int64(n)
	return n, err
}
