package main

import "net/http"

// decide is a moderator who takes a reply down and puts it back: each changes the
// page for everybody.
func (s *fixture) decide() operation {
	return operation{
		Name: "decision", Kind: "decide", Items: []string{s.takenDown}, Sessions: []string{s.moderator},
		From: s.decided, Want: want{Status: http.StatusOK},
	}
}

// pageAfterWrite writes and reads alternately, compared with the floor.
func (s *fixture) pageAfterWrite() ([]outcome, error) {
	addr, err := s.floor()
	if err != nil {
		return nil, err
	}
	times := 20
	if s.quick {
		times = 2
	}
	first := operation{Name: "first read", Paths: []string{bigPage}, Fields: []field{accepts()}, Want: s.wholePage()}
	floor := operation{Name: "floor", Paths: []string{"/"}, Fields: []field{accepts()}, Want: want{Status: http.StatusOK}}
	o, err := s.compare("ms", func() (float64, error) {
		r, err := s.send(countedLoad(s.server.addr, 2*times, s.decide(), first))
		if err != nil {
			return 0, err
		}
		s.decided = r.Streams[0][0].Done
		return r.Streams[0][1].Median, nil
	}, func() (float64, error) {
		r, err := s.send(countedLoad(addr, times, floor))
		return r.medianTime(), err
	})
	return single(o, err, ratio("≤", 2.5), "the floor: the same rows read, prepared fragments appended, gzip level 1")
}

// floor starts the floor of the big page.
func (s *fixture) floor() (string, error) {
	r, err := s.warm(bigPage)
	if err != nil {
		return "", err
	}
	id, err := s.consultationID("page")
	if err != nil {
		return "", err
	}
	return s.baseline("floor", baselineSpec{
		Kind: baselineFloor, Store: s.store, Floor: floorSpec{Consultation: id, Replies: s.pageOf["page"], Text: r.read},
	})
}

// pageDuringWrites has two outcomes: how many pages, and how late the slowest.
func (s *fixture) pageDuringWrites() ([]outcome, error) {
	calm := reads(connections, bigPage, s.wholePage())
	var late [][2]float64
	var during float64
	o, err := s.compare("pages/s", func() (float64, error) {
		r, err := s.send(s.loadOf(s.server.addr, calm, stream{Workers: 1, Rate: 5, Operations: []operation{s.decide()}}))
		if err != nil {
			return 0, err
		}
		s.decided, during = r.Streams[1][0].Done, r.Streams[0][0].P99
		return float64(r.Streams[0][0].Count) / r.Seconds, nil
	}, func() (float64, error) {
		r, err := s.send(s.loadOf(s.server.addr, calm))
		if err != nil {
			return 0, err
		}
		late = append(late, [2]float64{during, r.Streams[0][0].P99})
		return float64(r.Streams[0][0].Count) / r.Seconds, nil
	})
	if err != nil {
		return nil, err
	}
	o.Goal, o.Against = ratio("≥", 0.70), "the same without writes"
	return []outcome{o, lateness(late)}, nil
}

// lateness is the second outcome of pageDuringWrites.
func lateness(runs [][2]float64) outcome {
	var ours, baseline []float64
	for _, r := range runs {
		ours, baseline = append(ours, r[0]), append(baseline, r[1])
	}
	return outcome{
		Row: "page-during-writes-99", What: "the same, the time that 99 of 100 pages keep to", Unit: "ms",
		Ours: median(ours), Baseline: median(baseline), Value: medianRatio(runs), Goal: ratio("≤", 4), Against: "the same without writes", Runs: runs,
	}
}
