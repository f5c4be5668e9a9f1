package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The consultations of the long evenings: one with a moderator who keeps pace with what comes
// in, and one in which everything waits.
const (
	moderatedEvening   = "evening-moderated"
	unmoderatedEvening = "evening-unmoderated"
)

// fillEvenings adds the consultations of the long evenings.
func fillEvenings(f *filler) error {
	for _, slug := range []string{moderatedEvening, unmoderatedEvening} {
		if _, _, err := f.consultation(slug, 30, f.sizes.page); err != nil {
			return err
		}
	}
	return nil
}

// moderatedEvening measures an evening during which a moderator publishes what comes in.
func (s *fixture) moderatedEvening() ([]outcome, error) {
	stop, stopped := make(chan struct{}), make(chan error, 1)
	m := moderator{client: client{addr: s.server.addr}, session: s.moderator}
	go func() { stopped <- m.work(stop) }()
	list, err := s.longEvening(moderatedEvening)
	close(stop)
	if err = errors.Join(err, <-stopped); err != nil {
		return nil, err
	}
	list[0].Notes = append(list[0].Notes, fmt.Sprintf("the moderator published %s texts", group(int64(m.published))))
	return list, nil
}

// unmoderatedEvening measures an evening during which nobody moderates.
func (s *fixture) unmoderatedEvening() ([]outcome, error) { return s.longEvening(unmoderatedEvening) }

// longEvening sends the mixed load to a consultation and compares the last minute with the
// first: answers per second, the time that 99 of 100 reads keep to, and the server's memory at
// the end with that after the first minute. It runs once, whatever the number of runs.
func (s *fixture) longEvening(slug string) ([]outcome, error) {
	edge := min(time.Minute, s.evening/3)
	l := s.loadOf(s.server.addr, stream{Workers: 64, Operations: s.eveningOperations("/consultations/"+slug, nil)})
	l.Seconds, l.Edge = s.evening.Seconds(), edge.Seconds()

	early := make(chan float64, 1)
	timer := time.AfterFunc(time.Duration(l.Warm*float64(time.Second))+edge, func() {
		mb, _ := memoryOf(s.server, "VmRSS") // 0 is refused below
		early <- mb
	})
	defer timer.Stop()
	r, err := s.send(l)
	if err != nil {
		return nil, err
	}
	late, err := memoryOf(s.server, "VmRSS")
	if err != nil {
		return nil, err
	}
	first, last := r.edges(0)
	mb := <-early
	if first.Count == 0 || last.Count == 0 || first.P99 == 0 || mb == 0 {
		return nil, errors.New("nothing was measured: -evening is too short")
	}
	return []outcome{
		lastAgainstFirst(slug, "requests/s", float64(last.Count)/l.Edge, float64(first.Count)/l.Edge, ratio("≥", 1/1.2)),
		lastAgainstFirst(slug+"-99", "ms", last.P99, first.P99, ratio("≤", 1.2)),
		lastAgainstFirst(slug+"-memory", "MB", late, mb, ratio("≤", 1.3)),
	}, nil
}

// lastAgainstFirst compares a figure of the last minute with that of the first.
func lastAgainstFirst(row, unit string, last, first float64, g goal) outcome {
	return outcome{Row: row, Unit: unit, Ours: last, Baseline: first, Value: last / first, Goal: g, Against: "the first minute of the same evening"}
}

// moderator publishes what waits, page by page, until it is told to stop.
type moderator struct {
	client
	session   string
	published int
}

var (
	queuedItem = regexp.MustCompile(`name="items" value="([a-z]+-[0-9a-f-]+)"`)
	// pause is how long the moderator waits before asking again for an empty queue.
	pause = 50 * time.Millisecond
)

func (m *moderator) work(stop <-chan struct{}) error {
	defer m.close()
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		n, err := m.publishPage()
		if err != nil {
			return fmt.Errorf("the moderator: %w", err)
		}
		if n == 0 {
			time.Sleep(pause)
		}
	}
}

// publishPage publishes what the first page of the queue holds, as one decision, and returns
// how many texts that were.
func (m *moderator) publishPage() (int, error) {
	fields := []field{sessionOf(m.session)}
	page, err := m.do(appendRequest(nil, "GET", m.addr, "/moderation", fields, nil), true)
	if err != nil {
		return 0, err
	}
	found := queuedItem.FindAllSubmatch(page.body, -1)
	if len(found) == 0 {
		return 0, nil
	}
	form := url.Values{"decision": {"publish"}}
	for _, f := range found {
		form.Add("items", string(f[1]))
	}
	done, err := m.do(appendRequest(nil, "POST", m.addr, "/moderation", writes(m.addr, fields), []byte(form.Encode())), true)
	if err == nil && done.status != http.StatusOK {
		err = fmt.Errorf("status %d: %s", done.status, strings.TrimSpace(string(done.body)))
	}
	m.published += len(found)
	return len(found), err
}
