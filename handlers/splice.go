package handlers

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// chunk is a piece of a page, compressed once. Its deflate blocks end on a byte and
// refer to nothing before them, so chunks and plain bytes can be joined into one gzip
// member (RFC 1951, 1952).
type chunk struct {
	size     int
	crc      uint32
	across   uint32 // moves a checksum across the chunk
	level    int
	deflated []byte
}

// deflaters are kept, by level: a new one costs more than a small piece.
var deflaters [lastLevel + 1]sync.Pool

// newChunk compresses raw at a flate level.
func newChunk(raw []byte, level int) (*chunk, error) {
	var b bytes.Buffer
	w, ok := deflaters[level].Get().(*flate.Writer)
	if !ok {
		var err error
		if w, err = flate.NewWriter(&b, level); err != nil {
			return nil, err
		}
	}
	defer deflaters[level].Put(w)
	w.Reset(&b)
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil { // a flush ends on a byte; Close would end the stream
		return nil, err
	}
	return &chunk{len(raw), crc32.ChecksumIEEE(raw), crcAcross(len(raw)), level, bytes.Clone(b.Bytes())}, nil
}

// at gives the chunk compressed at a level.
func (c *chunk) at(level int) (*chunk, error) {
	if c.level == level {
		return c, nil
	}
	raw := make([]byte, c.size)
	if _, err := io.ReadFull(flate.NewReader(bytes.NewReader(c.deflated)), raw); err != nil {
		return nil, err
	}
	return newChunk(raw, level)
}

// joined gives one chunk for several that follow each other.
func joined(list []*chunk) *chunk {
	if len(list) == 1 {
		return list[0]
	}
	var b bytes.Buffer
	g := &gzipJoin{out: &b}
	size := 0
	for _, c := range list {
		g.chunk(c)
		size += c.size
	}
	return &chunk{size, g.crc, crcAcross(size), list[0].level, bytes.Clone(b.Bytes())}
}

var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// gzipJoin puts chunks and plain bytes together as one gzip member in out, which
// holds it in memory and does not fail.
type gzipJoin struct {
	out  io.Writer
	crc  uint32
	size uint32
}

func newGzipJoin(out io.Writer) *gzipJoin {
	g := &gzipJoin{out: out}
	g.write(gzipHead)
	return g
}

func (g *gzipJoin) write(b []byte) { _, _ = g.out.Write(b) }

// chunk adds a piece as it was compressed.
func (g *gzipJoin) chunk(c *chunk) {
	if s, ok := g.out.(*stretches); ok {
		s.share(c.deflated)
	} else {
		g.write(c.deflated)
	}
	g.crc = crcTimes(c.across, g.crc) ^ c.crc
	g.size += uint32(c.size)
}

// plain adds bytes as stored blocks, without compressing them.
func (g *gzipJoin) plain(raw []byte) {
	g.crc = crc32.Update(g.crc, crc32.IEEETable, raw)
	g.size += uint32(len(raw))
	for len(raw) > 0 {
		n := min(len(raw), 0xffff)
		head := [5]byte{}
		binary.LittleEndian.PutUint16(head[1:], uint16(n))
		binary.LittleEndian.PutUint16(head[3:], ^uint16(n))
		g.write(head[:])
		g.write(raw[:n])
		raw = raw[n:]
	}
}

// end closes the stream with an empty last block.
func (g *gzipJoin) end() {
	end := []byte{1, 0, 0, 0xff, 0xff}
	end = binary.LittleEndian.AppendUint32(end, g.crc)
	g.write(binary.LittleEndian.AppendUint32(end, g.size))
}

// crcTimes multiplies two polynomials over GF(2) modulo that of the CRC-32, the
// highest power in the lowest bit. The method is that of zlib's crc32_combine_op.
func crcTimes(a, b uint32) (product uint32) {
	for bit := uint32(1) << 31; bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		carry := b & 1
		b >>= 1
		if carry != 0 {
			b ^= crc32.IEEE
		}
	}
	return product
}

// crcPowers holds x to the power of 8, 16, 32, 64 …: across 1, 2, 4, 8 … bytes.
var crcPowers = func() (powers [32]uint32) {
	p := uint32(1) << 30 // x
	for range 3 {
		p = crcTimes(p, p)
	}
	for i := range powers {
		powers[i] = p
		p = crcTimes(p, p)
	}
	return powers
}()

// crcAcross gives what a checksum is multiplied with when n bytes follow.
func crcAcross(n int) uint32 {
	p := uint32(1) << 31 // 1
	for i := 0; n != 0; i, n = i+1, n>>1 {
		if n&1 != 0 {
			p = crcTimes(crcPowers[i], p)
		}
	}
	return p
}
