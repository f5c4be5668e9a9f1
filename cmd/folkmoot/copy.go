package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/sqlite"
	"folkmoot/models/transfer"
)

// copyCommand copies one store into another, of the same or of the other kind.
type copyCommand struct {
	From string `help:"The store to copy: a file, or mongodb://host/database." required:"" placeholder:"STORE"`
	To   string `help:"The empty store to copy it into, made if it is a file that is not there." required:"" placeholder:"STORE"`
}

// Run copies, compares and says what came of it; any difference is exit code 1.
func (c *copyCommand) Run(sh *shell) error {
	if err := c.check(); err != nil {
		return err
	}
	from, err := openToCopy(sh.ctx, c.From, sh.clock)
	if err != nil {
		return err
	}
	to, err := openToCopy(sh.ctx, c.To, sh.clock)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	sh.say(sh.err, "cli.copy.begin", "from", storeName(c.From), "to", storeName(c.To))
	p := progress{sh: sh, terminal: isTerminal(sh.err)}
	report, err := transfer.Copy(sh.ctx, from, to, sh.clock.Now(), p.tell)
	p.end()
	if err = errors.Join(err, from.Close(), to.Close()); err != nil {
		return err
	}
	return sh.copied(report)
}

// check refuses what are no two stores.
func (c *copyCommand) check() error {
	for _, store := range []string{c.From, c.To} {
		if err := checkStore(store); err != nil {
			return err
		}
	}
	from, err := os.Stat(c.From)
	if !onMongo(c.From) && errors.Is(err, fs.ErrNotExist) {
		return models.Fail(models.CodeNotFound, "cli.store.missing", "store", c.From)
	}
	to, _ := os.Stat(c.To) // it need not be there
	if c.From == c.To || os.SameFile(from, to) {
		return usage("cli.copy.itself")
	}
	return nil
}

// openToCopy opens a store that nobody else has open; it may hold half a copy.
func openToCopy(ctx context.Context, store string, clock models.Clock) (models.Store, error) {
	if onMongo(store) {
		return mongo.Open(ctx, store, mongo.Options{Copying: true})
	}
	return sqlite.Open(ctx, store, sqlite.Options{Clock: clock, Copying: true})
}

// copied prints what each store holds and whether that is the same.
func (sh *shell) copied(report transfer.CopyReport) error {
	switch {
	case report.Already:
		sh.say(sh.out, "cli.copy.already")
	case report.Resumed:
		sh.say(sh.out, "cli.copy.resumed")
	}
	for _, k := range report.Kinds {
		fmt.Fprintf(sh.out, "  %-26s %9d  %s\n", sh.l.T(kindWords(k.Kind)), k.From.Count, k.From.SHA256)
		if k.Differs != "" {
			fmt.Fprintf(sh.out, "  %-26s %9d  %s\n", "", k.To.Count, k.To.SHA256)
			sh.say(sh.out, "cli.copy.differs", "key", k.Differs)
		}
	}
	if !report.Same() {
		sh.say(sh.out, "cli.copy.different")
		return errSaid
	}
	sh.say(sh.out, "cli.copy.same")
	return nil
}

// kindWords names a kind of record.
func kindWords(k models.CopyKind) string { return "cli.copy.kind." + string(k) }

// progress shows how far a copy is: on a terminal in one line, else in lines that
// come at 1, 2, 5, 10, 20 … thousand.
type progress struct {
	sh       *shell
	terminal bool
	kind     models.CopyKind
	next     int64 // count at which a line is due
	shown    int   // length of the line on the terminal
}

func (p *progress) tell(at transfer.CopyProgress) {
	key := "cli.copy.progress"
	if at.Comparing {
		key = "cli.copy.comparing"
	}
	line := p.sh.l.T(key, "kind", p.sh.l.T(kindWords(at.Kind)), "count", at.Count)
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
			p.next = step125(p.next)
		}
	}
}

// step125 gives the number after n in 1, 2, 5, 10, 20, 50 …
func step125(n int64) int64 {
	for d := n; ; d /= 10 {
		if d < 10 {
			if d == 2 {
				return n / 2 * 5
			}
			return n * 2
		}
	}
}

// end takes the line off the terminal.
func (p *progress) end() {
	if p.terminal {
		fmt.Fprintf(p.sh.err, "\r%*s\r", p.shown, "")
	}
}
