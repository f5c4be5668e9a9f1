package pagecache

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"sync"

	"github.com/klauspost/compress/flate"
)

// level is the compression level of everything that is kept: pieces are compressed while
// somebody waits, and sent many times.
const level = 6

// chunk is compressed HTML. Its deflate blocks end on a byte and refer to nothing before
// them, so that chunks and plain bytes can be joined into one gzip member (RFC 1951, 1952).
type chunk struct {
	size     int
	crc      uint32
	shift    uint32 // what a checksum is multiplied with when the chunk follows
	deflated []byte
}

// deflaters are reused: a new one costs more than to compress a small chunk.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, level)
	if err != nil {
		panic(err) // the level is wrong
	}
	return w
}}

// newChunk compresses raw.
func newChunk(raw []byte) (*chunk, error) {
	var b bytes.Buffer
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&b)
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil { // a flush ends on a byte; Close would end the stream
		return nil, err
	}
	return &chunk{len(raw), crc32.ChecksumIEEE(raw), crcShift(len(raw)), bytes.Clone(b.Bytes())}, nil
}

var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// gzipWriter writes one gzip member made of chunks and plain bytes into a Body, which
// does not fail.
type gzipWriter struct {
	out  *Body
	crc  uint32
	size uint32
}

func newGzipWriter(out *Body) *gzipWriter {
	out.append(gzipHeader)
	return &gzipWriter{out: out}
}

// chunk adds compressed HTML.
func (g *gzipWriter) chunk(c *chunk) {
	g.out.appendShared(c.deflated)
	g.sum(c.size, c.crc, c.shift)
}

// sum takes bytes into the checksum that were written already.
func (g *gzipWriter) sum(size int, crc, shift uint32) {
	g.crc = crcTimes(shift, g.crc) ^ crc
	g.size += uint32(size)
}

// plain adds bytes in stored blocks, uncompressed.
func (g *gzipWriter) plain(raw []byte) {
	g.crc = crc32.Update(g.crc, crc32.IEEETable, raw)
	g.size += uint32(len(raw))
	for len(raw) > 0 {
		n := min(len(raw), 0xffff)
		header := [5]byte{}
		binary.LittleEndian.PutUint16(header[1:], uint16(n))
		binary.LittleEndian.PutUint16(header[3:], ^uint16(n))
		g.out.append(header[:])
		g.out.append(raw[:n])
		raw = raw[n:]
	}
}

// close ends the stream with an empty last block, checksum and size.
func (g *gzipWriter) close() {
	end := []byte{1, 0, 0, 0xff, 0xff}
	end = binary.LittleEndian.AppendUint32(end, g.crc)
	g.out.append(binary.LittleEndian.AppendUint32(end, g.size))
}

// crcTimes multiplies two polynomials over GF(2) modulo that of the CRC-32, the highest
// power in the lowest bit. The method is that of zlib's crc32_combine_op.
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

// crcPowers holds x to the power of 8, 16, 32, 64 …: the shifts over 1, 2, 4, 8 … bytes.
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

// crcShift returns what a checksum is multiplied with when n bytes follow.
func crcShift(n int) uint32 {
	p := uint32(1) << 31 // 1
	for i := 0; n != 0; i, n = i+1, n>>1 {
		if n&1 != 0 {
			p = crcTimes(crcPowers[i], p)
		}
	}
	return p
}
