package ranking

import (
	"cmp"
	"slices"
)

const (
	// familyLevel is how often, at most, a vote in which all ideas have equal support may
	// print any pair as clear. Holm's correction holds it over all pairs of ranked ideas.
	familyLevel = 0.04
	// pairLevel bounds what a single pair may claim: two camps that split on two ideas
	// make the test bolder than it says.
	pairLevel = 0.004
)

// clearPairs says which of the ranked ideas are clearly above which.
type clearPairs struct {
	fisher fisher
	level  level // of the p of a pair that is clear
	votes  []votes
	above  []int // by index: how many ideas are clearly above it
	below  []int // and how many it is clearly above
}

// pair is a pair of ideas of which the first may be clearly above the second.
type pair struct{ i, j int32 }

// findClear tests all pairs. Holm's procedure goes through the pairs from the smallest p:
// the k-th of m is clear if its p is at most familyLevel / (m − k + 1) and all before it
// are. So with c pairs known to be clear, all with p ≤ familyLevel / (m − c) are, and that
// level is raised until it adds none. It lies between the level for the first pair and
// that for as many as pairLevel lets through, and few pairs lie between these two.
// Source: S. Holm (1979), Scandinavian Journal of Statistics 6, 65–70.
func findClear(ideas []Idea) *clearPairs {
	c := newClearPairs(ideas)
	groups := c.groups()
	pairs := int64(len(ideas)) * int64(len(ideas)-1) / 2
	holm := func(clear int64) level { return newLevel(min(pairLevel, familyLevel/float64(pairs-clear))) }
	if pairs == 0 {
		return c
	}
	highest := newLevel(pairLevel)
	if bound := c.bound(groups, highest); bound < pairs {
		highest = holm(bound)
	}
	c.level = holm(0)
	clear, open := c.count(groups, highest)
	for clear < pairs && c.level.p < pairLevel {
		c.level = holm(clear)
		rest := open[:0]
		for _, p := range open {
			if c.clearlyAbove(int(p.i), int(p.j)) {
				c.below[p.i]++
				c.above[p.j]++
			} else {
				rest = append(rest, p)
			}
		}
		if len(rest) == len(open) {
			break
		}
		clear += int64(len(open) - len(rest))
		open = rest
	}
	return c
}

func newClearPairs(ideas []Idea) *clearPairs {
	c := &clearPairs{votes: make([]votes, len(ideas)), above: make([]int, len(ideas)), below: make([]int, len(ideas))}
	var most int64
	for _, i := range ideas {
		most = max(most, min(i.Agree, maxSides)+min(i.Disagree, maxSides))
	}
	c.fisher = newFisher(most)
	for n, i := range ideas {
		c.votes[n] = c.fisher.votes(min(i.Agree, maxSides+1), min(i.Disagree, maxSides+1))
	}
	return c
}

// clearlyAbove reports whether idea i is clearly above idea j.
func (c *clearPairs) clearlyAbove(i, j int) bool {
	return c.fisher.above(&c.votes[i], &c.votes[j], c.level)
}

// group holds the ideas on which the same number of people took a side, fewest agrees first.
type group []int

func (c *clearPairs) groups() []group {
	order := make(group, len(c.votes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(c.votes[i].sides, c.votes[j].sides), cmp.Compare(c.votes[i].agree, c.votes[j].agree))
	})
	var groups []group
	for from, i := 0, 1; i <= len(order); i++ {
		if i == len(order) || c.votes[order[i]].sides != c.votes[order[from]].sides {
			groups = append(groups, order[from:i])
			from = i
		}
	}
	return groups
}

// bound returns how many pairs are clear at a level.
func (c *clearPairs) bound(groups []group, l level) (pairs int64) {
	for _, g := range groups {
		for _, h := range groups {
			n := 0
			for _, i := range g {
				n = c.advance(n, i, h, l)
				pairs += int64(n)
			}
		}
	}
	return pairs
}

// count fills above and below at the level. It returns how many pairs are clear, and those
// that would be at the highest level.
func (c *clearPairs) count(groups []group, highest level) (clear int64, open []pair) {
	for _, g := range groups {
		for _, h := range groups {
			n, most := 0, 0
			for at, i := range g {
				from := n
				n = c.advance(n, i, h, c.level)
				for _, j := range h[from:n] {
					c.above[j] += len(g) - at // as are the ideas of g that follow
				}
				c.below[i] += n
				clear += int64(n)
				most = c.advance(max(most, n), i, h, highest)
				for _, j := range h[n:most] {
					open = append(open, pair{int32(i), int32(j)})
				}
			}
		}
	}
	return clear, open
}

// advance returns how many ideas at the start of h idea i is clearly above at a level, of
// which n are known. At fixed numbers of people p falls with the agrees of the one idea
// and rises with those of the other (the hypergeometric X grows stochastically with the
// agrees, and by at most one for each), so that these are the first ones of h, and no
// fewer than for an idea before i in its group.
func (c *clearPairs) advance(n, i int, h group, l level) int {
	for n < len(h) && c.fisher.above(&c.votes[i], &c.votes[h[n]], l) {
		n++
	}
	return n
}
