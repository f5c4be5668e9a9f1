package engine

// invalidation describes what one transaction of this process invalidates in the read
// cache.
type invalidation struct {
	committed bool
	notified  bool           // readers may already have seen this commit
	before    walIndexHeader // as it was when the transaction had the file for itself
	all       bool           // it may have changed anything
	topics    []string       // it changed these
}

// add includes what one write function changed.
func (v *invalidation) add(t *Tx) {
	if t.wrote && len(t.topics) == 0 {
		v.all = true
	}
	v.topics = append(v.topics, t.topics...)
}

// begin announces a transaction of this process.
func (c *Cache) begin() {
	c.mu.Lock()
	c.writing = true
	c.mu.Unlock()
}

// end applies the invalidation of the transaction that began last. Everything is dropped
// if the transaction changed more than it could say, if it was not committed, or if
// another process has committed right before or after it.
func (c *Cache) end(v invalidation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = false
	now, _ := c.index.header()
	switch {
	case v.committed && v.notified && c.pending == nil && now == c.header: // lookupDuringCommit has applied it
		return
	case !v.committed || v.all || v.before != c.header || now.commits()-v.before.commits() > 1:
		c.dropAll()
	default:
		c.dropTopics(v.topics)
	}
	c.header, c.pending = now, nil
}

// announce makes the invalidation known to readers just before the commit; nil withdraws
// it after the commit has failed.
func (c *Cache) announce(v *invalidation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = nil
	if v != nil {
		v.notified = true
		announced := *v // the writer goes on with its own
		c.pending = &announced
	}
}

// lookupDuringCommit is lookup between a commit of this process and its end, which may be
// long: the writer has to wait for a processor. If the announced commit is the only one
// since, its invalidation is applied here.
func (c *Cache) lookupDuringCommit(key string) (v any, found bool, header walIndexHeader, keep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	header, ok := c.index.header()
	if p := c.pending; ok && p != nil && header != c.header {
		if p.all || p.before != c.header || !header.consistent() || header.commits()-p.before.commits() != 1 {
			return nil, false, header, false
		}
		c.dropTopics(p.topics)
		c.header, c.pending = header, nil
	}
	if header != c.header {
		return nil, false, header, false
	}
	v, found = c.entries[key]
	return v, found, header, true
}
