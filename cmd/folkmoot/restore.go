package main

import (
	"os"
	"path/filepath"
	"strings"

	"folkmoot/models/sqlite"
)

// restoreCommand puts a backup in the store's place.
type restoreCommand struct {
	File string `arg:"" help:"The backup."`
}

// Run refuses while any process, above all a server, has the store open.
func (c *restoreCommand) Run(sh *shell, p *program) error {
	if err := checkStore(p.Store); err != nil {
		return err
	}
	if onMongo(p.Store) {
		return usage("cli.restore.mongodb")
	}
	before := keptBeside(p.Store)
	if err := sqlite.Restore(sh.ctx, c.File, p.Store); err != nil {
		return err
	}
	sh.say(sh.out, "cli.restore.done", "store", p.Store, "file", c.File)
	for name := range keptBeside(p.Store) {
		if !before[name] {
			sh.say(sh.out, "cli.restore.kept", "kept", name)
		}
	}
	return nil
}

// keptBeside lists the stores that restores have put aside.
func keptBeside(store string) map[string]bool {
	kept := map[string]bool{}
	entries, _ := os.ReadDir(filepath.Dir(store)) // what cannot be listed is not named
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(store)+".before-restore-") && !strings.HasSuffix(e.Name(), "-wal") {
			kept[filepath.Join(filepath.Dir(store), e.Name())] = true
		}
	}
	return kept
}
