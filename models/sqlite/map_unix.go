//go:build unix

package sqlite

import (
	"os"
	"syscall"
)

// mapped gives the beginning of the wal-index in memory, where a look at it costs no
// call of the system; nil if that cannot be. While a connection of ours is open, nobody
// makes the file shorter.
func mapped(f *os.File) []byte {
	info, err := f.Stat()
	if err != nil || info.Size() < int64(len(stamp{})) {
		return nil
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, len(stamp{}), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	return b
}

func unmap(b []byte) {
	if b != nil {
		_ = syscall.Munmap(b)
	}
}
