package handlers

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

// chunk is a piece of a page that is the same for everybody, compressed once. Its
// deflate blocks end on a byte and refer to nothing before them, so chunks and
// plain bytes can be joined into one gzip member (RFC 1951, 1952).
type chunk struct {
	size     int
	crc      uint32
	over     crcMatrix // moves a checksum across the chunk
	deflated []byte
}

// newChunk compresses raw at a flate level.
func newChunk(raw []byte, level int) (chunk, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		return chunk{}, err
	}
	if _, err := w.Write(raw); err != nil {
		return chunk{}, err
	}
	if err := w.Flush(); err != nil { // a flush ends on a byte; Close would end the stream
		return chunk{}, err
	}
	return chunk{len(raw), crc32.ChecksumIEEE(raw), crcAcross(len(raw)), b.Bytes()}, nil
}

var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// gzipJoin puts chunks and plain bytes together as one gzip member.
type gzipJoin struct {
	out  []byte
	crc  uint32
	size uint32
}

func newGzipJoin(capacity int) *gzipJoin {
	return &gzipJoin{out: append(make([]byte, 0, capacity), gzipHead...)}
}

// chunk adds a piece as it was compressed.
func (g *gzipJoin) chunk(c chunk) {
	g.out = append(g.out, c.deflated...)
	g.crc = c.over.times(g.crc) ^ c.crc
	g.size += uint32(c.size)
}

// plain adds bytes as stored blocks, without compressing them.
func (g *gzipJoin) plain(raw []byte) {
	g.crc = crc32.Update(g.crc, crc32.IEEETable, raw)
	g.size += uint32(len(raw))
	for len(raw) > 0 {
		n := min(len(raw), 0xffff)
		g.out = append(g.out, 0)
		g.out = binary.LittleEndian.AppendUint16(g.out, uint16(n))
		g.out = binary.LittleEndian.AppendUint16(g.out, ^uint16(n))
		g.out = append(g.out, raw[:n]...)
		raw = raw[n:]
	}
}

// end closes the stream with an empty last block and gives the member.
func (g *gzipJoin) end() []byte {
	g.out = append(g.out, 1, 0, 0, 0xff, 0xff)
	g.out = binary.LittleEndian.AppendUint32(g.out, g.crc)
	return binary.LittleEndian.AppendUint32(g.out, g.size)
}

// crcMatrix is a linear map on CRC-32 registers over GF(2): column i is what bit i
// becomes. The method is that of zlib's crc32_combine.
type crcMatrix [32]uint32

func (m *crcMatrix) times(v uint32) (sum uint32) {
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 != 0 {
			sum ^= m[i]
		}
	}
	return sum
}

func (m *crcMatrix) after(first *crcMatrix) (both crcMatrix) {
	for i := range both {
		both[i] = m.times(first[i])
	}
	return both
}

// crcPowers holds the maps across 1, 2, 4, 8 … zero bytes.
var crcPowers = func() (powers [32]crcMatrix) {
	bit := crcMatrix{crc32.IEEE} // across one zero bit: shift, and subtract the polynomial
	for i := 1; i < 32; i++ {
		bit[i] = 1 << (i - 1)
	}
	two := bit.after(&bit)
	four := two.after(&two)
	powers[0] = four.after(&four)
	for i := 1; i < len(powers); i++ {
		powers[i] = powers[i-1].after(&powers[i-1])
	}
	return powers
}()

// crcAcross gives the map across n zero bytes.
func crcAcross(n int) crcMatrix {
	var m crcMatrix
	for i := range m {
		m[i] = 1 << i
	}
	for i := 0; n != 0; i, n = i+1, n>>1 {
		if n&1 != 0 {
			m = crcPowers[i].after(&m)
		}
	}
	return m
}
