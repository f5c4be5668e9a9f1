package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
)

// profiler fetches profiles of the server while a load drives it. The program is
// then built with -tags profile, without which it has no such address.
type profiler struct {
	folder string // "": nothing is profiled
	row    string // that is being measured
	addr   string // where the profiles are
	server string // the server whose loads are profiled; baselines are not
}

// prepare makes the folder and finds an address for the profiles.
func (p *profiler) prepare() (err error) {
	if p.folder == "" {
		return nil
	}
	if p.addr, err = freeAddress(); err != nil {
		return err
	}
	return os.MkdirAll(p.folder, 0o755)
}

// variables is what tells a server to show its profiles.
func (p *profiler) variables() []string {
	if p.folder == "" {
		return nil
	}
	return []string{"FOLKMOOT_PROFILE_LISTEN=" + p.addr}
}

// tags are those that the server is built with.
func (p *profiler) tags() []string {
	if p.folder == "" {
		return nil
	}
	return []string{"-tags", "profile"}
}

// watch begins a CPU profile for as long as the load lasts. What it gives waits for
// it and takes the heap; a later run of a row replaces the files of an earlier one.
func (p *profiler) watch(l load) func() error {
	if p.folder == "" || l.Addr != p.server {
		return func() error { return nil }
	}
	cpu := make(chan error, 1)
	go func() { cpu <- p.fetch(fmt.Sprintf("profile?seconds=%d", max(1, int(l.Warm+l.Seconds))), "cpu") }()
	return func() error { return errors.Join(<-cpu, p.fetch("heap", "heap")) }
}

// fetch writes one profile to ROW-KIND.pprof.
func (p *profiler) fetch(what, kind string) error {
	r, err := http.Get("http://" + p.addr + "/debug/pprof/" + what)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("profile: %s", r.Status)
	}
	f, err := os.Create(filepath.Join(p.folder, p.row+"-"+kind+".pprof"))
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r.Body)
	return errors.Join(err, f.Close())
}
