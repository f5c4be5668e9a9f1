package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
)

// connections is how many read at the same time.
const connections = 16

// reading are the pages that people come for.
var reading = suite{"reading", fillReading, []row{
	{"page-stranger", "page with 1,000 replies, stranger, warm, compressed, 16 connections", (*fixture).pageStranger},
	{"page-signed-in", "the same page, signed in, 16 people", (*fixture).pageSignedIn},
	{"page-304", "the same page, asked whether it has changed, 16 connections", (*fixture).pageUnchanged},
	{"page-after-write", "first read after a write to that thread", (*fixture).pageAfterWrite},
	{"page-during-writes", "reads of that page during 5 writes a second to it, 16 connections", (*fixture).pageDuringWrites},
	{"thread-deep", "default page, a deep slice of a long thread against one of a short thread, each for the first time", (*fixture).threadDeep},
	{"ideas-list", "list of ideas: the consultation page without its thread, 16 connections", (*fixture).ideasList},
}}

// The addresses of the reading suite.
const (
	bigPage   = "/consultations/page?limit=1000"
	ideasPage = "/consultations/list"
)

// fillReading makes the consultations that are read.
func fillReading(f *filler) error {
	if err := f.participants(); err != nil {
		return err
	}
	c, ids, err := f.consultation("page", 30, f.sizes.page)
	if err != nil {
		return err
	}
	f.takenDown, f.lastOnPage = "reply-"+ids[len(ids)/2], ids[len(ids)-1]
	if err := f.someVotes(c); err != nil {
		return err
	}
	if _, _, err := f.consultation("list", f.sizes.ideas, 0); err != nil {
		return err
	}
	slices := min(150, (f.sizes.shallow-101)/2)
	for slug, n := range map[string]int{"shallow": f.sizes.shallow, "deep": f.sizes.deep} {
		c, ids, err := f.consultation(slug, 6, n)
		if err != nil {
			return err
		}
		if err := f.slicesOf(c, ids, n-101-slices, slices); err != nil {
			return err
		}
	}
	return nil
}

// wholePage is what the big page must be.
func (s *fixture) wholePage() want {
	return want{
		Status: http.StatusOK, Contains: []string{"reply-" + s.lastOnPage, "</html>"},
		Times: map[string]int{`id="by-`: s.pageOf["page"]},
	}
}

func (s *fixture) pageStranger() ([]outcome, error) {
	r, err := s.warm(bigPage)
	if err != nil {
		return nil, err
	}
	o, err := s.compareWithBare("page", reads(connections, bigPage, s.wholePage()), r)
	against := "bare Fiber, the same bytes"
	if onMongo(s.serves) {
		against = "bare Fiber that finds one document for each request, the same bytes"
	}
	return single(o, err, ratio("≥", 0.80), against, r.bytes())
}

func (s *fixture) pageSignedIn() ([]outcome, error) {
	r, err := s.warm(bigPage)
	if err != nil {
		return nil, err
	}
	mine, err := s.warm(bigPage, sessionOf(s.sessions[0]))
	if err != nil {
		return nil, err
	}
	o, err := s.compareWithBare("page", reads(connections, bigPage, s.wholePage(), s.sessions[:connections]...), r)
	return single(o, err, ratio("≥", 0.40), "bare Fiber, the stranger's bytes", mine.bytes())
}

func (s *fixture) pageUnchanged() ([]outcome, error) {
	r, err := s.warm(bigPage)
	if err != nil {
		return nil, err
	}
	if r.etag == "" {
		return []outcome{{Goal: ratio("≥", 0.80), Verdict: verdictMissed, Notes: []string{"the page has no ETag: nothing to ask with"}}}, nil
	}
	addr, _, err := s.baselineOf("page", r)
	if err != nil {
		return nil, err
	}
	ask := stream{Workers: connections, Operations: []operation{{
		Name: "304", Paths: []string{bigPage}, Want: want{Status: http.StatusNotModified},
		Fields: []field{accepts(), {"If-None-Match", r.etag}},
	}}}
	o, err := s.compare("answers/s", s.rate(s.server.addr, ask), s.rate(addr, ask))
	return single(o, err, ratio("≥", 0.80), "a bare 304 from Fiber, the same fields")
}

// threadDeep asks for each slice once, so that no cache can help.
func (s *fixture) threadDeep() ([]outcome, error) {
	each := len(s.slices["shallow"]) / s.runs
	if each < 1 {
		return nil, errors.New("more runs than slices")
	}
	slice := func(slug string, run int) operation {
		return operation{
			Name: slug, Paths: s.slices[slug][run*each : (run+1)*each], Fields: []field{accepts()},
			Want: want{Status: http.StatusOK, Times: map[string]int{`id="by-`: 100}},
		}
	}
	run, short := 0, 0.0
	o, err := s.compare("ms", func() (float64, error) {
		r, err := s.send(countedLoad(s.server.addr, 2*each, slice("deep", run), slice("shallow", run)))
		if err != nil {
			return 0, err
		}
		run++
		short = r.Streams[0][1].Median
		return r.Streams[0][0].Median, nil
	}, func() (float64, error) { return short, nil })
	if s.readRows["deep"] != s.readRows["shallow"] {
		o.Verdict = verdictMissed
	}
	note := fmt.Sprintf("rows that the store reads: %d of %s replies, %d of %s; %d slices of each", s.readRows["deep"],
		group(int64(s.pageOf["deep"])), s.readRows["shallow"], group(int64(s.pageOf["shallow"])), each*s.runs)
	return single(o, err, ratio("≤", 1.3), "a slice of the short thread", note)
}

func (s *fixture) ideasList() ([]outcome, error) {
	r, err := s.warm(ideasPage)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("the page shows %d of %d ideas; %s", bytes.Count(r.read, []byte(`<li class="idea`)), s.sizes.ideas, r.bytes())
	o, err := s.compareWithBare("list", reads(connections, ideasPage, anyPage()), r)
	return single(o, err, ratio("≥", 0.5), "bare Fiber, the same bytes", note)
}
