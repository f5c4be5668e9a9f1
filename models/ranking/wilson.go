package ranking

import "math"

// Z is the two-sided 95 % point of the standard normal distribution.
const Z = 1.959963984540054

const zSquared = Z * Z

// SplitAt is the least value of 4·s(1−s), at both ends of the support
// interval, at which people count as split: s lies within [¼, ¾].
const SplitAt = 0.75

// Wilson returns the 95 % Wilson score interval of the share a/n, where a of n
// people who took a side agree; a need not be whole. lo is exactly 0 at a = 0
// and hi exactly 1 at a = n. ok is false, and both ends are 0, when n is not
// above 0. Source: E. B. Wilson (1927), "Probable inference", JASA 22, 209–212;
// Newcombe (1998), Statistics in Medicine 17, 857–872, method 3.
func Wilson(a, n float64) (lo, hi float64, ok bool) {
	if !(n > 0) {
		return 0, 0, false
	}
	return wilsonLower(a, n), 1 - wilsonLower(n-a, n), true
}

// wilsonLower is (2a + z² − z√(z² + 4ad/n)) / (2(n + z²)), d = n − a, n > 0,
// multiplied out to 2a² / (n(2a + z² + z√(…))): nothing is subtracted, so small
// shares keep their digits and a = 0 gives exactly 0. Each product stands in a
// float64(…), which forbids a fused multiply-add.
func wilsonLower(a, n float64) float64 {
	if a <= 0 {
		return 0
	}
	root := math.Sqrt(zSquared + float64(4*float64(a*(n-a)))/n)
	bottom := float64(2*a) + zSquared + float64(Z*root)
	return float64((a / n) * (float64(2*a) / bottom))
}

// isSplit reports min(4·lo(1−lo), 4·hi(1−hi)) ≥ SplitAt.
func isSplit(lo, hi float64) bool {
	return min(float64(4*float64(lo*(1-lo))), float64(4*float64(hi*(1-hi)))) >= SplitAt
}
