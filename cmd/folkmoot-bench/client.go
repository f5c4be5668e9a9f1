package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/valyala/fasthttp"
)

// answerLimit is how long an answer may take before it counts as an error.
const answerLimit = 60 * time.Second

// browserEncodings is what browsers ask for.
const browserEncodings = "gzip, deflate, br, zstd"

// client is one keep-alive connection. It does as little as HTTP/1.1 allows, so
// that the machine's time goes to the program that is measured.
type client struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
}

// answer is one response. body is filled only where it was asked for.
type answer struct {
	status   int
	wire     int64 // bytes as they came: head, framing and body
	length   int64 // bytes of the body
	encoding string
	etag     string
	kind     string // Content-Type
	body     []byte
}

// head is what the head of a response says of the rest.
type head struct {
	length  int64 // -1: not said
	chunked bool
	closes  bool
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// do sends a request and reads its answer, with the body if keep is set. After an
// error the next call connects anew.
func (c *client) do(request []byte, keep bool) (a answer, err error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.addr, answerLimit)
		if err != nil {
			return a, err
		}
		c.conn, c.in = conn, bufio.NewReaderSize(conn, 64<<10)
	}
	_ = c.conn.SetDeadline(time.Now().Add(answerLimit))
	closes := true
	if _, err = c.conn.Write(request); err == nil {
		closes, err = c.read(&a, keep)
	}
	if err != nil || closes {
		c.close()
	}
	return a, err
}

// read reads one response and reports whether the connection ends with it.
func (c *client) read(a *answer, keep bool) (closes bool, err error) {
	h := head{length: -1}
	if err = c.status(a); err != nil {
		return true, err
	}
	for {
		line, err := c.next(a)
		if err != nil {
			return true, err
		}
		if len(line) == 0 {
			break
		}
		h.take(a, line)
	}
	switch {
	case a.status == 304 || a.status == 204:
		return h.closes, nil
	case h.chunked:
		return h.closes, c.chunks(a, keep)
	case h.length < 0:
		return true, errors.New("an answer without a length")
	}
	return h.closes, c.rest(a, h.length, keep)
}

func (c *client) status(a *answer) error {
	line, err := c.next(a)
	if err != nil {
		return err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return fmt.Errorf("not HTTP: %q", line)
	}
	a.status, err = strconv.Atoi(string(line[9:12]))
	return err
}

// next reads one line without its end.
func (c *client) next(a *answer) ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	a.wire += int64(len(line))
	return bytes.TrimRight(line, "\r\n"), err
}

// take notes the headers that matter.
func (h *head) take(a *answer, line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch strings.ToLower(string(name)) {
	case "content-length":
		h.length, _ = strconv.ParseInt(string(value), 10, 64)
	case "transfer-encoding":
		h.chunked = string(value) == "chunked"
	case "connection":
		h.closes = string(value) == "close"
	case "content-encoding":
		a.encoding = string(value)
	case "content-type":
		a.kind = string(value)
	case "etag":
		a.etag = string(value)
	}
}

// rest reads n bytes of the body.
func (c *client) rest(a *answer, n int64, keep bool) error {
	a.length += n
	a.wire += n
	if !keep {
		_, err := c.in.Discard(int(n))
		return err
	}
	start := len(a.body)
	a.body = append(a.body, make([]byte, n)...)
	_, err := io.ReadFull(c.in, a.body[start:])
	return err
}

// chunks reads a body that comes in chunks. One that breaks off is an error.
func (c *client) chunks(a *answer, keep bool) error {
	for {
		line, err := c.next(a)
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(line), 16, 64)
		if err != nil {
			return fmt.Errorf("a chunk: %w", err)
		}
		if size > 0 {
			if err := c.rest(a, size, keep); err != nil {
				return err
			}
		}
		if _, err := c.next(a); err != nil || size == 0 {
			return err
		}
	}
}

// text returns the body as a browser would see it.
func (a answer) text() ([]byte, error) {
	switch a.encoding {
	case "":
		return a.body, nil
	case "gzip":
		return gunzip(a.body)
	case "br":
		return fasthttp.AppendUnbrotliBytes(nil, a.body)
	case "zstd":
		return unzstd(a.body)
	}
	return nil, fmt.Errorf("content encoding %q, which was not asked for", a.encoding)
}

// gunzip reads one gzip member and refuses what follows it, since browsers drop it.
func gunzip(b []byte) ([]byte, error) {
	in := bytes.NewReader(b)
	r, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	r.Multistream(false)
	text, err := io.ReadAll(r)
	if err == nil && in.Len() > 0 {
		err = fmt.Errorf("%d bytes after the first gzip member, which browsers drop", in.Len())
	}
	return text, err
}

func unzstd(b []byte) ([]byte, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.DecodeAll(b, nil)
}

// field is one header of a request.
type field struct{ Name, Value string }

// appendRequest writes a request; the body of a POST is a form.
func appendRequest(to []byte, method, addr, path string, fields []field, body []byte) []byte {
	to = append(append(append(append(to, method...), ' '), path...), " HTTP/1.1\r\nHost: "...)
	to = append(to, addr...)
	for _, f := range fields {
		to = append(append(append(append(to, "\r\n"...), f.Name...), ": "...), f.Value...)
	}
	if method == "POST" {
		to = append(to, "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "...)
		to = strconv.AppendInt(to, int64(len(body)), 10)
	}
	to = append(to, "\r\n\r\n"...)
	return append(to, body...)
}

// get fetches a path once, with its body. A status from 400 on is an error.
func get(addr, path string, fields ...field) (answer, error) {
	c := client{addr: addr}
	defer c.close()
	a, err := c.do(appendRequest(nil, "GET", addr, path, fields, nil), true)
	if err == nil && a.status >= 400 {
		err = fmt.Errorf("GET %s: status %d", path, a.status)
	}
	return a, err
}

// sessionOf is the cookie of somebody who is signed in.
func sessionOf(token string) field { return field{"Cookie", "folkmoot_session=" + token} }

// accepts is what browsers say of encodings.
func accepts() field { return field{"Accept-Encoding", browserEncodings} }
