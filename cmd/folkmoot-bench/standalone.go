package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// alone is what is weighed without a filled store.
var alone = suite{"alone", nil, []row{
	{"binary", "size of the stripped program", (*fixture).binary},
	{"first-visit", "first visit of the demonstration on the wire: the open consultation and all its files", (*fixture).firstVisit},
}}

func (s *fixture) binary() ([]outcome, error) {
	info, err := os.Stat(s.program)
	if err != nil {
		return nil, err
	}
	mb := float64(info.Size()) / 1e6
	return single(outcome{Unit: "MB", Ours: mb, Value: mb}, nil, goal{"≤", 45, "MB"}, "", "go build -trimpath -ldflags '-s -w'")
}

var filesOfPage = regexp.MustCompile(`(?:href|src)="(/public/[^"]+)"`)

// firstVisit weighs all that a browser without a cache fetches, heads included.
func (s *fixture) firstVisit() (all []outcome, err error) {
	args := append(serveArgs(filepath.Join(s.folder, "demo.db"), "127.0.0.1:0"), "--demo")
	s.server, err = start(s.ctx, s.folder, environment(), nil, s.program, args...)
	if err != nil {
		return nil, err
	}
	o := outcome{Unit: "kB"}
	for _, path := range []string{"/", "/consultations/empty-shops", "/consultations/alternative-lep"} {
		bytes, parts, err := visit(s.server.addr, path)
		if err != nil {
			return nil, err
		}
		o.Ours = float64(bytes) / 1000
		o.Notes = append(o.Notes, fmt.Sprintf("%s: %s bytes in all: %s", path, group(bytes), strings.Join(parts, ", ")))
	}
	o.Value = o.Ours
	return single(o, s.stopServer(), goal{"≤", 40, "kB"}, "")
}

// visit fetches a page and every file that it names, each once.
func visit(addr, path string) (all int64, parts []string, err error) {
	a, err := get(addr, path, accepts())
	if err != nil {
		return 0, nil, err
	}
	text, err := a.text()
	if err != nil {
		return 0, nil, err
	}
	all, parts = a.wire, []string{"the page " + group(a.wire)}
	seen := map[string]bool{}
	for _, m := range filesOfPage.FindAllSubmatch(text, -1) {
		file := string(m[1])
		if seen[file] {
			continue
		}
		seen[file] = true
		f, err := get(addr, file, accepts())
		if err != nil {
			return 0, nil, err
		}
		all += f.wire
		parts = append(parts, file[strings.LastIndexByte(file, '/')+1:]+" "+group(f.wire))
	}
	return all, parts, nil
}
