package handlers

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"time"
)

// wire is a connection whose timers a test rings. Each of its calls gives what comes
// next: so many bytes, or none and the end of the time.
type wire struct {
	net.Conn
	comes       []int // -1: the timer rings
	read, wrote []time.Time
}

func (w *wire) SetReadDeadline(t time.Time) error  { w.read = append(w.read, t); return nil }
func (w *wire) SetWriteDeadline(t time.Time) error { w.wrote = append(w.wrote, t); return nil }

func (w *wire) next(b []byte) (int, error) {
	if len(w.comes) == 0 {
		return 0, io.EOF
	}
	n := w.comes[0]
	w.comes = w.comes[1:]
	if n < len(b) {
		return max(0, n), os.ErrDeadlineExceeded
	}
	return len(b), nil
}

func (w *wire) Read(b []byte) (int, error)  { return w.next(b) }
func (w *wire) Write(b []byte) (int, error) { return w.next(b) }

// second gives times in seconds, zero for never.
func second(all ...int) (list []time.Time) {
	for _, s := range all {
		at := time.Time{}
		if s != 0 {
			at = start.Add(time.Duration(s) * time.Second)
		}
		list = append(list, at)
	}
	return list
}

// TestDeadlinesHold: a timer that is left where it was neither ends a wait early nor
// lets it go on.
func TestDeadlinesHold(t *testing.T) {
	for name, x := range map[string]struct {
		set   []time.Time
		comes []int
		late  bool        // the wait ends for want of time; else four bytes come
		timer []time.Time // how the timer was set
	}{
		"moved on, and not needed":     {set: second(30, 90, 31, 91), comes: []int{4}, timer: second(30)},
		"moved on, and it rings":       {set: second(30, 90), comes: []int{-1, 4}, timer: second(30, 90)},
		"moved on, and it rings twice": {set: second(30, 90), comes: []int{-1, -1}, late: true, timer: second(30, 90)},
		"moved on twice, and it rings": {set: second(30, 90, 100), comes: []int{-1, 4}, timer: second(30, 100)},
		"not moved":                    {set: second(30), comes: []int{-1}, late: true, timer: second(30)},
		"moved back":                   {set: second(90, 30), comes: []int{-1}, late: true, timer: second(90, 30)},
		"moved on and back":            {set: second(30, 90, 40), comes: []int{-1, -1}, late: true, timer: second(30, 40)},
		"taken away":                   {set: second(30, 0), comes: []int{-1, 4}, timer: second(30, 0)},
		"set when there was none":      {set: second(0, 30), comes: []int{-1}, late: true, timer: second(0, 30)},
		"never set":                    {comes: []int{4}},
	} {
		check := func(kind string, w *wire, set func(time.Time) error, call func([]byte) (int, error), timer *[]time.Time) {
			w.comes = x.comes
			for _, at := range x.set {
				must(t, set(at))
			}
			n, err := call(make([]byte, 4))
			if late := errors.Is(err, os.ErrDeadlineExceeded); late != x.late || !late && (n != 4 || err != nil) {
				t.Errorf("%s, %s: %d bytes, %v", name, kind, n, err)
			}
			if !slices.Equal(*timer, x.timer) {
				t.Errorf("%s, %s: the timer was set to %v, not %v", name, kind, *timer, x.timer)
			}
		}
		r, w := &wire{}, &wire{}
		in, out := newConn(r), newConn(w)
		check("reading", r, in.SetReadDeadline, in.Read, &r.read)
		check("writing", w, out.SetWriteDeadline, out.Write, &w.wrote)
	}
}

// TestWriteGoesOn: what was sent before the timer rang early is not sent again.
func TestWriteGoesOn(t *testing.T) {
	w := &wire{comes: []int{3, 1, 9}}
	c := newConn(w)
	must(t, c.SetWriteDeadline(start))
	must(t, c.SetWriteDeadline(start.Add(time.Minute)))
	if n, err := c.Write(make([]byte, 9)); n != 4 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes were sent before time was over: %v", n, err)
	}
	must(t, c.SetWriteDeadline(start.Add(2*time.Minute)))
	if n, err := c.Write(make([]byte, 9)); n != 9 || err != nil {
		t.Errorf("%d bytes were sent: %v", n, err)
	}
}
