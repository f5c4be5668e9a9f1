// Package httpconn guards the connections of the HTTP server. It knows no handler.
package httpconn

import (
	"errors"
	"io"
	"net"
	"time"
)

// How much of a request that was refused for its size is read before its connection is
// closed, and for how long: closing on unread bytes resets the connection, and the client
// may lose the response.
const (
	drainBytes = 8 << 20
	drainTime  = 5 * time.Second
)

// deadlineStep is how much earlier than asked for a connection may time out. Each request
// moves the deadlines on several times, and to move one costs as much as to send a 304.
const deadlineStep = time.Second

// Listener wraps a listener whose connections can be drained, and have coarse deadlines.
type Listener struct{ net.Listener }

// Accept waits for the next connection.
func (l Listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// conn is a connection that serves one request after another.
type conn struct {
	net.Conn
	drain       bool      // read what is unread before closing
	read, write time.Time // the deadlines as they were set
}

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline sets the read deadline, unless the one that is set is less than
// deadlineStep earlier.
func (c *conn) SetReadDeadline(t time.Time) error { return move(&c.read, t, c.Conn.SetReadDeadline) }

// SetWriteDeadline is as SetReadDeadline.
func (c *conn) SetWriteDeadline(t time.Time) error { return move(&c.write, t, c.Conn.SetWriteDeadline) }

func move(is *time.Time, to time.Time, set func(time.Time) error) error {
	if later := to.Sub(*is); later >= 0 && later < deadlineStep {
		return nil
	}
	*is = to
	return set(to)
}

// DrainBeforeClose makes Close read the unread request body first, so that the client
// receives the response. It does nothing for a connection that no Listener accepted.
func DrainBeforeClose(c net.Conn) {
	if own, ok := c.(*conn); ok {
		own.drain = true
	}
}

// Close closes the connection, and reads what is unread first if it has to.
func (c *conn) Close() error {
	if c.drain {
		c.drain = false
		_ = c.SetReadDeadline(time.Now().Add(drainTime))
		_, _ = io.CopyN(io.Discard, c.Conn, drainBytes)
	}
	return c.Conn.Close()
}
