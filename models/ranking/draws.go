package ranking

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
)

// seedPrefix names the version of the draws: any change to what they are made
// from, or how, needs a new number here.
const seedPrefix = "folkmoot-rank-1"

// drawCount is B for the number of ranked ideas: 2,000, and above 1,000 ideas
// max(200, ⌊2,000,000 / ideas⌋); 0 where there is nothing to rank.
func drawCount(ideas int) int {
	switch {
	case ideas == 0:
		return 0
	case ideas <= 1000:
		return 2000
	}
	return max(200, 2_000_000/ideas)
}

// seedOf is SHA-256 over seedPrefix followed directly by the canonical JSON of
// the ranked ideas: one array of [number,agree,disagree] arrays in the order of
// the numbers, without white space, such as [[1,41,19],[4,7,0]], or [].
func seedOf(ideas []Idea) [32]byte {
	b := append([]byte(seedPrefix), '[')
	for i, idea := range ideas {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(idea.Number), 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, idea.Agree, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, idea.Disagree, 10)
		b = append(b, ']')
	}
	return sha256.Sum256(append(b, ']'))
}

// table holds one value per idea and draw; the draws of one idea stand
// together. Ideas are counted from 0 in the order of their numbers.
type table[T any] struct {
	draws int
	cells []T
}

func newTable[T any](ideas, draws int) table[T] {
	return table[T]{draws: draws, cells: make([]T, ideas*draws)}
}

// of returns the draws of one idea, in the order in which they were made.
func (t table[T]) of(idea int) []T {
	return t.cells[idea*t.draws : (idea+1)*t.draws]
}

// drawShares draws θ for each idea and draw. The stream is consumed draw by
// draw: the first draw of every idea in number order, then the second, and so
// on.
func drawShares(ideas []Idea, seed [32]byte, draws int) table[float64] {
	type shape struct{ agree, disagree gamma }
	shapes := make([]shape, len(ideas))
	for i, idea := range ideas {
		shapes[i] = shape{newGamma(idea.Agree), newGamma(idea.Disagree)}
	}
	shares := newTable[float64](len(ideas), draws)
	sampler := NewSampler(seed)
	for b := range draws {
		for i := range shapes {
			shares.cells[i*draws+b] = sampler.beta(shapes[i].agree, shapes[i].disagree)
		}
	}
	return shares
}

// score is the place of an idea in one draw.
type score struct {
	lower float64
	idea  int32
}

// drawRanks ranks the ideas within each draw by the Wilson lower bound at
// (θ·n, n), the highest first, ties by number. The board's order only gives
// the sorting a good start.
func drawRanks(ideas []Idea, shares table[float64], board []int) table[int32] {
	ranks := newTable[int32](len(ideas), shares.draws)
	scores := make([]score, len(ideas))
	for b := range shares.draws {
		for place, i := range board {
			n := ideas[i].sides()
			scores[place] = score{wilsonLower(float64(shares.of(i)[b]*n), n), int32(i)}
		}
		slices.SortFunc(scores, compareScores)
		for place, s := range scores {
			ranks.of(int(s.idea))[b] = int32(place + 1)
		}
	}
	return ranks
}

func compareScores(x, y score) int {
	switch {
	case x.lower > y.lower:
		return -1
	case x.lower < y.lower:
		return 1
	}
	return cmp.Compare(x.idea, y.idea)
}

// rankInterval returns the ⌈0.025 B⌉-th and the ⌈0.975 B⌉-th smallest of the
// drawn ranks, widened to hold the printed rank. It sorts drawn in place.
func rankInterval(drawn []int32, printed int) (lo, hi int) {
	slices.Sort(drawn)
	lo = int(drawn[permille(25, len(drawn))-1])
	hi = int(drawn[permille(975, len(drawn))-1])
	return min(lo, printed), max(hi, printed)
}

// permille is ⌈share·count/1000⌉ in whole numbers.
func permille(share, count int) int {
	return (share*count + 999) / 1000
}
