package ranking

import "math"

// maxSides is how many people who took a side an idea may have for its pairs to be
// tested; with more no pair of it is called clear. The sums stay short below it.
const maxSides = 1 << 31

// level is the greatest p at which a pair is clear.
type level struct{ p, logHalf float64 }

func newLevel(p float64) level { return level{p, math.Log(p / 2)} }

// fisher decides pairs of ideas by Fisher's exact test. It holds ln n! for small n.
type fisher struct{ logFactorials []float64 }

// newFisher returns tests of ideas on which at most sides people took a side.
func newFisher(sides int64) fisher {
	f := fisher{make([]float64, min(2*min(sides, maxSides)+2, 1<<16))}
	for n := range f.logFactorials {
		f.logFactorials[n] = logFactorial(int64(n))
	}
	return f
}

func (f fisher) logFactorial(n int64) float64 {
	if n < int64(len(f.logFactorials)) {
		return f.logFactorials[n]
	}
	return logFactorial(n)
}

func logFactorial(n int64) float64 {
	v, _ := math.Lgamma(float64(n) + 1)
	return v
}

// votes are the sides that people took on an idea.
type votes struct {
	agree, disagree, sides int64
	logChoose              float64 // ln (sides over agree)
}

func (f fisher) votes(agree, disagree int64) votes {
	v := votes{agree: agree, disagree: disagree, sides: agree + disagree}
	if v.sides <= maxSides {
		v.logChoose = f.logFactorial(v.sides) - f.logFactorial(agree) - f.logFactorial(disagree)
	}
	return v
}

// above reports whether the exact two-sided p of equal support, the smaller tail doubled,
// is at most that of the level, in favour of i. Both have votes.
//
// The tail begins with the probability of what was observed, and each of its terms is
// smaller than the one before by a factor that falls, so that a few of them bound it on
// both sides; logarithms are good enough for that. What lies too near the level for the
// bounds is summed by upperTail, which is the same on every machine.
func (f fisher) above(i, j *votes, l level) bool {
	a1, d1, a2, d2 := float64(i.agree), float64(i.disagree), float64(j.agree), float64(j.disagree)
	if d1*a2 >= a1*d2 || max(i.sides, j.sides) > maxSides { // i has no more support than j
		return false
	}
	agrees, all := i.agree+j.agree, i.sides+j.sides
	scale := f.logFactorial(all)
	logFirst := i.logChoose + j.logChoose - (scale - f.logFactorial(agrees) - f.logFactorial(all-agrees))
	slack := 1e-9 + 1e-13*scale // more than the error of the logarithms
	if logFirst > l.logHalf+slack {
		return false
	}
	ratio := tailRatio(a1, d1, a2, d2)
	if logFirst < l.logHalf-slack-3 && ratio <= 0.95 { // tail ≤ first/(1 − ratio) < e³·first
		return true
	}
	limit := math.Exp(l.logHalf - logFirst)
	sum, term := 1.0, 1.0
	for x := 1.0; ; x++ {
		if sum > limit*(1+2*slack) {
			return false
		}
		rest := term * ratio / (1 - ratio)
		if sum+rest < limit*(1-2*slack) {
			return true
		}
		if rest < 1e-12*sum {
			return 2*upperTail(i.agree, i.disagree, j.agree, j.disagree) <= l.p
		}
		term *= ratio
		sum += term
		ratio = tailRatio(a1+x, d1-x, a2-x, d2+x)
	}
}

// tailRatio is P(X = a₁+1) / P(X = a₁) for the hypergeometric X of upperTail; 0 at the end
// of the tail.
func tailRatio(a1, d1, a2, d2 float64) float64 {
	return float64(d1*a2) / float64((a1+1)*(d2+1))
}

// upperTail returns P(X ≥ a1), where X is how many of the a1 + a2 agrees fall to the
// first idea if they fall to the a1 + d1 and a2 + d2 people by chance: the one-sided p of
// Fisher's exact test. Terms are summed relative to the greatest, by basic operations
// alone and each product rounded by itself, so that no machine differs.
// Source: R. A. Fisher (1934), Statistical Methods for Research Workers, 5th ed., § 21.02.
func upperTail(a1, d1, a2, d2 int64) float64 {
	n1, agrees := a1+d1, a1+a2
	all := n1 + a2 + d2
	least, most := max(0, agrees-(a2+d2)), min(n1, agrees)
	mode := min(max(int64(float64(n1+1)*(float64(agrees+1)/float64(all+2))), least), most)
	var tail, total float64
	add := func(x int64, term float64) {
		total += term
		if x >= a1 {
			tail += term
		}
	}
	at := func(x int64) (a1, d1, a2, d2 float64) {
		return float64(x), float64(n1 - x), float64(agrees - x), float64(all - n1 - agrees + x)
	}
	add(mode, 1)
	for x, term := mode, 1.0; x < most && (x < a1 || term > 1e-18*tail); x++ {
		term = float64(term * tailRatio(at(x)))
		add(x+1, term)
	}
	for x, term := mode, 1.0; x > least && term > 1e-18*total; x-- {
		term = float64(term / tailRatio(at(x-1)))
		add(x-1, term)
	}
	return tail / total
}
