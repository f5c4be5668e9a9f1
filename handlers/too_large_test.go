package handlers

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestTooLargeIsAnswered sends far more than may be sent over a real connection, as a
// browser does: all of it, and reads the answer only then.
func TestTooLargeIsAnswered(t *testing.T) {
	a := newApp(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = a.srv.Serve(l) }() // ends with the app
	c, err := net.Dial("tcp", l.Addr().String())
	must(t, err)
	defer c.Close()
	const size = 2 << 20
	_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: folkmoot.example\r\nAccept: application/json\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", replies, size)
	must(t, err)
	_, err = io.Copy(c, strings.NewReader(strings.Repeat("x", size)))
	must(t, err)
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	must(t, err)
	body, err := io.ReadAll(r.Body)
	must(t, err)
	answer{r.StatusCode, string(body), r.Header}.want(t, "2 MB", http.StatusRequestEntityTooLarge, "10000 characters")
}
