package httpconn

import (
	"net"
	"slices"
	"testing"
	"time"
)

// recorder is a connection that notes its deadlines.
type recorder struct {
	net.Conn
	set []time.Time
}

func (r *recorder) SetReadDeadline(t time.Time) error  { r.set = append(r.set, t); return nil }
func (r *recorder) SetWriteDeadline(t time.Time) error { return r.SetReadDeadline(t) }

// TestDeadlines: a deadline never ends later than asked, and at most a step earlier.
func TestDeadlines(t *testing.T) {
	start := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	for name, x := range map[string]struct{ asked, set []time.Time }{
		"moved on by little":     {[]time.Time{at(0), at(time.Millisecond), at(deadlineStep - 1)}, []time.Time{at(0)}},
		"moved on by a step":     {[]time.Time{at(0), at(deadlineStep - 1), at(deadlineStep)}, []time.Time{at(0), at(deadlineStep)}},
		"moved back":             {[]time.Time{at(0), at(-1)}, []time.Time{at(0), at(-1)}},
		"taken away":             {[]time.Time{at(0), {}}, []time.Time{at(0), {}}},
		"set when there is none": {[]time.Time{{}, at(0)}, []time.Time{at(0)}},
	} {
		for kind, call := range map[string]func(*conn, time.Time) error{"read": (*conn).SetReadDeadline, "write": (*conn).SetWriteDeadline} {
			r := &recorder{}
			c := &conn{Conn: r}
			for _, t := range x.asked {
				_ = call(c, t)
			}
			if !slices.Equal(r.set, x.set) {
				t.Errorf("%s, %s: %v", name, kind, r.set)
			}
		}
	}
}
