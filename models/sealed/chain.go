package sealed

import (
	"cmp"
	"fmt"
)

// Chain checks a chain, one link after another. The zero value is ready to check one of
// decisions.
type Chain struct {
	Of string // what it is a chain of; "": "decision"

	length int64
	head   string
	diffs  []Difference
}

// name returns what differences call the nth link.
func (c *Chain) name(n int64) string { return fmt.Sprintf("%s %d", cmp.Or(c.Of, "decision"), n) }

// Add checks the next one: its number, the hash before it, and its own hash
// against want, the hash that follows from its content.
func (c *Chain) Add(seq int64, prev, hash, want string) {
	where := c.name(seq)
	c.addMissing(seq - 1)
	if seq <= c.length {
		c.diffs = append(c.diffs, Difference{where, c.name(c.length + 1), "out of its place"})
	}
	if seq == c.length+1 { // after a gap the hash before is not known
		c.diffs = Compare(c.diffs, where+": hash before it", c.head, prev)
	}
	c.diffs = Compare(c.diffs, where+": hash", want, hash)
	c.length, c.head = seq, hash
}

// addMissing notes what comes after the last one added, up to last, as missing.
func (c *Chain) addMissing(last int64) {
	switch first := c.length + 1; {
	case first == last:
		c.diffs = append(c.diffs, Difference{c.name(first), "to be there", "missing"})
	case first < last:
		c.diffs = append(c.diffs, Difference{fmt.Sprintf("%s to %d", c.name(first), last), "to be there", "missing"})
	}
}

// Finish compares the chain with the length and head kept elsewhere and returns
// all differences.
func (c *Chain) Finish(length int64, head string) []Difference {
	c.addMissing(length)
	c.diffs = Compare(c.diffs, "chain: length", length, c.length)
	return Compare(c.diffs, "chain: head", head, c.head)
}
