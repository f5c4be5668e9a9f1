package service

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// chainCheck walks a chain of decisions.
type chainCheck struct {
	length int64
	head   string
	diffs  []Difference
}

// link takes the next decision as it stands and the hash that follows from it.
func (c *chainCheck) link(seq int64, prev, hash, follows string) {
	where := fmt.Sprintf("decision %d", seq)
	c.missing(seq - 1)
	if seq <= c.length {
		c.diffs = append(c.diffs, Difference{where, fmt.Sprintf("decision %d", c.length+1), "out of its place"})
	}
	if seq == c.length+1 { // after a gap the hash before is not known
		c.diffs = differ(c.diffs, where+": hash before it", c.head, prev)
	}
	c.diffs = differ(c.diffs, where+": hash", follows, hash)
	c.length, c.head = seq, hash
}

// missing names the decisions from the next one to last.
func (c *chainCheck) missing(last int64) {
	switch first := c.length + 1; {
	case first == last:
		c.diffs = append(c.diffs, Difference{fmt.Sprintf("decision %d", first), "a decision", "missing"})
	case first < last:
		c.diffs = append(c.diffs, Difference{fmt.Sprintf("decision %d to %d", first, last), "decisions", "missing"})
	}
}

// end compares with the length and head as kept elsewhere.
func (c *chainCheck) end(length int64, head string) []Difference {
	c.missing(length)
	c.diffs = differ(c.diffs, "chain: length", length, c.length)
	return differ(c.diffs, "chain: head", head, c.head)
}

// differ adds a difference if want and got differ.
func differ[T comparable](diffs []Difference, where string, want, got T) []Difference {
	if want == got {
		return diffs
	}
	return append(diffs, Difference{Where: where, Want: brief(fmt.Sprint(want)), Got: brief(fmt.Sprint(got))})
}

// brief shortens what is printed of a value to 80 characters.
func brief(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
