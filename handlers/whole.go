package handlers

import "bytes"

// whole puts a stranger's page together in as few chunks as there are: it is cut at
// runs, and into parts between which something else may stand.
type whole struct {
	level int
	out   bytes.Buffer
	html  []byte    // to be compressed
	part  *gzipJoin // the one that is being written
	parts []chunk
	ends  []int // of the parts, in out
	err   error
}

func newWhole(level int) *whole {
	w := &whole{level: level}
	w.out.Write(gzipHead)
	w.part = &gzipJoin{out: &w.out}
	return w
}

// run adds a chunk that is ready.
func (w *whole) run(c *chunk) {
	w.flush()
	w.part.chunk(c)
}

// flush compresses what has gathered.
func (w *whole) flush() {
	if len(w.html) == 0 || w.err != nil {
		return
	}
	var c *chunk
	if c, w.err = newChunk(w.html, w.level); w.err == nil {
		w.part.chunk(c)
	}
	w.html = w.html[:0]
}

// cut ends a part.
func (w *whole) cut() {
	w.flush()
	size := int(w.part.size)
	w.parts = append(w.parts, chunk{size: size, crc: w.part.crc, across: crcAcross(size), level: w.level})
	w.ends = append(w.ends, w.out.Len())
	w.part = &gzipJoin{out: &w.out}
}

// end gives the page as one gzip member, and its parts, which lie in it.
func (w *whole) end() ([]byte, []chunk) {
	w.cut()
	sum := &gzipJoin{out: &bytes.Buffer{}}
	for i := range w.parts {
		sum.chunk(&w.parts[i])
	}
	sum.out = &w.out
	sum.end()
	member, at := bytes.Clone(w.out.Bytes()), len(gzipHead)
	for i, end := range w.ends {
		w.parts[i].deflated, at = member[at:end], end
	}
	return member, w.parts
}
