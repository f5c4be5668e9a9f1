package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// report is what a load generator found: for each stream, for each operation by name.
type report struct {
	Seconds float64
	Streams [][]summary
}

// summary is what became of the requests of one operation.
type summary struct {
	Name             string
	Count            int // answers in the measured time
	Errors           int
	Problems         []string // the first few
	Median, P99, Max float64  // milliseconds
	Gap              float64  // the longest time in which no answer came, milliseconds
	Tenths           []int    // answers in each tenth of the time
	Done             []int    // by worker, with the warm-up: goes on as From
	First, Last      edge     // of the load's Edge
}

// edge is what became of the requests of an operation in the beginning or at the end of a load.
type edge struct {
	Count int
	P99   float64 // milliseconds
}

// summarize puts together what the workers of a stream have seen. Operations of one name
// are one.
func summarize(s stream, workers []*worker, l load) (list []summary) {
	samples := map[string][]sample{}
	for i, a := range s.Operations {
		at := slices.IndexFunc(list, func(t summary) bool { return t.Name == a.Name })
		if at < 0 {
			at = len(list)
			list = append(list, summary{Name: a.Name})
		}
		t := &list[at]
		for n, w := range workers {
			samples[a.Name] = append(samples[a.Name], w.samples[i]...)
			t.Errors += w.errors[i]
			if len(t.Done) == n {
				t.Done = append(t.Done, w.count[i])
			}
			if len(t.Problems) < 3 {
				t.Problems = append(t.Problems, w.problems[i]...)
			}
		}
	}
	for i := range list {
		all := samples[list[i].Name]
		if l.Edge > 0 {
			first, last := seconds(l.Edge), seconds(l.Seconds-l.Edge)
			list[i].First = edgeOf(all, func(at time.Duration) bool { return at < first })
			list[i].Last = edgeOf(all, func(at time.Duration) bool { return at >= last && at < seconds(l.Seconds) })
		}
		list[i].measure(all)
	}
	return list
}

// edgeOf tallies the samples whose time lies within.
func edgeOf(all []sample, within func(time.Duration) bool) edge {
	var some []sample
	for _, s := range all {
		if within(s.at) {
			some = append(some, s)
		}
	}
	if len(some) == 0 {
		return edge{}
	}
	slices.SortFunc(some, func(a, b sample) int { return cmp.Compare(a.took, b.took) })
	return edge{len(some), millis(quantile(some, 0.99))}
}

// edges returns the first and the last edge of a stream: the answers of all its operations, and the
// time that 99 of 100 reads keep to.
func (r report) edges(stream int) (first, last edge) {
	for _, t := range r.Streams[stream] {
		first.Count, last.Count = first.Count+t.First.Count, last.Count+t.Last.Count
		if t.Name == "read" {
			first.P99, last.P99 = t.First.P99, t.Last.P99
		}
	}
	return first, last
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// measure fills in the figures of the samples.
func (t *summary) measure(all []sample) {
	t.Count = len(all)
	if t.Count == 0 {
		return
	}
	slices.SortFunc(all, func(a, b sample) int { return cmp.Compare(a.at, b.at) })
	last, end := time.Duration(0), all[len(all)-1].at
	t.Tenths = make([]int, 10)
	for _, s := range all {
		t.Gap = max(t.Gap, millis(s.at-last))
		last = s.at
		t.Tenths[min(9, int(10*s.at/max(1, end)))]++
	}
	slices.SortFunc(all, func(a, b sample) int { return cmp.Compare(a.took, b.took) })
	t.Median, t.P99, t.Max = millis(quantile(all, 0.5)), millis(quantile(all, 0.99)), millis(quantile(all, 1))
}

// quantile returns the smallest time that the share q of the sorted samples keep to.
func quantile(sorted []sample, q float64) time.Duration {
	at := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(at, 0), len(sorted)-1)].took
}

// medianTime returns the median time of the first operation.
func (r report) medianTime() float64 {
	if len(r.Streams) == 0 {
		return 0
	}
	return r.Streams[0][0].Median
}

// problem is an error if any answer was wrong.
func (r report) problem() error {
	for _, operations := range r.Streams {
		for _, t := range operations {
			if t.Errors > 0 {
				return fmt.Errorf("%s: %d of %d answers were wrong: %s", t.Name, t.Errors, t.Errors+t.Count, strings.Join(t.Problems, "; "))
			}
		}
	}
	return nil
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median returns the middle of the figures, the mean of the two middle ones of an
// even number; 0 of none.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(list))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// medianRatio returns the median of the runs' ratios.
func medianRatio(runs [][2]float64) float64 {
	list := make([]float64, len(runs))
	for i, r := range runs {
		list[i] = r[0] / r[1]
	}
	return median(list)
}
