package handlers

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/gofiber/fiber/v2"
)

// How the rest of a request that is refused for its size is read before its connection
// is closed: closing on unread bytes resets it, and the browser may lose the answer.
const (
	drainAtMost = 8 << 20
	drainFor    = 5 * time.Second
)

// listener gives connections that are ours.
type listener struct{ net.Listener }

// Accept waits for the next connection.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newConn(c), nil
}

// conn is a connection that one request after another is served on.
type conn struct {
	net.Conn
	read, write due
	drains      bool // read the rest before closing
}

func newConn(c net.Conn) *conn {
	return &conn{Conn: c, read: due{move: c.SetReadDeadline}, write: due{move: c.SetWriteDeadline}}
}

// drain has the rest of a request read once it is answered, for the answer to arrive.
func drain(c *fiber.Ctx) {
	if own, ok := c.Context().Conn().(*conn); ok {
		own.drains = true
	}
}

// Close closes the connection, once what the visitor is still sending has been read if
// they are to read an answer before.
func (c *conn) Close() error {
	if c.drains {
		c.drains = false
		_ = c.Conn.SetReadDeadline(time.Now().Add(drainFor))
		_, _ = io.CopyN(io.Discard, c.Conn, drainAtMost)
	}
	return c.Conn.Close()
}

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.read.set(t), c.write.set(t))
}

// SetReadDeadline sets until when a Read may wait.
func (c *conn) SetReadDeadline(t time.Time) error { return c.read.set(t) }

// SetWriteDeadline sets until when a Write may wait.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.write.set(t) }

// Read reads what has come, until the read deadline.
func (c *conn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err == nil || n > 0 || !c.read.early(err) {
			return n, err
		}
	}
}

// Write sends all of b, until the write deadline.
func (c *conn) Write(b []byte) (int, error) {
	for sent := 0; ; {
		n, err := c.Conn.Write(b[sent:])
		sent += n
		if err == nil || !c.write.early(err) {
			return sent, err
		}
	}
}

// due is a deadline of a connection. Every request moves each of them on, and Go sets a
// timer each time: so the timer is left as long as it rings before the deadline, and set
// anew when it has rung.
type due struct {
	at, rings time.Time // zero for never
	move      func(time.Time) error
}

// set moves the deadline.
func (d *due) set(t time.Time) error {
	d.at = t
	if d.ringsBefore() {
		return nil
	}
	return d.wind()
}

func (d *due) ringsBefore() bool {
	return !d.rings.IsZero() && (d.at.IsZero() || d.rings.Before(d.at))
}

// wind sets the timer to the deadline.
func (d *due) wind() error {
	d.rings = d.at
	return d.move(d.at)
}

// early tells whether an error is only that the timer rang before the deadline, and sets
// it anew.
func (d *due) early(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) && d.ringsBefore() && d.wind() == nil
}
