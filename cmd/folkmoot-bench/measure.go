package main

import (
	"errors"
	"fmt"
)

// side measures one of the two things that are compared and returns one figure.
type side func() (float64, error)

// compare measures ours and the baseline alternately, as often as there are runs, and
// returns the medians of both and of the runs' ratios.
func (b *bench) compare(unit string, ours, baseline side) (outcome, error) {
	o := outcome{Unit: unit}
	var a, l []float64
	for range b.runs {
		x, err := ours()
		if err != nil {
			return o, err
		}
		y, err := baseline()
		if err != nil {
			return o, fmt.Errorf("the baseline: %w", err)
		}
		if x <= 0 || y <= 0 {
			return o, errors.New("nothing was measured: -duration is too short")
		}
		a, l = append(a, x), append(l, y)
		o.Runs = append(o.Runs, [2]float64{x, y})
	}
	o.Ours, o.Baseline, o.Value = median(a), median(l), medianRatio(o.Runs)
	return o, nil
}

// repeat measures what has no baseline.
func (b *bench) repeat(unit string, ours side) (outcome, error) {
	o := outcome{Unit: unit}
	var a []float64
	for range b.runs {
		x, err := ours()
		if err != nil {
			return o, err
		}
		a = append(a, x)
		o.Runs = append(o.Runs, [2]float64{x, 0})
	}
	o.Ours = median(a)
	o.Value = o.Ours
	return o, nil
}

// single completes a single outcome with its goal and baseline.
func single(o outcome, err error, g goal, against string, notes ...string) ([]outcome, error) {
	o.Goal, o.Against = g, against
	o.Notes = append(o.Notes, notes...)
	return []outcome{o}, err
}

// rate drives one stream for a measurement and returns its answers a second.
func (b *bench) rate(addr string, s stream) side {
	return func() (float64, error) {
		r, err := b.send(b.loadOf(addr, s))
		if err != nil {
			return 0, err
		}
		return float64(r.Streams[0][0].Count) / r.Seconds, nil
	}
}

// loadOf is a measurement of the usual length, with a fifth of it before to warm up.
func (b *bench) loadOf(addr string, s ...stream) load {
	return load{Addr: addr, Seconds: b.duration.Seconds(), Warm: b.duration.Seconds() / 5, Streams: s}
}

// countedLoad is a load of one worker that does the operations one after another, so many in all,
// within a minute.
func countedLoad(addr string, count int, operations ...operation) load {
	return load{Addr: addr, Seconds: 60, Streams: []stream{{Workers: 1, Count: count, Cycle: true, Operations: operations}}}
}
