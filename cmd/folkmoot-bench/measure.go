package main

import (
	"errors"
	"fmt"
)

// side is one of two things that are measured in turns; it gives one figure.
type side func() (float64, error)

// compare measures ours and the limit in turns, as often as there are runs, and
// gives the medians of both and of the runs' ratios.
func (b *bench) compare(unit string, ours, limit side) (outcome, error) {
	o := outcome{Unit: unit}
	var a, l []float64
	for range b.runs {
		x, err := ours()
		if err != nil {
			return o, err
		}
		y, err := limit()
		if err != nil {
			return o, fmt.Errorf("the limit: %w", err)
		}
		if x <= 0 || y <= 0 {
			return o, errors.New("nothing was measured: -span is too short")
		}
		a, l = append(a, x), append(l, y)
		o.Runs = append(o.Runs, [2]float64{x, y})
	}
	o.Ours, o.Limit, o.Value = median(a), median(l), medianRatio(o.Runs)
	return o, nil
}

// repeat measures what has no limit beside it.
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

// one completes a single outcome with its goal and limit.
func one(o outcome, err error, g goal, beside string, notes ...string) ([]outcome, error) {
	o.Goal, o.Beside = g, beside
	o.Notes = append(o.Notes, notes...)
	return []outcome{o}, err
}

// rate drives one stream for a measurement and gives its answers a second.
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
	return load{Addr: addr, Seconds: b.span.Seconds(), Warm: b.span.Seconds() / 5, Streams: s}
}

// counted is a load of one worker that does the acts in turn, so many in all,
// within a minute.
func counted(addr string, count int, acts ...act) load {
	return load{Addr: addr, Seconds: 60, Streams: []stream{{Workers: 1, Count: count, Cycle: true, Acts: acts}}}
}
