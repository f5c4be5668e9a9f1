//go:build unix

package engine

import (
	"os"
	"syscall"
)

// mapHeader maps the wal-index header into memory, where reading it takes no system
// call; it returns nil if that fails. While a connection of this process is open, nobody
// truncates the file.
func mapHeader(f *os.File) []byte {
	info, err := f.Stat()
	if err != nil || info.Size() < int64(len(walIndexHeader{})) {
		return nil
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, len(walIndexHeader{}), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	return b
}

func unmapHeader(b []byte) {
	if b != nil {
		_ = syscall.Munmap(b)
	}
}
