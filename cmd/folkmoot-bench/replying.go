package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// replying is the talk, and an evening on which everything happens at once.
var replying = suite{"replying", fillReplying, []row{
	{"replies-64", "replies: Markdown, sanitising, moderation, durable, 64 clients", (*fixture).replies64},
	{"replies-flood", "50,000 replies in five minutes without a stall, 64 clients", (*fixture).repliesFlood},
	{"mixed-evening", "mixed evening: 90 % reads, 7 % votes, 3 % replies, 64 clients; the time that 99 of 100 reads keep to", (*fixture).mixedEvening},
	{moderatedEvening, "the mixed evening over five minutes, with a moderator who keeps pace: the last minute against the first", (*fixture).moderatedEvening},
	{unmoderatedEvening, "the same while nobody moderates", (*fixture).unmoderatedEvening},
}}

// fillReplying makes a consultation that is flooded and one that has its evening.
func fillReplying(f *filler) error {
	if err := f.participants(); err != nil {
		return err
	}
	_, ids, err := f.consultation("flood", 6, f.sizes.page)
	if err != nil {
		return err
	}
	f.answered = ids[:10]
	c, _, err := f.consultation("evening", 30, f.sizes.page)
	if err != nil {
		return err
	}
	return errors.Join(f.someVotes(c), fillEvenings(f))
}

// sendReplies is a stream of replies of the first 64 people.
func (s *fixture) sendReplies() stream {
	return stream{Workers: 64, Operations: []operation{{
		Name: "reply", Kind: "reply", Paths: []string{"/consultations/flood"}, Sessions: s.sessions[:64], Items: s.answered,
		Want: want{Status: http.StatusCreated, Contains: []string{`"item":"reply-`}},
	}}}
}

func (s *fixture) replies64() ([]outcome, error) {
	addr, err := s.bareWriter("flood", maxGroup)
	if err != nil {
		return nil, err
	}
	o, err := s.compare("replies/s", s.rate(s.server.addr, s.sendReplies()), s.rate(addr, s.sendReplies()))
	return single(o, err, ratio("≥", 0.35), s.groupCommit())
}

// stall is how long no answer may take during the flood, in milliseconds.
const stall = 1000

func (s *fixture) repliesFlood() ([]outcome, error) {
	flood := s.sendReplies()
	flood.Count = (s.sizes.replies + flood.Workers - 1) / flood.Workers
	r, err := s.send(load{Addr: s.server.addr, Seconds: 300, Streams: []stream{flood}})
	if err != nil {
		return nil, err
	}
	t := r.Streams[0][0]
	o := outcome{Unit: "s", Ours: r.Seconds, Value: r.Seconds, Goal: goal{"≤", 300, "s"}}
	if t.Count < flood.Count*flood.Workers || t.Max > stall {
		o.Verdict = verdictMissed
	}
	o.Notes = []string{
		fmt.Sprintf("%s replies, %s a second; half of the answers within %s ms, 99 of 100 within %s ms, all within %s ms (a stall would be %d); longest time without any answer %s ms",
			group(int64(t.Count)), figure(float64(t.Count)/r.Seconds), figure(t.Median), figure(t.P99), figure(t.Max), stall, figure(t.Gap)),
		"in each tenth of the time: " + strings.Trim(fmt.Sprint(t.Tenths), "[]"),
	}
	return []outcome{o}, nil
}

// eveningOperations is what 64 people do: most read, most of them strangers. Votes go on from
// where they were, by worker.
func (s *fixture) eveningOperations(path string, votes []int) []operation {
	whole := anyPage()
	ideas := make([]string, 30)
	for i := range ideas {
		ideas[i] = fmt.Sprintf("%s/ideas/%d", path, i+1)
	}
	guests, people := []field{accepts()}, s.sessions[64:128]
	return []operation{
		{Name: "read", Weight: 50, Paths: []string{path}, Fields: guests, Want: whole},
		{Name: "read", Weight: 20, Paths: []string{path}, Fields: guests, Sessions: people, Want: whole},
		{Name: "read", Weight: 15, Paths: ideas, Fields: guests, Want: whole},
		{Name: "read", Weight: 5, Paths: []string{"/"}, Fields: guests, Want: whole},
		{Name: "vote", Weight: 7, Kind: "vote", Paths: []string{path}, Ideas: 30, Sessions: people, From: votes, Want: want{Status: http.StatusOK}},
		{Name: "reply", Weight: 3, Kind: "reply", Paths: []string{path}, Sessions: people, Want: want{Status: http.StatusCreated}},
	}
}

func (s *fixture) mixedEvening() ([]outcome, error) {
	var rates, votes []float64
	o, err := s.repeat("ms", func() (float64, error) {
		r, err := s.send(s.loadOf(s.server.addr, stream{Workers: 64, Operations: s.eveningOperations("/consultations/evening", s.evenings)}))
		if err != nil {
			return 0, err
		}
		all, of := 0, map[string]summary{}
		for _, t := range r.Streams[0] {
			of[t.Name] = t
			all += t.Count
		}
		if of["read"].Count == 0 {
			return 0, errors.New("nothing was measured: -duration is too short")
		}
		s.evenings = of["vote"].Done
		rates, votes = append(rates, float64(all)/r.Seconds), append(votes, of["vote"].P99)
		return of["read"].P99, nil
	})
	note := fmt.Sprintf("%s requests a second in all; 99 of 100 votes within %s ms; no error", figure(median(rates)), figure(median(votes)))
	return single(o, err, goal{"≤", 50, "ms"}, "", note)
}
