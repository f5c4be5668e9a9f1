package ranking

import (
	"math"
	"math/rand/v2"
)

// Sampler draws from Beta distributions so that the same seed gives the same
// bits on every machine. It rests on three things alone: the ChaCha8 generator
// of math/rand/v2, whose output is specified (C2SP chacha8rand) and of which
// only Uint64 is used; the IEEE 754 operations + − × ÷ and square root, each
// rounded by itself (products stand in float64(…), which forbids a fused
// multiply-add); and ln below. math.Log, math.Exp and math.Pow are avoided:
// they are assembly on some architectures (all three on s390x) and are fused
// by the compiler on others, so their last bit differs. Not safe for
// concurrent use.
type Sampler struct {
	source *rand.ChaCha8
}

// NewSampler returns a sampler at the start of the stream of seed.
func NewSampler(seed [32]byte) *Sampler {
	return &Sampler{source: rand.NewChaCha8(seed)}
}

// Beta draws from Beta(agree + ½, disagree + ½), the posterior of a share
// under Jeffreys' prior: X/(X + Y) with X from Gamma(agree + ½), drawn first,
// and Y from Gamma(disagree + ½). The counts must not be negative.
func (s *Sampler) Beta(agree, disagree int64) float64 {
	return s.beta(newGamma(agree), newGamma(disagree))
}

func (s *Sampler) beta(agree, disagree gamma) float64 {
	x := s.gamma(agree)
	y := s.gamma(disagree)
	return x / (x + y)
}

// gamma holds the constants for drawing from Gamma(count + ½, 1).
type gamma struct {
	d, c  float64
	boost bool
}

// newGamma prepares Gamma(count + ½). The method needs a shape of 1 or more,
// so that shape ½ is drawn as 3/2 and boosted.
func newGamma(count int64) gamma {
	g := gamma{boost: count == 0}
	shape := float64(count) + 0.5
	if g.boost {
		shape = 1.5
	}
	g.d = shape - 1.0/3
	g.c = 1 / math.Sqrt(float64(9*g.d))
	return g
}

// gamma draws by Marsaglia and Tsang (2000), "A simple method for generating
// gamma variables", ACM TOMS 26, 363–372. Each try takes one normal and, if v
// is positive, one uniform; the boost, Gamma(½) = Gamma(3/2)·U^(1/½), takes one
// uniform more at the end, and its power is a plain square.
func (s *Sampler) gamma(g gamma) float64 {
	v := s.cube(g)
	if !g.boost {
		return float64(g.d * v)
	}
	u := s.uniform()
	return float64(float64(g.d*v) * float64(u*u))
}

// cube is the loop of the method: it returns the accepted v = (1 + cx)³. The
// squeeze spares the logarithms in all but a few tries in a hundred.
func (s *Sampler) cube(g gamma) float64 {
	for {
		x := s.normal()
		t := 1 + float64(g.c*x)
		if t <= 0 {
			continue
		}
		v := float64(float64(t*t) * t)
		u := s.uniform()
		xx := float64(x * x)
		if u < 1-float64(0.0331*float64(xx*xx)) {
			return v
		}
		if ln(u) < float64(0.5*xx)+float64(g.d*(1-v+ln(v))) {
			return v
		}
	}
}

// normal draws a standard normal by Marsaglia's polar method: pairs (x, y) in
// the square (−1, 1)², x first, until one falls within the unit circle. The
// second normal of the pair is thrown away, so that no state outlives a call.
func (s *Sampler) normal() float64 {
	for {
		x := float64(2*s.uniform()) - 1
		y := float64(2*s.uniform()) - 1
		r := float64(x*x) + float64(y*y)
		if r < 1 {
			return float64(x * math.Sqrt(float64(-2*ln(r))/r))
		}
	}
}

// uniform takes the upper 52 bits k of one Uint64 and returns (k + ½)/2⁵²,
// which is exact, evenly spaced, and never 0 or 1 (nor is 2u − 1 ever 0).
func (s *Sampler) uniform() float64 {
	return float64((float64(s.source.Uint64()>>12) + 0.5) * (1.0 / (1 << 52)))
}

const ln2 = 0.693147180559945309417232121458

// ln is the natural logarithm of a positive, normal x, with a relative error
// below 6e−16. With x = m·2ᵏ and m in [√½, √2) it is k·ln 2 plus the series
// ln m = 2(s + s³/3 + s⁵/5 + …), s = (m − 1)/(m + 1), |s| < 0.172, of which
// eleven terms are summed from the smallest.
func ln(x float64) float64 {
	bits := math.Float64bits(x)
	k := int(bits>>52) - 1023
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52)
	if m >= math.Sqrt2 {
		m = float64(m * 0.5)
		k++
	}
	s := (m - 1) / (m + 1)
	ss := float64(s * s)
	sum := 0.0
	for _, term := range oddReciprocals {
		sum = float64(sum*ss) + term
	}
	return float64(float64(k)*ln2) + float64(2*float64(s*sum))
}

// oddReciprocals are the coefficients of ln's series, the smallest first.
var oddReciprocals = [...]float64{
	1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
	1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1,
}
