package handlers

import (
	"bytes"
	"io"
	"sync"
)

// longPiece is from which length on a piece that other answers have too is sent from
// where it lies rather than copied.
const longPiece = 16 << 10

// stretches is the body of one answer: its own bytes, and between them long pieces that
// it shares with others. It is closed when it has been sent.
type stretches struct {
	own    []byte
	shared []stretch
	size   int
	reader io.Reader
}

// stretch is a shared piece and where among an answer's own bytes it stands.
type stretch struct {
	at    int
	bytes []byte
}

var stretchesPool = sync.Pool{New: func() any { return new(stretches) }}

func newStretches() *stretches { return stretchesPool.Get().(*stretches) }

// Write implements io.Writer: b is copied.
func (s *stretches) Write(b []byte) (int, error) {
	s.own, s.size = append(s.own, b...), s.size+len(b)
	return len(b), nil
}

// share adds a piece that nobody changes any more.
func (s *stretches) share(b []byte) {
	if len(b) < longPiece {
		_, _ = s.Write(b)
		return
	}
	s.shared, s.size = append(s.shared, stretch{len(s.own), b}), s.size+len(b)
}

// each gives the bytes in their order, in as few pieces as there are.
func (s *stretches) each(fn func([]byte) error) error {
	at := 0
	for _, p := range s.shared {
		if err := fn(s.own[at:p.at]); err != nil {
			return err
		}
		if err := fn(p.bytes); err != nil {
			return err
		}
		at = p.at
	}
	return fn(s.own[at:])
}

// WriteTo implements io.WriterTo.
func (s *stretches) WriteTo(w io.Writer) (n int64, err error) {
	err = s.each(func(b []byte) error {
		written, err := w.Write(b)
		n += int64(written)
		return err
	})
	return n, err
}

// Read implements io.Reader, for who cannot be written to.
func (s *stretches) Read(b []byte) (int, error) {
	if s.reader == nil {
		var list []io.Reader
		_ = s.each(func(b []byte) error { list = append(list, bytes.NewReader(b)); return nil })
		s.reader = io.MultiReader(list...)
	}
	return s.reader.Read(b)
}

// Close gives the memory back.
func (s *stretches) Close() error {
	clear(s.shared)
	*s = stretches{own: s.own[:0], shared: s.shared[:0]}
	stretchesPool.Put(s)
	return nil
}
