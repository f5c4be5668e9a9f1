package mongo

import (
	"testing"
	"time"
)

// TestSteady answers at some seconds and asks at the last of them.
func TestSteady(t *testing.T) {
	for name, c := range map[string]struct {
		answers []float64
		asked   float64
		want    bool
	}{
		"just begun":               {[]float64{0}, 0, true},
		"answers all the time":     {[]float64{0, 2, 4, 6, 8}, 9, true},
		"stands still":             {[]float64{0, 2}, 8, false},
		"has just gone on":         {[]float64{0, 2, 18}, 18, false},
		"went on a moment ago":     {[]float64{0, 2, 18, 20, 22}, 22.9, false},
		"went on, has been steady": {[]float64{0, 2, 18, 20, 22}, 23, true},
		"stood still once more":    {[]float64{0, 2, 18, 20, 22, 28}, 29, false},
	} {
		start := time.Now()
		now := start
		k := newClock(nil, nil)
		k.local = func() time.Time { return now }
		at := func(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }
		for _, s := range c.answers {
			k.heard(at(s))
		}
		now = at(c.asked)
		if got := k.steady(); got != c.want {
			t.Errorf("%s: steady is %t, want %t", name, got, c.want)
		}
	}
}
