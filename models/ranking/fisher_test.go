package ranking

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// exactTail is upperTail in whole numbers.
func exactTail(a1, d1, a2, d2 int64) *big.Rat {
	tail, total := new(big.Int), new(big.Int)
	for x := max(0, a1-d2); x <= min(a1+d1, a1+a2); x++ {
		ways := new(big.Int).Mul(new(big.Int).Binomial(a1+d1, x), new(big.Int).Binomial(a2+d2, a1+a2-x))
		total.Add(total, ways)
		if x >= a1 {
			tail.Add(tail, ways)
		}
	}
	return new(big.Rat).SetFrac(tail, total)
}

// TestUpperTail: Fisher's tea (The Design of Experiments, 1935), his twins of convicts
// (Statistical Methods, 5th ed., § 21.02: 4.652e-4), and values made in whole numbers.
func TestUpperTail(t *testing.T) {
	for _, c := range []struct {
		a1, d1, a2, d2 int64
		want           float64
	}{
		{3, 1, 1, 3, 17.0 / 70},
		{4, 0, 0, 4, 1.0 / 70},
		{10, 2, 3, 15, 619.0 / 1330665},
		{0, 5, 0, 7, 1},
		{5, 0, 7, 0, 1},
		{0, 5, 3, 7, 1},
		{1, 0, 0, 1, 0.5},
	} {
		exact, _ := exactTail(c.a1, c.d1, c.a2, c.d2).Float64()
		got := upperTail(c.a1, c.d1, c.a2, c.d2)
		if math.Abs(got/c.want-1) > 1e-12 || math.Abs(exact/c.want-1) > 1e-12 {
			t.Errorf("upper tail of %d of %d against %d of %d: %v, in whole numbers %v; want %v",
				c.a1, c.a1+c.d1, c.a2, c.a2+c.d2, got, exact, c.want)
		}
	}
}

func TestUpperTailExact(t *testing.T) {
	side := rapid.OneOf(rapid.Int64Range(0, 6), rapid.Int64Range(0, 300))
	rapid.Check(t, func(t *rapid.T) {
		a1, d1, a2, d2 := side.Draw(t, "a1"), side.Draw(t, "d1"), side.Draw(t, "a2"), side.Draw(t, "d2")
		got := upperTail(a1, d1, a2, d2)
		want, _ := exactTail(a1, d1, a2, d2).Float64()
		if math.Abs(got-want) > 1e-12*want+1e-300 {
			t.Fatalf("%v; want %v", got, want)
		}
	})
}

// TestAboveExact holds the bounds against the sum, at levels that lie on, just above and
// just below the p of the pair, and far from it.
func TestAboveExact(t *testing.T) {
	side := rapid.OneOf(rapid.Int64Range(0, 6), rapid.Int64Range(0, 300), rapid.Int64Range(0, 200_000))
	rapid.Check(t, func(t *rapid.T) {
		a1, d1, a2, d2 := side.Draw(t, "a1"), side.Draw(t, "d1"), side.Draw(t, "a2"), side.Draw(t, "d2")
		if a1+d1 == 0 || a2+d2 == 0 {
			return
		}
		p := 2 * upperTail(a1, d1, a2, d2)
		level := rapid.SampledFrom([]float64{p, math.Nextafter(p, 0), math.Nextafter(p, 1), p * 1.001, p * 0.999, pairLevel, 1e-6, 1e-12}).Draw(t, "level")
		if !(level > 1e-250 && level <= pairLevel) { // below that the sums lose their digits, and Holm asks for no such level
			return
		}
		f := newFisher(max(a1+d1, a2+d2))
		i, j := f.votes(a1, d1), f.votes(a2, d2)
		if got, want := f.above(&i, &j, newLevel(level)), p <= level; got != want {
			t.Fatalf("%d/%d above %d/%d at %v: %v; p is %v", a1, d1, a2, d2, level, got, p)
		}
	})
}

// TestTooManySides: what the sums are not made for is not called clear, and costs no time.
func TestTooManySides(t *testing.T) {
	r := Rank([]Idea{{1, math.MaxInt64 / 2, 1, 0}, {2, 1, math.MaxInt64 / 2, 0}, {3, 1 << 30, 5, 0}, {4, 5, 1 << 30, 0}}, Settings{})
	for _, row := range r.Ranked {
		if want := map[int][2]int{1: {1, 4}, 2: {1, 4}, 3: {1, 3}, 4: {2, 4}}[row.Number]; row.RankLo != want[0] || row.RankHi != want[1] {
			t.Errorf("idea %d: between %d and %d; want %v", row.Number, row.RankLo, row.RankHi, want)
		}
	}
}
