package pagecache

import (
	"bytes"
	"io"
	"sync"
)

// longSegment is the length in bytes from which shared bytes are sent from where they lie
// rather than copied.
const longSegment = 16 << 10

// Body is a response body made of owned bytes and of long segments shared with other
// responses, which are written without copying. Close it once it is sent.
type Body struct {
	own    []byte
	shared []sharedSegment
	size   int
	reader io.Reader
}

// sharedSegment is a shared segment and its offset among the owned bytes.
type sharedSegment struct {
	at    int
	bytes []byte
}

var bodies = sync.Pool{New: func() any { return new(Body) }}

func newBody() *Body { return bodies.Get().(*Body) }

// Size returns the length in bytes.
func (b *Body) Size() int { return b.size }

// append appends a copy of p.
func (b *Body) append(p []byte) { b.own, b.size = append(b.own, p...), b.size+len(p) }

// appendShared appends p; it is not copied if it is long, and never modified.
func (b *Body) appendShared(p []byte) {
	if len(p) < longSegment {
		b.append(p)
		return
	}
	b.shared, b.size = append(b.shared, sharedSegment{len(b.own), p}), b.size+len(p)
}

// WriteTo implements io.WriterTo.
func (b *Body) WriteTo(w io.Writer) (n int64, err error) {
	write := func(p []byte) {
		if err == nil {
			var written int
			written, err = w.Write(p)
			n += int64(written)
		}
	}
	at := 0
	for _, s := range b.shared {
		write(b.own[at:s.at])
		write(s.bytes)
		at = s.at
	}
	write(b.own[at:])
	return n, err
}

// Read implements io.Reader, for who does not call WriteTo.
func (b *Body) Read(p []byte) (int, error) {
	if b.reader == nil {
		var all bytes.Buffer
		_, _ = b.WriteTo(&all) // a buffer does not fail
		b.reader = &all
	}
	return b.reader.Read(p)
}

// Close releases the memory for other bodies.
func (b *Body) Close() error {
	clear(b.shared)
	*b = Body{own: b.own[:0], shared: b.shared[:0]}
	bodies.Put(b)
	return nil
}
