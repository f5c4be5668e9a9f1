package ranking

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestWilsonPublished compares with the score intervals (method 3) printed in
// Newcombe (1998), table I, to the four places given there.
func TestWilsonPublished(t *testing.T) {
	for _, c := range []struct{ a, n, lo, hi float64 }{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
	} {
		lo, hi, ok := Wilson(c.a, c.n)
		if !ok || math.Abs(lo-c.lo) > 0.00005 || math.Abs(hi-c.hi) > 0.00005 {
			t.Errorf("Wilson(%v, %v) = %v, %v, %v; published %v, %v", c.a, c.n, lo, hi, ok, c.lo, c.hi)
		}
	}
}

func TestWilsonEnds(t *testing.T) {
	for _, n := range []float64{1, 5, 29, 1000, 1e9, 1e15} {
		if lo, hi, _ := Wilson(0, n); lo != 0 || hi <= 0 || hi >= 1 {
			t.Errorf("Wilson(0, %v) = %v, %v", n, lo, hi)
		}
		if lo, hi, _ := Wilson(n, n); hi != 1 || lo <= 0 || lo >= 1 {
			t.Errorf("Wilson(%v, %v) = %v, %v", n, n, lo, hi)
		}
	}
	for _, n := range []float64{0, -1, math.NaN()} {
		if lo, hi, ok := Wilson(0, n); ok || lo != 0 || hi != 0 {
			t.Errorf("Wilson(0, %v) = %v, %v, %v; want none", n, lo, hi, ok)
		}
	}
}

// TestWilsonTextbook holds the rearranged formula against the usual one.
func TestWilsonTextbook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := float64(rapid.Int64Range(1, 1_000_000).Draw(t, "n"))
		a := float64(rapid.Int64Range(0, int64(n)).Draw(t, "a"))
		p, zz := a/n, Z*Z
		middle := p + zz/(2*n)
		half := Z * math.Sqrt(p*(1-p)/n+zz/(4*n*n))
		lo, hi, _ := Wilson(a, n)
		wantLo, wantHi := (middle-half)/(1+zz/n), (middle+half)/(1+zz/n)
		if math.Abs(lo-wantLo) > 1e-13 || math.Abs(hi-wantHi) > 1e-13 {
			t.Fatalf("Wilson(%v, %v) = %v, %v; want %v, %v", a, n, lo, hi, wantLo, wantHi)
		}
		if lo > p || hi < p {
			t.Fatalf("Wilson(%v, %v) = %v, %v does not hold %v", a, n, lo, hi, p)
		}
	})
}

func TestWilsonMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.SampledFrom([]int64{10, 1000, 10_000_000}).Draw(t, "top")
		a := float64(rapid.Int64Range(0, top).Draw(t, "agree"))
		d := float64(rapid.Int64Range(0, top).Draw(t, "disagree"))
		lo, _, _ := Wilson(a, a+d)
		if more, _, _ := Wilson(a+1, a+1+d); more < lo {
			t.Fatalf("one more agree lowered lo from %v to %v", lo, more)
		}
		if more, _, _ := Wilson(a, a+d+1); more > lo {
			t.Fatalf("one more disagree raised lo from %v to %v", lo, more)
		}
	})
}

func TestIsSplit(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   bool
	}{
		{0.25, 0.75, true},
		{0.45, 0.55, true},
		{0.2499, 0.5, false},
		{0.5, 0.7501, false},
		{0, 1, false},
		{0.8, 0.9, false},
		{0.1, 0.2, false},
	} {
		if got := isSplit(c.lo, c.hi); got != c.want {
			t.Errorf("isSplit(%v, %v) = %v", c.lo, c.hi, got)
		}
	}
}
