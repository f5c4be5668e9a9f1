package ranking

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"testing"
)

// betaCDF is the regularised incomplete beta function I_x(p, q) by its
// continued fraction (DLMF 8.17.22), evaluated with Lentz's method: an
// independent reference that shares nothing with the sampler.
func betaCDF(p, q, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (p+1)/(p+q+2):
		return 1 - betaCDF(q, p, 1-x)
	}
	lgamma := func(v float64) float64 { l, _ := math.Lgamma(v); return l }
	front := math.Exp(lgamma(p+q)-lgamma(p)-lgamma(q)+p*math.Log(x)+q*math.Log1p(-x)) / p
	c, d := 1.0, 1/(1-(p+q)*x/(p+1))
	sum := d
	for m := 1.0; m < 500; m++ {
		even := m * (q - m) * x / ((p + 2*m - 1) * (p + 2*m))
		d, c = 1/(1+even*d), 1+even/c
		sum *= d * c
		odd := -(p + m) * (p + q + m) * x / ((p + 2*m) * (p + 2*m + 1))
		d, c = 1/(1+odd*d), 1+odd/c
		sum *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return front * sum
}

// betaQuantile inverts betaCDF by halving.
func betaQuantile(p, q, share float64) float64 {
	lo, hi := 0.0, 1.0
	for range 60 {
		if mid := (lo + hi) / 2; betaCDF(p, q, mid) < share {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// TestBetaReference holds the reference itself against closed forms.
func TestBetaReference(t *testing.T) {
	for _, x := range []float64{0.001, 0.1, 0.3, 0.5, 0.77, 0.99} {
		for _, c := range []struct{ p, q, want float64 }{
			{0.5, 0.5, 2 / math.Pi * math.Asin(math.Sqrt(x))},
			{1, 7, 1 - math.Pow(1-x, 7)},
			{3, 1, x * x * x},
			{2, 2, 3*x*x - 2*x*x*x},
		} {
			if got := betaCDF(c.p, c.q, x); math.Abs(got-c.want) > 1e-13 {
				t.Errorf("I_%v(%v, %v) = %v; want %v", x, c.p, c.q, got, c.want)
			}
		}
	}
}

// fTable are upper 5 % points of F(2·agree + 1, 2·disagree + 1) printed in the
// NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.3. With
// X ~ Beta(agree + ½, disagree + ½), F is X/(1 − X) times the ratio of the
// degrees of freedom the other way round.
var fTable = []struct {
	agree, disagree int64
	f               float64
}{
	{0, 1, 10.128},
	{0, 7, 4.543},
	{1, 4, 3.863},
	{2, 2, 5.050},
	{2, 7, 2.901},
	{4, 1, 8.812},
	{4, 4, 3.179},
	{7, 2, 4.619},
	{7, 7, 2.403},
}

func TestBetaPublished(t *testing.T) {
	for _, c := range fTable {
		ratio := float64(2*c.agree+1) / float64(2*c.disagree+1)
		at := func(f float64) float64 { return ratio * f / (1 + ratio*f) }
		p, q := float64(c.agree)+0.5, float64(c.disagree)+0.5
		exact := betaQuantile(p, q, 0.95)
		if exact < at(c.f-0.0005) || exact > at(c.f+0.0005) {
			t.Errorf("%+v: reference %v; published %v", c, exact, at(c.f))
		}
		// Five standard errors of the share of draws below the published point.
		share, _ := slices.BinarySearch(sample(c.agree, c.disagree, 200_000), at(c.f))
		if math.Abs(float64(share)/200_000-0.95) > 5*math.Sqrt(0.95*0.05/200_000) {
			t.Errorf("%+v: %d of 200000 drawn below the published 95 %% point", c, share)
		}
	}
}

// TestJeffreysPublished compares with the 95 % Jeffreys interval of 5 of 56
// printed in the manual of the R package ratesci.
func TestJeffreysPublished(t *testing.T) {
	const lo, hi = 0.03489147, 0.1846509
	if l, h := betaQuantile(5.5, 51.5, 0.025), betaQuantile(5.5, 51.5, 0.975); math.Abs(l-lo) > 1e-8 || math.Abs(h-hi) > 1e-7 {
		t.Errorf("reference [%v, %v]; published [%v, %v]", l, h, lo, hi)
	}
	drawn := sample(5, 51, 200_000)
	if l, h := drawn[5_000], drawn[195_000]; math.Abs(l-lo) > 0.001 || math.Abs(h-hi) > 0.002 {
		t.Errorf("drawn [%v, %v]; published [%v, %v]", l, h, lo, hi)
	}
}

// sample returns sorted draws of Beta(agree + ½, disagree + ½) from a fixed
// seed, so that a test on them either always passes or always fails.
func sample(agree, disagree int64, size int) []float64 {
	s := NewSampler(sha256.Sum256(fmt.Appendf(nil, "%d %d", agree, disagree)))
	out := make([]float64, size)
	for i := range out {
		out[i] = s.Beta(agree, disagree)
	}
	slices.Sort(out)
	return out
}

// TestBetaMoments checks mean and variance, each to five standard errors.
func TestBetaMoments(t *testing.T) {
	const size = 200_000
	for _, c := range tallies {
		p, q := float64(c[0])+0.5, float64(c[1])+0.5
		mean := p / (p + q)
		variance := mean * (1 - mean) / (p + q + 1)
		var sum, squares, fourths float64
		for _, x := range sample(c[0], c[1], size) {
			off := x - mean
			sum += off
			squares += off * off
			fourths += off * off * off * off
		}
		if got, most := sum/size, 5*math.Sqrt(variance/size); math.Abs(got) > most {
			t.Errorf("%v: mean is off by %v, more than %v", c, got, most)
		}
		most := 5 * math.Sqrt((fourths/size-variance*variance)/size)
		if got := squares / size; math.Abs(got-variance) > most {
			t.Errorf("%v: variance %v; want %v within %v", c, got, variance, most)
		}
	}
}

var tallies = [][2]int64{{0, 0}, {0, 1}, {1, 0}, {0, 20}, {20, 0}, {1, 1}, {4, 1}, {41, 19}, {600, 1400}, {50_000, 3}}

// TestBetaKolmogorov checks the whole distribution: the largest gap between
// drawn and exact, times √size, exceeds 1.95 once in a thousand.
func TestBetaKolmogorov(t *testing.T) {
	const size = 100_000
	for _, c := range tallies {
		worst := 0.0
		for i, x := range sample(c[0], c[1], size) {
			exact := betaCDF(float64(c[0])+0.5, float64(c[1])+0.5, x)
			worst = max(worst, exact-float64(i)/size, float64(i+1)/size-exact)
		}
		if got := worst * math.Sqrt(size); got > 1.95 {
			t.Errorf("%v: Kolmogorov–Smirnov %v", c, got)
		}
	}
}

// TestBetaHuge draws where the shapes leave no room for the textbook formula.
func TestBetaHuge(t *testing.T) {
	for _, x := range sample(math.MaxInt64, math.MaxInt64, 1000) {
		if math.Abs(x-0.5) > 1e-8 {
			t.Fatalf("Beta(2⁶³, 2⁶³) drew %v", x)
		}
	}
	for _, x := range sample(math.MaxInt64, 0, 1000) {
		if !(x > 0.999999 && x <= 1) {
			t.Fatalf("Beta(2⁶³, ½) drew %v", x)
		}
	}
}

func TestLn(t *testing.T) {
	s := NewSampler([32]byte{1})
	for i := range 200_000 {
		x := math.Ldexp(s.uniform(), i%120-60)
		if i%3 == 0 {
			x = 1 + math.Ldexp(s.uniform()-0.5, -i%40)
		}
		want := math.Log(x)
		if got := ln(x); math.Abs(got-want) > 6e-16*max(math.Abs(want), 1e-300) {
			t.Fatalf("ln(%v) = %v; want %v", x, got, want)
		}
	}
	if ln(1) != 0 {
		t.Errorf("ln(1) = %v", ln(1))
	}
}

func TestUniform(t *testing.T) {
	s := NewSampler([32]byte{2})
	sum := 0.0
	for range 100_000 {
		u := s.uniform()
		if !(u > 0 && u < 1) {
			t.Fatalf("uniform drew %v", u)
		}
		sum += u
	}
	if math.Abs(sum/100_000-0.5) > 5/math.Sqrt(12*100_000) {
		t.Errorf("mean %v", sum/100_000)
	}
}
