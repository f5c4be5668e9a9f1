package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// suite is a group of rows that share a store and the programs on it.
type suite struct {
	name string
	fill func(*filler) error // nil: no store, no server
	rows []row
}

// row is one thing that is measured; run may find more than one outcome in it.
type row struct {
	name, what string
	run        func(*fixture) ([]outcome, error)
}

// suites are all suites in the order of the table.
var suites = []suite{reading, voting, replying, exporting, footprint, alone}

// rowNames lists all rows.
func rowNames() (names []string) {
	for _, r := range suites {
		for _, row := range r.rows {
			names = append(names, row.name)
		}
	}
	return names
}

// asked returns the rows of the suite that the options ask for.
func (r suite) asked(o options) []row {
	return slices.DeleteFunc(slices.Clone(r.rows), func(x row) bool {
		return len(o.rows) > 0 && !slices.ContainsFunc(o.rows, func(name string) bool { return matches(name, x.name) })
	})
}

// fixture is a filled store with the real server and the baselines on it. Its files are
// in the run's folder and are removed with it.
type fixture struct {
	*bench
	filled
	folder    string // its own, new in the run's
	store     string // the file, for the baselines too
	serves    string // what the server gets as --store: the file or a MongoDB
	server    *process
	baselines map[string]*process
	copies    int                // of the store, made so far
	databases []string           // MongoDBs made so far
	ready     map[string]ready   // pages that were fetched
	decided   []int              // decisions so far, as operation.From
	voted     map[string][]voter // who votes next, by target
	evenings  []int              // votes of the mixed evening so far, by worker
}

// suite fills a store, measures the rows and stops the programs.
func (b *bench) suite(r suite, rows []row, mongo string) (all []outcome) {
	s := &fixture{bench: b, baselines: map[string]*process{}, ready: map[string]ready{}, voted: map[string][]voter{}}
	err := s.open(r, mongo)
	for _, x := range rows {
		var found []outcome
		rowErr := err
		if err == nil {
			b.logf("%s", x.name)
			b.prof.row = x.name
			found, rowErr = x.run(s)
		}
		if rowErr != nil {
			found = []outcome{{Verdict: verdictFailed, Notes: []string{rowErr.Error()}}}
		}
		for i := range found {
			found[i].fillIn(x, b.options, mongo != "")
			b.logf("  %s", found[i].line())
		}
		all = append(all, found...)
	}
	if err := s.close(); err != nil {
		b.logf("  stopping: %v", err)
	}
	return all
}

// open fills the store of a suite and starts the server.
func (s *fixture) open(r suite, mongo string) (err error) {
	if s.folder, err = os.MkdirTemp(s.dir, r.name+"-"); err != nil || r.fill == nil {
		return err
	}
	s.logf("filling the store of %s …", r.name)
	s.store = filepath.Join(s.folder, "folkmoot.db")
	if s.filled, err = s.fill(s.store, r.fill); err != nil {
		return err
	}
	s.serves = s.store
	if mongo != "" {
		if s.serves, err = s.copyToMongo(); err != nil {
			return err
		}
	}
	return s.restart()
}

// restart starts the server, anew if it runs, and waits until it answers.
func (s *fixture) restart() (err error) {
	if err := s.stopServer(); err != nil {
		return err
	}
	s.server, err = start(s.ctx, s.folder, environment(s.prof.variables()...), nil, s.program, serveArgs(s.serves, "127.0.0.1:0")...)
	if err == nil {
		s.prof.server = s.server.addr
		_, err = get(s.server.addr, "/healthz")
	}
	return err
}

// serveArgs is how the real server is started: no access log, no limits on abuse.
func serveArgs(store, listen string) []string {
	return []string{"serve", "--store", store, "--listen", listen, "--no-access-log", "--no-limits"}
}

func (s *fixture) stopServer() error {
	if s.server == nil {
		return nil
	}
	err := s.server.stop()
	s.server = nil
	return err
}

// close stops all processes and drops the databases. The files go with the run's folder.
func (s *fixture) close() error {
	errs := []error{s.stopServer()}
	for _, p := range s.baselines {
		errs = append(errs, p.stop())
	}
	return errors.Join(append(errs, s.dropDatabases())...)
}

// baseline starts a baseline, once for the suite, and returns its address.
func (s *fixture) baseline(name string, spec baselineSpec) (string, error) {
	if p := s.baselines[name]; p != nil {
		return p.addr, nil
	}
	in, err := json.Marshal(spec)
	if err != nil {
		return "", err
	}
	p, err := start(s.ctx, s.folder, environment(roleVariable+"="+roleBaseline), append(in, '\n'), s.self)
	if err != nil {
		return "", err
	}
	s.baselines[name] = p
	return p.addr, nil
}

// copyOfStore copies the store for a baseline that writes. For a file the server is stopped,
// so that it is whole, and started again.
func (s *fixture) copyOfStore() (store string, err error) {
	if onMongo(s.serves) {
		return s.copyToMongo()
	}
	if err := s.stopServer(); err != nil {
		return "", err
	}
	s.copies++
	store = filepath.Join(s.folder, fmt.Sprintf("baseline-%d.db", s.copies))
	if err := copyFile(s.store, store); err != nil {
		return "", err
	}
	return store, s.restart()
}

// copyFile copies a file to a new one, on disk.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
