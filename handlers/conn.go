package handlers

import (
	"io"
	"net"
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
	return &conn{Conn: c}, nil
}

// conn is a connection that one request after another is served on.
type conn struct {
	net.Conn
	drains bool // read the rest before closing
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
