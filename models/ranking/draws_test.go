package ranking

import (
	"crypto/sha256"
	"math"
	"slices"
	"testing"
)

func TestDrawCount(t *testing.T) {
	for ideas, want := range map[int]int{0: 0, 1: 2000, 1000: 2000, 1001: 1998, 3000: 666, 10_000: 200, 50_000: 200} {
		if got := drawCount(ideas); got != want {
			t.Errorf("drawCount(%d) = %d; want %d", ideas, got, want)
		}
	}
}

func TestSeedOf(t *testing.T) {
	ideas := []Idea{{Number: 1, Agree: 41, Disagree: 19, Pass: 3}, {Number: 4, Agree: 9007199254740993}}
	if got, want := seedOf(ideas), sha256.Sum256([]byte("folkmoot-rank-1[[1,41,19],[4,9007199254740993,0]]")); got != want {
		t.Errorf("seed %x; want %x", got, want)
	}
	if got, want := seedOf(nil), sha256.Sum256([]byte("folkmoot-rank-1[]")); got != want {
		t.Errorf("seed of nothing %x; want %x", got, want)
	}
}

// TestDrawOrder repeats the documented order of consumption by hand.
func TestDrawOrder(t *testing.T) {
	ideas := []Idea{{Number: 1, Agree: 3, Disagree: 2}, {Number: 2, Disagree: 6}, {Number: 9, Agree: 7}}
	shares := drawShares(ideas, seedOf(ideas), 50)
	s := NewSampler(seedOf(ideas))
	for b := range 50 {
		for i, idea := range ideas {
			if got, want := shares.of(i)[b], s.Beta(idea.Agree, idea.Disagree); got != want {
				t.Fatalf("draw %d of idea %d is %v; want %v", b, idea.Number, got, want)
			}
		}
	}
}

// TestDrawnBits pins the first draws bit by bit: they must be these on every
// machine, and may change only together with seedPrefix.
func TestDrawnBits(t *testing.T) {
	ideas := []Idea{{Number: 1, Agree: 41, Disagree: 19}, {Number: 2, Agree: 7}, {Number: 3, Agree: 120, Disagree: 118}}
	shares := drawShares(ideas, seedOf(ideas), 2000)
	want := map[int][2]uint64{
		0: {0x3fe6f477bd5e669c, 0x3fe5ad53c3716cd6},
		1: {0x3fef349a0f8dd4ab, 0x3fe990cdde2b9ee6},
		2: {0x3fe09ac9d110ae64, 0x3fe0b47448c06834},
	}
	for i, bits := range want {
		first, last := math.Float64bits(shares.of(i)[0]), math.Float64bits(shares.of(i)[1999])
		if first != bits[0] || last != bits[1] {
			t.Errorf("idea %d: {%#x, %#x}; want {%#x, %#x}", i, first, last, bits[0], bits[1])
		}
	}
}

// TestDrawRanks compares with counting, for each idea, those above it.
func TestDrawRanks(t *testing.T) {
	ideas := []Idea{
		{Number: 1, Agree: 8, Disagree: 2},
		{Number: 2, Agree: 70, Disagree: 30},
		{Number: 3, Disagree: 9},
		{Number: 4, Agree: 5},
		{Number: 5, Disagree: 9},
	}
	shares := drawShares(ideas, [32]byte{7}, 300)
	for i := range shares.of(2) {
		shares.of(4)[i] = shares.of(2)[i] // ideas 3 and 5 tie in every draw
	}
	ranks := drawRanks(ideas, shares, []int{1, 0, 3, 4, 2})
	for b := range 300 {
		lower := func(i int) float64 {
			lo, _, _ := Wilson(shares.of(i)[b]*ideas[i].sides(), ideas[i].sides())
			return lo
		}
		for i := range ideas {
			want := int32(1)
			for j := range ideas {
				if lower(j) > lower(i) || (lower(j) == lower(i) && j < i) {
					want++
				}
			}
			if got := ranks.of(i)[b]; got != want {
				t.Fatalf("draw %d ranks idea %d at %d; want %d", b, i+1, got, want)
			}
		}
	}
}

func TestRankInterval(t *testing.T) {
	drawn := make([]int32, 200)
	for i := range drawn {
		drawn[i] = int32(200 - i)
	}
	if lo, hi := rankInterval(slices.Clone(drawn), 50); lo != 5 || hi != 195 {
		t.Errorf("[%d, %d]; want [5, 195]", lo, hi)
	}
	if lo, hi := rankInterval(slices.Clone(drawn), 2); lo != 2 || hi != 195 {
		t.Errorf("[%d, %d]; want it widened to 2", lo, hi)
	}
	if lo, hi := rankInterval(slices.Clone(drawn), 199); lo != 5 || hi != 199 {
		t.Errorf("[%d, %d]; want it widened to 199", lo, hi)
	}
}

func TestPermille(t *testing.T) {
	for _, c := range [][3]int{{25, 2000, 50}, {975, 2000, 1950}, {25, 200, 5}, {975, 200, 195}, {25, 666, 17}, {975, 666, 650}} {
		if got := permille(c[0], c[1]); got != c[2] {
			t.Errorf("permille(%d, %d) = %d; want %d", c[0], c[1], got, c[2])
		}
	}
}
