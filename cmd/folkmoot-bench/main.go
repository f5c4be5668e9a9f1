// Command folkmoot-bench measures how close Folkmoot comes to what the machine can
// do: it starts the real server on a fresh store, fills it, drives it over loopback
// from a separate process with bounded load, and prints each figure next to its
// baseline, that of a small program of the bench itself, which is measured in the same
// run, alternating with it. It is a benchmark and no test: whether goals are met or
// missed, it exits 0.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(runRole(role))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.As(err, new(usageError)):
		os.Exit(2)
	case err != nil: // it could not measure at all
		fmt.Fprintln(os.Stderr, "folkmoot-bench:", err)
		os.Exit(1)
	}
}

// bench is one run and what all its rows share.
type bench struct {
	options
	ctx  context.Context
	dir  string // made by this run; everything that is written lies in it
	self string // this program, for its other processes
	log  io.Writer
	prof profiler
}

// processors is what every process of the bench gets as GOMAXPROCS.
func processors() int { return runtime.GOMAXPROCS(0) }

// run measures what args ask for and prints it to out; progress goes to log.
func run(ctx context.Context, args []string, out, log io.Writer) (err error) {
	o, err := parseOptions(args, log)
	if err != nil {
		return err
	}
	b := &bench{options: o, ctx: ctx, log: log, prof: profiler{folder: o.profiles}}
	if err := b.prof.prepare(); err != nil {
		return err
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(o.parent, "folkmoot-bench-"); err != nil {
		return err
	}
	made := b.dir // the one folder that this program ever removes
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }()
	if b.program == "" {
		b.logf("building folkmoot …")
		if b.program, err = build(ctx, b.dir, b.prof.tags()); err != nil {
			return err
		}
	}
	m, err := b.machine()
	if err != nil {
		return err
	}
	outcomes := b.measure()
	if o.json {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"machine": m, "rows": outcomes})
	}
	return printTable(out, m, outcomes)
}

// logf reports progress.
func (b *bench) logf(format string, args ...any) { fmt.Fprintf(b.log, format+"\n", args...) }

// measure goes through the suites and rows that were asked for. What fails is an
// outcome too, so that one fault does not hide the other figures.
func (b *bench) measure() (all []outcome) {
	for _, r := range suites {
		if rows := r.asked(b.options); len(rows) > 0 && b.ctx.Err() == nil {
			all = append(all, b.suite(r, rows, "")...)
		}
	}
	if b.mongo != "" {
		all = append(all, b.overMongo()...)
	}
	return all
}
