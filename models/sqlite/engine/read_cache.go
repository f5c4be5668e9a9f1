package engine

import (
	"maps"
	"slices"
	"sync"
)

// The read cache.
//
// Key: a string that the caller chooses for one question and its arguments.
//
// Staleness: an entry is valid in the state of the file that it was read from, which is
// identified by the wal-index header (wal_index.go): every commit of any process changes
// that header before the commit is acknowledged. A read that begins after a commit was
// acknowledged therefore finds another header, and is answered by SQLite. A transaction
// of this process says which topics it changes (invalidation.go), so that the entries of
// other topics stay valid; a commit of another process invalidates everything.
//
// Bound: maxEntries entries; when they are full, all are dropped.

// maxEntries bounds the number of cached answers.
const maxEntries = 4096

// Topics with a meaning of their own.
const (
	// AnyTopic is for entries that every write without topics invalidates, and no topic.
	AnyTopic = ""
	// Uncached is for answers that are not to be cached, for instance because of their size.
	Uncached = "uncached"
)

// Cache is the read cache of one DB. The zero Cache caches nothing.
type Cache struct {
	index walIndex

	mu      sync.RWMutex
	header  walIndexHeader      // of the state that the entries were read from
	writing bool                // a transaction of this process is under way: it will change the header
	pending *invalidation       // of that transaction, from just before its commit on
	entries map[string]any      // by key
	keys    map[string][]string // by topic
}

// newCache returns the cache of a file that is open already. If its wal-index cannot be
// read, nothing is cached.
func newCache(path string) *Cache {
	index, ok := openWALIndex(path)
	if !ok {
		return &Cache{}
	}
	return &Cache{index: index, entries: map[string]any{}, keys: map[string][]string{}}
}

func (c *Cache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.index.close()
}

// Keys returns the keys of all entries, valid or not, sorted.
func (c *Cache) Keys() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Sorted(maps.Keys(c.entries))
}

// FixedTopic returns a topic function for reads whose topic does not depend on the answer.
func FixedTopic[T any](topic string) func(T) string { return func(T) string { return topic } }

// Cached returns the cached answer of key, or else calls read and caches its answer
// under topic(answer) until a commit invalidates that topic. Callers share the answer and
// must not modify it. Errors are not cached.
func Cached[T any](c *Cache, key string, topic func(T) string, read func() (T, error)) (T, error) {
	v, found, header, keep := c.lookup(key)
	if found {
		return v.(T), nil
	}
	answer, err := read()
	if err != nil || !keep {
		return answer, err
	}
	if topic := topic(answer); topic != Uncached {
		c.store(header, key, topic, answer)
	}
	return answer, nil
}

// lookup returns the valid entry of key. If there is none and keep is true, an answer
// that is read from now on may be stored with header.
func (c *Cache) lookup(key string) (v any, found bool, header walIndexHeader, keep bool) {
	c.mu.RLock()
	header, ok := c.index.header()
	current, writing := header == c.header, c.writing
	if ok && current {
		v, found = c.entries[key]
	}
	c.mu.RUnlock()
	switch {
	case !ok:
		return nil, false, header, false
	case current:
		return v, found, header, true
	case writing:
		return c.lookupDuringCommit(key)
	}
	return nil, false, header, c.adopt(header)
}

// adopt drops the entries from before a commit of another process. It reports whether
// header is still the current one.
func (c *Cache) adopt(header walIndexHeader) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now, ok := c.index.header(); ok && now != c.header && !c.writing {
		c.dropAll()
		c.header = now
	}
	return header == c.header
}

// store adds an answer that was read after header was, unless there was a commit since.
func (c *Cache) store(header walIndexHeader, key, topic string, v any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if header != c.header {
		return
	}
	if len(c.entries) >= maxEntries {
		c.dropAll()
	}
	if _, there := c.entries[key]; !there {
		c.keys[topic] = append(c.keys[topic], key)
	}
	c.entries[key] = v
}

func (c *Cache) dropAll() {
	clear(c.entries)
	clear(c.keys)
}

func (c *Cache) dropTopics(topics []string) {
	for _, topic := range topics {
		for _, key := range c.keys[topic] {
			delete(c.entries, key)
		}
		delete(c.keys, topic)
	}
}
