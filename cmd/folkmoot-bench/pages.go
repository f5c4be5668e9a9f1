package main

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// ready is a page as the server returns it once it is warm.
type ready struct {
	answer
	read []byte // as a browser sees it
}

// warm fetches a page until two answers in a row are the same, so that bytes that
// are improved in the background are the improved ones.
func (s *fixture) warm(path string, fields ...field) (ready, error) {
	fields = append(fields, accepts())
	key := fmt.Sprint(path, fields)
	if r, ok := s.ready[key]; ok {
		return r, nil
	}
	var last answer
	for range 20 {
		a, err := get(s.server.addr, path, fields...)
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("GET %s: status %d", path, a.status)
		}
		if err != nil {
			return ready{}, err
		}
		same := a.encoding == last.encoding && bytes.Equal(a.body, last.body)
		last = a
		if same {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	text, err := last.text()
	if err != nil {
		return ready{}, fmt.Errorf("GET %s: %w", path, err)
	}
	s.ready[key] = ready{last, text}
	return s.ready[key], nil
}

// bytes says how much the page is.
func (r ready) bytes() string {
	how := r.encoding
	if how == "" {
		how = "not compressed"
	}
	return fmt.Sprintf("%s bytes on the wire (%s), %s as read", group(r.wire), how, group(int64(len(r.read))))
}

// baselineOf starts bare Fiber with the page's bytes, compressed by the bench if the
// server does not do it, and returns the address.
func (s *fixture) baselineOf(name string, r ready) (string, page, error) {
	p := page{Kind: r.kind, Encoding: r.encoding, ETag: r.etag, Body: r.body}
	if p.Encoding == "" {
		var err error
		if p.Body, err = compressed(r.body); err != nil {
			return "", p, err
		}
		p.Encoding = "gzip"
	}
	if p.ETag == "" {
		p.ETag = `"bench"`
	}
	if onMongo(s.serves) {
		var err error
		p.Database = s.serves
		if p.Consultation, err = s.consultationID(name); err != nil {
			return "", p, err
		}
	}
	addr, err := s.baseline(name, baselineSpec{Kind: baselinePages, Page: p})
	return addr, p, err
}

// compareWithBare measures a stream of pages with bare Fiber, as many connections,
// with the bytes of r.
func (s *fixture) compareWithBare(name string, ours stream, r ready) (outcome, error) {
	addr, p, err := s.baselineOf(name, r)
	if err != nil {
		return outcome{}, err
	}
	same := ours.Operations[0].Want // the load generator looks into as many of both
	same.Length = int64(len(p.Body))
	bare := stream{Workers: ours.Workers, Operations: []operation{{
		Name: "bare Fiber", Paths: []string{"/page"}, Fields: []field{accepts()}, Want: same,
	}}}
	return s.compare("pages/s", s.rate(s.server.addr, ours), s.rate(addr, bare))
}

// reads reads a page of the server from so many connections.
func reads(workers int, path string, w want, sessions ...string) stream {
	return stream{Workers: workers, Operations: []operation{{
		Name: "GET " + path, Paths: []string{path}, Fields: []field{accepts()}, Sessions: sessions, Want: w,
	}}}
}

// anyPage is the least that a page must be: there, and whole.
func anyPage() want { return want{Status: http.StatusOK, Contains: []string{"</html>"}} }
