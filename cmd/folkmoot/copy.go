package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/sqlite"
	"folkmoot/models/transfer"
)

// copyCommand copies a store into another one of either kind.
type copyCommand struct {
	From string `help:"The store to copy: a file, or mongodb://host/database." required:"" placeholder:"STORE"`
	To   string `help:"The empty store to copy into; a file is created if it does not exist." required:"" placeholder:"STORE"`
}

// Run copies, compares both stores and prints the result. The exit code is 1 if they
// differ.
func (c *copyCommand) Run(sh *shell) error {
	if err := c.check(sh.ctx); err != nil {
		return err
	}
	from, err := openForCopy(sh.ctx, c.From, sh.clock)
	if err != nil {
		return err
	}
	to, err := openForCopy(sh.ctx, c.To, sh.clock)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	sh.say(sh.err, "cli.copy.begin", "from", storePlace(c.From), "to", storePlace(c.To))
	p := progress{sh: sh, terminal: isTerminal(sh.err)}
	report, err := transfer.Copy(sh.ctx, from, to, sh.clock.Now(), p.update)
	p.clear()
	if err = errors.Join(err, from.Close(), to.Close()); err != nil {
		return err
	}
	return sh.printCopyReport(report)
}

// check returns an error unless From exists and To names another store.
func (c *copyCommand) check(ctx context.Context) error {
	for _, store := range []string{c.From, c.To} {
		if err := checkStore(store); err != nil {
			return err
		}
	}
	from, _ := os.Stat(c.From) // a database is no file, and To need not exist
	to, _ := os.Stat(c.To)
	if c.From == c.To || os.SameFile(from, to) {
		return usage("cli.copy.itself")
	}
	exists, err := storeExists(ctx, c.From)
	if err == nil && !exists {
		err = missingStore(c.From)
	}
	return err
}

// openForCopy opens a store exclusively; it may hold an incomplete copy.
func openForCopy(ctx context.Context, store string, clock models.Clock) (models.Store, error) {
	if isMongoDB(store) {
		return mongo.Open(ctx, store, mongo.Options{Copying: true})
	}
	return sqlite.Open(ctx, store, sqlite.Options{Clock: clock, Copying: true})
}

// printCopyReport prints the counts and hashes of each kind, and whether the stores agree.
func (sh *shell) printCopyReport(report transfer.CopyReport) error {
	switch {
	case report.Already:
		sh.say(sh.out, "cli.copy.already")
	case report.Resumed:
		sh.say(sh.out, "cli.copy.resumed")
	}
	for _, k := range report.Kinds {
		fmt.Fprintf(sh.out, "  %-26s %9d  %s\n", sh.l.T(copyKindKey(k.Kind)), k.From.Count, k.From.SHA256)
		if k.Differs != "" {
			fmt.Fprintf(sh.out, "  %-26s %9d  %s\n", "", k.To.Count, k.To.SHA256)
			sh.say(sh.out, "cli.copy.differs", "key", k.Differs)
		}
	}
	if !report.Same() {
		sh.say(sh.out, "cli.copy.different")
		return errReported
	}
	sh.say(sh.out, "cli.copy.same")
	return nil
}

// copyKindKey returns the catalogue key for a kind of record.
func copyKindKey(k models.CopyKind) string { return "cli.copy.kind." + string(k) }

// progress prints the progress of a copy: on a terminal as one updated line, otherwise
// as a line at 1, 2, 5, 10, 20 … thousand records.
type progress struct {
	sh       *shell
	terminal bool
	kind     models.CopyKind
	next     int64 // count at which the next line is printed
	shown    int   // length of the line on the terminal
}

func (p *progress) update(at transfer.CopyProgress) {
	key := "cli.copy.progress"
	if at.Comparing {
		key = "cli.copy.comparing"
	}
	line := p.sh.l.T(key, "kind", p.sh.l.T(copyKindKey(at.Kind)), "count", at.Count)
	if p.terminal {
		fmt.Fprintf(p.sh.err, "\r%-*s", p.shown, line)
		p.shown = len(line)
		return
	}
	if at.Kind != p.kind || at.Count == 0 {
		p.kind, p.next = at.Kind, 1000
	}
	if at.Count >= p.next {
		fmt.Fprintln(p.sh.err, line)
		for p.next <= at.Count {
			p.next = nextProgressCount(p.next)
		}
	}
}

// nextProgressCount returns the number after n in the series 1, 2, 5, 10, 20, 50 …
func nextProgressCount(n int64) int64 {
	for d := n; ; d /= 10 {
		if d < 10 {
			if d == 2 {
				return n / 2 * 5
			}
			return n * 2
		}
	}
}

// clear erases the line from the terminal.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprintf(p.sh.err, "\r%*s\r", p.shown, "")
	}
}
