package engine

import (
	"bytes"
	"encoding/binary"
	"os"
)

// walIndexHeader is the header of the wal-index, which is there twice
// (sqlite.org/walformat.html, section 1.1). Every commit of any process changes it before
// the commit is acknowledged.
type walIndexHeader [96]byte

// commits returns the header's count of commits, which wraps around.
func (h walIndexHeader) commits() uint32 { return binary.NativeEndian.Uint32(h[8:]) }

// consistent reports whether both copies agree: the header was not read while it changed.
func (h walIndexHeader) consistent() bool { return bytes.Equal(h[:len(h)/2], h[len(h)/2:]) }

// walIndex reads the wal-index of an open file. The zero walIndex reads nothing.
type walIndex struct {
	file   *os.File // the -shm file; closed last, since closing it drops SQLite's own locks
	mapped []byte   // its header in memory, where the system can map it
}

func openWALIndex(path string) (walIndex, bool) {
	f, err := os.Open(path + "-shm")
	if err != nil {
		return walIndex{}, false
	}
	return walIndex{file: f, mapped: mapHeader(f)}, true
}

func (x *walIndex) close() {
	unmapHeader(x.mapped)
	if x.file != nil {
		_ = x.file.Close()
	}
	*x = walIndex{}
}

// header reads the header as the last commit left it.
func (x *walIndex) header() (h walIndexHeader, ok bool) {
	switch {
	case x.mapped != nil:
		return h, copy(h[:], x.mapped) == len(h)
	case x.file == nil:
		return h, false
	}
	n, err := x.file.ReadAt(h[:], 0)
	return h, err == nil && n == len(h)
}
