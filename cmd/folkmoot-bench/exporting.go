package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

// exporting is what leaves in one piece: files and results.
var exporting = suite{"exporting", fillExporting, []row{
	{"csv", "CSV of 100,000 replies", (*fixture).csvRate},
	{"csv-memory", "peak memory of the server over that CSV, against a tenth of the replies", (*fixture).csvMemory},
	{"result-cold", "sealed result over 10,000 ideas and 1,000,000 votes, first time after a start", (*fixture).resultCold},
	{"result-warm", "the same again, 16 connections", (*fixture).resultWarm},
}}

// The addresses of the exporting suite.
const (
	csvPath    = "/consultations/csv/replies.csv"
	tenthPath  = "/consultations/csv-tenth/replies.csv"
	resultPath = "/consultations/result/results"
)

// fillExporting makes the threads that leave as CSV, and a sealed result.
func fillExporting(f *filler) error {
	for slug, n := range map[string]int{"csv": f.sizes.csv, "csv-tenth": max(1, f.sizes.csv/10)} {
		if _, _, err := f.consultation(slug, 0, n); err != nil {
			return err
		}
	}
	c, _, err := f.consultation("result", f.sizes.resultIdeas, 0)
	f.votes(c, f.sizes.resultIdeas, f.sizes.resultVotes)
	f.seal(c)
	return err
}

// download asks for no compression, which encoding/csv does not do either.
func download(path string, w want) stream {
	return stream{Workers: 1, Operations: []operation{{Name: "GET " + path, Paths: []string{path}, Want: w}}}
}

func (s *fixture) csvRate() ([]outcome, error) {
	a, err := get(s.server.addr, csvPath)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(s.folder, "rows.csv")
	if err := os.WriteFile(file, a.body, 0o600); err != nil {
		return nil, err
	}
	addr, err := s.baseline("csv", baselineSpec{Kind: baselineCSV, File: file})
	if err != nil {
		return nil, err
	}
	w := want{Status: http.StatusOK, Length: a.length}
	o, err := s.compare("MB/s", s.pace(s.server.addr, csvPath, w), s.pace(addr, "/", w))
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%d replies, %s bytes, %.3f s each", s.sizes.csv, group(a.length), float64(a.length)/1e6/o.Ours)
	return single(o, nil, ratio("≥", 0.5), "the same rows from memory by bare encoding/csv over Fiber", note)
}

// pace downloads one after another and returns the megabytes a second. A download
// that outlasts the time is finished and counted.
func (s *fixture) pace(addr, path string, w want) side {
	return func() (float64, error) {
		l := s.loadOf(addr, download(path, w))
		l.Warm = 0
		r, err := s.send(l)
		if err != nil {
			return 0, err
		}
		return float64(r.Streams[0][0].Count) * float64(w.Length) / 1e6 / r.Seconds, nil
	}
}

// csvMemory starts the server anew for each, since memory that was once taken shows.
func (s *fixture) csvMemory() ([]outcome, error) {
	peak := func(path string) side {
		return func() (float64, error) {
			if err := s.restart(); err != nil {
				return 0, err
			}
			thrice := download(path, want{Status: http.StatusOK})
			thrice.Count = 3
			if _, err := s.send(load{Addr: s.server.addr, Seconds: 120, Streams: []stream{thrice}}); err != nil {
				return 0, err
			}
			return memoryOf(s.server, "VmHWM")
		}
	}
	o, err := s.compare("MB", peak(csvPath), peak(tenthPath))
	return single(o, err, ratio("≤", 1.25), "the peak over a tenth of the replies", "three downloads after a start; not growing is taken as: not by more than a quarter")
}

func (s *fixture) resultCold() ([]outcome, error) {
	var size ready
	o, err := s.repeat("ms", func() (float64, error) {
		if err := s.restart(); err != nil {
			return 0, err
		}
		first := reads(1, resultPath, anyPage())
		r, err := s.send(countedLoad(s.server.addr, 1, first.Operations...))
		if err != nil {
			return 0, err
		}
		size, err = s.warm(resultPath)
		return r.medianTime(), err
	})
	return single(o, err, goal{"≤", 1500, "ms"}, "", fmt.Sprintf("%d ideas, %d votes; %s", s.sizes.resultIdeas, s.sizes.resultVotes, size.bytes()))
}

func (s *fixture) resultWarm() ([]outcome, error) {
	r, err := s.warm(resultPath)
	if err != nil {
		return nil, err
	}
	o, err := s.compareWithBare("result", reads(connections, resultPath, anyPage()), r)
	return single(o, err, ratio("≥", 0.80), "bare Fiber, the same bytes", r.bytes())
}
