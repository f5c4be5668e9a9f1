package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

// machine is what the figures were taken on.
type machine struct {
	Go         string  `json:"go"`
	System     string  `json:"system"`
	Processor  string  `json:"processor"`
	CPUs       int     `json:"cpus"`
	Processors int     `json:"gomaxprocs"`
	SQLite     string  `json:"sqlite"`
	Commit     float64 `json:"commit_ms"` // one row, WAL, synchronous FULL, median
	Folder     string  `json:"folder"`
	Runs       int     `json:"runs"`
	Duration   string  `json:"duration"`
	Sizes      string  `json:"sizes"`
	Quick      bool    `json:"quick"`
	Raised     string  `json:"raised"`
}

// raised says what the server under measurement does not do.
const raised = "the limits against abuse are raised (--no-limits) and the access log is off (--no-access-log)"

// machine looks at the machine and measures what a commit costs on its disk.
func (b *bench) machine() (machine, error) {
	version, _, _ := sqlite3.Version()
	s := b.sizes
	m := machine{
		Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Processor: processorName(), CPUs: runtime.NumCPU(),
		Processors: processors(), SQLite: version, Folder: b.dir, Runs: b.runs, Duration: b.duration.String(), Quick: b.quick, Raised: raised,
		Sizes: fmt.Sprintf("page %d, threads %d and %d, ideas %d, people %d, replies %d, result %d ideas and %d votes, CSV %d, footprint %d",
			s.page, s.shallow, s.deep, s.ideas, s.people, s.replies, s.resultIdeas, s.resultVotes, s.csv, s.footprint),
	}
	var err error
	m.Commit, err = commitCost(filepath.Join(b.dir, "commit.db"), 200)
	return m, err
}

// commitCost returns the median time of n commits of one small row, in milliseconds.
func commitCost(file string, n int) (float64, error) {
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return 0, err
	}
	db, err := openRaw(file, "rw")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE t (n INTEGER PRIMARY KEY, v TEXT)"); err != nil {
		return 0, err
	}
	times := make([]float64, n)
	for i := range times {
		began := time.Now()
		if _, err := db.Exec("INSERT INTO t VALUES (?, 'a row')", i); err != nil {
			return 0, err
		}
		times[i] = millis(time.Since(began))
	}
	return median(times), nil
}

// processorName returns what Linux calls the processor; "" elsewhere.
func processorName() string {
	raw, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(raw)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (m machine) print(b *strings.Builder) {
	fmt.Fprintf(b, "%s on %s, %s, %d CPUs (GOMAXPROCS %d for every process), SQLite %s\n",
		m.Go, m.System, m.Processor, m.CPUs, m.Processors, m.SQLite)
	fmt.Fprintf(b, "One commit on this disk (%s): %.3f ms\n", m.Folder, m.Commit)
	fmt.Fprintf(b, "Medians of %d runs of %s, folkmoot and baseline alternately, load generator on the same machine;\n%s.\n", m.Runs, m.Duration, m.Raised)
	fmt.Fprintf(b, "Sizes: %s\n", m.Sizes)
	if m.Quick {
		b.WriteString("QUICK: these sizes show that the bench works. The figures mean nothing.\n")
	}
	b.WriteString("\n")
}
