package sealed

import "fmt"

// Chain checks a chain of decisions, one decision after another. The zero value
// is ready to use.
type Chain struct {
	length int64
	head   string
	diffs  []Difference
}

// Add checks the next decision: its number, the hash before it, and its own hash
// against want, the hash that follows from its content.
func (c *Chain) Add(seq int64, prev, hash, want string) {
	where := fmt.Sprintf("decision %d", seq)
	c.addMissing(seq - 1)
	if seq <= c.length {
		c.diffs = append(c.diffs, Difference{where, fmt.Sprintf("decision %d", c.length+1), "out of its place"})
	}
	if seq == c.length+1 { // after a gap the hash before is not known
		c.diffs = Compare(c.diffs, where+": hash before it", c.head, prev)
	}
	c.diffs = Compare(c.diffs, where+": hash", want, hash)
	c.length, c.head = seq, hash
}

// addMissing notes the decisions after the last one added, up to last, as missing.
func (c *Chain) addMissing(last int64) {
	switch first := c.length + 1; {
	case first == last:
		c.diffs = append(c.diffs, Difference{fmt.Sprintf("decision %d", first), "a decision", "missing"})
	case first < last:
		c.diffs = append(c.diffs, Difference{fmt.Sprintf("decision %d to %d", first, last), "decisions", "missing"})
	}
}

// Finish compares the chain with the length and head kept elsewhere and returns
// all differences.
func (c *Chain) Finish(length int64, head string) []Difference {
	c.addMissing(length)
	c.diffs = Compare(c.diffs, "chain: length", length, c.length)
	return Compare(c.diffs, "chain: head", head, c.head)
}
