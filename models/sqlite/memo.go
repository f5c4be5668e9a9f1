package sqlite

import (
	"bytes"
	"encoding/binary"
	"os"
	"sync"
)

// memoLimit bounds how many answers are kept.
const memoLimit = 4096

// stamp is the part of the wal-index that every commit of any process changes
// before it is acknowledged: its header, twice (sqlite.org/walformat.html, 1.1).
type stamp [96]byte

// commits counts the commits, up to a wrap.
func (s stamp) commits() uint32 { return binary.NativeEndian.Uint32(s[8:]) }

// whole tells whether it was not read in the middle of a change: both copies agree.
func (s stamp) whole() bool { return bytes.Equal(s[:len(s)/2], s[len(s)/2:]) }

// memo keeps the answers of hot reads until somebody commits what may change them.
// It is exact: a read that begins after a commit was acknowledged finds another
// stamp, and is asked anew. Only our own commits, of which it is known what they
// touch, leave the rest; a commit of another process makes everything forgotten.
type memo struct {
	index   *os.File // the -shm file; closed last, since closing it drops SQLite's own locks
	mapped  []byte   // its beginning in memory, where the system can
	mu      sync.RWMutex
	stamp   stamp   // of the state that the answers are from
	writing bool    // a transaction of ours is under way: it will move the stamp, and say what it touched
	said    *commit // what it touched, once it is about to be committed
	kept    map[string]any
	about   map[string][]string // keys of answers by topic
}

// newMemo opens the wal-index of a store that is open already. Without one nothing
// is kept and every read is asked.
func newMemo(path string) *memo {
	f, err := os.Open(path + "-shm")
	if err != nil {
		return &memo{}
	}
	return &memo{index: f, mapped: mapped(f), kept: map[string]any{}, about: map[string][]string{}}
}

func (m *memo) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	unmap(m.mapped)
	if m.index != nil {
		_ = m.index.Close()
	}
	m.mapped, m.index = nil, nil
}

// now reads the stamp of the last commit.
func (m *memo) now() (s stamp, ok bool) {
	switch {
	case m.mapped != nil:
		return s, copy(s[:], m.mapped) == len(s)
	case m.index == nil:
		return s, false
	}
	n, err := m.index.ReadAt(s[:], 0)
	return s, err == nil && n == len(s)
}

// brief gives the count of the commits and the checksum of what the last one wrote, from
// where the system has them in memory. False where it cannot.
func (m *memo) brief() (uint64, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if len(m.mapped) < len(stamp{}) {
		return 0, false
	}
	commits, sum := binary.NativeEndian.Uint32(m.mapped[8:]), binary.NativeEndian.Uint32(m.mapped[28:])
	return uint64(commits)<<32 | uint64(sum), true
}

// remember gives what read gave before, or asks it and keeps its answer until a
// commit touches its topic. What it gives is shared: callers copy before they change
// it. Errors are not kept.
func remember[T any](m *memo, key string, about func(T) string, read func() (T, error)) (T, error) {
	v, found, s, keep := m.look(key)
	if found {
		return v.(T), nil
	}
	answer, err := read()
	if err != nil || !keep {
		return answer, err
	}
	if topic := about(answer); topic != unkept {
		m.put(s, key, topic, answer)
	}
	return answer, nil
}

// look gives what is kept under key. If there is nothing, an answer that is asked
// for from now on may be kept under the stamp, if keep is set.
func (m *memo) look(key string) (v any, found bool, s stamp, keep bool) {
	m.mu.RLock()
	s, ok := m.now()
	same, writing := s == m.stamp, m.writing
	if ok && same {
		v, found = m.kept[key]
	}
	m.mu.RUnlock()
	switch {
	case !ok:
		return nil, false, s, false
	case same:
		return v, found, s, true
	case writing:
		return m.lookAhead(key)
	}
	return nil, false, s, m.adopt(s)
}

// adopt forgets what was kept before another process moved the stamp. It tells
// whether s is the stamp by now.
func (m *memo) adopt(s stamp) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now, ok := m.now(); ok && now != m.stamp && !m.writing {
		m.forgetAll()
		m.stamp = now
	}
	return s == m.stamp
}

// put keeps an answer that was asked for after s was read, if no commit came since.
func (m *memo) put(s stamp, key, topic string, v any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s != m.stamp {
		return
	}
	if len(m.kept) >= memoLimit {
		m.forgetAll()
	}
	if _, there := m.kept[key]; !there {
		m.about[topic] = append(m.about[topic], key)
	}
	m.kept[key] = v
}

func (m *memo) forgetAll() {
	clear(m.kept)
	clear(m.about)
}
