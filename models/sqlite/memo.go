package sqlite

import (
	"os"
	"sync"
)

// walHeader is the part of the wal-index that every commit of any process changes
// before it is acknowledged: its header, twice (sqlite.org/walformat.html, 1.1).
const walHeader = 96

// memoLimit bounds how many answers are kept between two writes.
const memoLimit = 4096

// memo keeps the answers of hot reads until anybody, in this process or another,
// commits a write. It is exact: a read that begins after a commit was acknowledged
// finds another header and is asked anew.
type memo struct {
	index *os.File // the -shm file; closed last, since closing it drops SQLite's own locks
	mu    sync.RWMutex
	stamp [walHeader]byte
	kept  map[string]any
}

// newMemo opens the wal-index of a store that is open already. Without one nothing
// is kept and every read is asked.
func newMemo(path string) *memo {
	f, err := os.Open(path + "-shm")
	if err != nil {
		return &memo{}
	}
	return &memo{index: f, kept: map[string]any{}}
}

func (m *memo) close() {
	if m.index != nil {
		_ = m.index.Close()
	}
}

// now reads the stamp of the last commit.
func (m *memo) now() (stamp [walHeader]byte, ok bool) {
	if m.index == nil {
		return stamp, false
	}
	n, err := m.index.ReadAt(stamp[:], 0)
	return stamp, err == nil && n == walHeader
}

func (m *memo) get(stamp [walHeader]byte, key string) (any, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.stamp != stamp {
		return nil, false
	}
	v, ok := m.kept[key]
	return v, ok
}

func (m *memo) put(stamp [walHeader]byte, key string, v any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stamp != stamp || len(m.kept) >= memoLimit {
		m.stamp = stamp
		clear(m.kept)
	}
	m.kept[key] = v
}

// remember gives what read gave since the last commit, or asks it. What it gives
// is shared: callers copy before they change it. Errors are not kept.
func remember[T any](m *memo, key string, read func() (T, error)) (T, error) {
	stamp, ok := m.now()
	if !ok {
		return read()
	}
	if v, ok := m.get(stamp, key); ok {
		return v.(T), nil
	}
	v, err := read()
	if err == nil {
		m.put(stamp, key, v)
	}
	return v, err
}
