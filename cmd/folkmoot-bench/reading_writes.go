package main

import "net/http"

// decide is a moderator who takes a reply down and puts it back: each changes the
// page for everybody.
func (s *stage) decide() act {
	return act{
		Name: "decision", Kind: "decide", Items: []string{s.takenDown}, Sessions: []string{s.moderator},
		From: s.decided, Want: want{Status: http.StatusOK},
	}
}

// pageAfterWrite writes and reads in turn, beside the floor.
func (s *stage) pageAfterWrite() ([]outcome, error) {
	addr, err := s.floor()
	if err != nil {
		return nil, err
	}
	times := 20
	if s.quick {
		times = 2
	}
	first := act{Name: "first read", Paths: []string{bigPage}, Fields: []field{accepts()}, Want: s.wholePage()}
	floor := act{Name: "floor", Paths: []string{"/"}, Fields: []field{accepts()}, Want: want{Status: http.StatusOK}}
	o, err := s.compare("ms", func() (float64, error) {
		r, err := s.send(counted(s.server.addr, 2*times, s.decide(), first))
		if err != nil {
			return 0, err
		}
		s.decided = r.Streams[0][0].Done
		return r.Streams[0][1].Mid, nil
	}, func() (float64, error) {
		r, err := s.send(counted(addr, times, floor))
		return r.middle(), err
	})
	return one(o, err, ratio("≤", 2.5), "the floor: the same rows read, prepared fragments appended, gzip level 1")
}

// floor starts the floor of the big page.
func (s *stage) floor() (string, error) {
	r, err := s.warm(bigPage)
	if err != nil {
		return "", err
	}
	id, err := s.consultationID("page")
	if err != nil {
		return "", err
	}
	return s.limit("floor", limitSpec{
		Kind: limitFloor, Store: s.store, Floor: floorSpec{Consultation: id, Replies: s.pageOf["page"], Text: r.read},
	})
}

// pageDuringWrites has two outcomes: how many pages, and how late the slowest.
func (s *stage) pageDuringWrites() ([]outcome, error) {
	calm := reads(connections, bigPage, s.wholePage())
	var late [][2]float64
	var during float64
	o, err := s.compare("pages/s", func() (float64, error) {
		r, err := s.send(s.loadOf(s.server.addr, calm, stream{Workers: 1, Rate: 5, Acts: []act{s.decide()}}))
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
	o.Goal, o.Beside = ratio("≥", 0.70), "the same without writes"
	return []outcome{o, lateness(late)}, nil
}

// lateness is the second outcome of pageDuringWrites.
func lateness(runs [][2]float64) outcome {
	var ours, limit []float64
	for _, r := range runs {
		ours, limit = append(ours, r[0]), append(limit, r[1])
	}
	return outcome{
		Row: "page-during-writes-99", What: "the same, the time that 99 of 100 pages keep to", Unit: "ms",
		Ours: median(ours), Limit: median(limit), Value: medianRatio(runs), Goal: ratio("≤", 4), Beside: "the same without writes", Runs: runs,
	}
}
