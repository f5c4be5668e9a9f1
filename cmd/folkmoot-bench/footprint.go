package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// footprint is what the server asks of a small machine.
var footprint = suite{"footprint", fillFootprint, []row{
	{"memory-idle", "memory of the server when nobody comes, 10,000 replies in store", (*fixture).memoryIdle},
	{"start", "from the start of the program to its first page, 10,000 replies in store", (*fixture).startTime},
}}

func fillFootprint(f *filler) error {
	_, _, err := f.consultation("page", 30, f.sizes.footprint)
	return err
}

// defaultPage is the page that is asked for first.
const defaultPage = "/consultations/page"

// memoryIdle reads a few pages, waits until things have settled, and weighs.
func (s *fixture) memoryIdle() ([]outcome, error) {
	wait := 5 * time.Second
	if s.quick {
		wait = 50 * time.Millisecond
	}
	o, err := s.repeat("MB", func() (float64, error) {
		if err := s.restart(); err != nil {
			return 0, err
		}
		for _, path := range []string{"/", defaultPage, defaultPage + "/ideas/1"} {
			if _, err := get(s.server.addr, path, accepts()); err != nil {
				return 0, err
			}
		}
		time.Sleep(wait)
		return memoryOf(s.server, "VmRSS")
	})
	return single(o, err, goal{"≤", 45, "MB"}, "", "resident, with what it maps of its own file; a few seconds after three pages")
}

// memoryOf reads a figure of a process's memory in megabytes (10⁶ bytes).
func memoryOf(p *process, what string) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("memory is read from Linux's /proc: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		if value, ok := strings.CutPrefix(line, what+":"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
			return kb * 1024 / 1e6, err
		}
	}
	return 0, errors.New("no " + what + " in /proc")
}

// startTime asks again and again from the start on.
func (s *fixture) startTime() ([]outcome, error) {
	o, err := s.repeat("ms", func() (float64, error) {
		if err := s.stopServer(); err != nil {
			return 0, err
		}
		addr, err := freeAddress()
		if err != nil {
			return 0, err
		}
		began := time.Now()
		first := make(chan time.Duration, 1)
		go func() { first <- untilAnswer(addr, began) }()
		s.server, err = start(s.ctx, s.folder, environment(), nil, s.program, serveArgs(s.serves, addr)...)
		took := <-first
		if err == nil && took == 0 {
			err = errors.New("no answer within ten seconds")
		}
		return millis(took), err
	})
	return single(o, err, goal{"≤", 100, "ms"}, "", "the first page is the consultation's, with its first 100 replies")
}

// untilAnswer tries once a millisecond and returns the time to the first page, 0 if
// none came within ten seconds.
func untilAnswer(addr string, began time.Time) time.Duration {
	for time.Since(began) < 10*time.Second {
		if a, err := get(addr, defaultPage, accepts()); err == nil && a.status == http.StatusOK {
			return time.Since(began)
		}
		time.Sleep(time.Millisecond)
	}
	return 0
}

// freeAddress finds a port that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
