package main

import (
	"os"
	"path/filepath"
	"strings"

	"folkmoot/models/sqlite"
)

// restoreCommand replaces the store with a backup.
type restoreCommand struct {
	File string `arg:"" help:"The backup."`
}

// Run replaces the store. It fails while another process has the store open.
func (c *restoreCommand) Run(sh *shell, p *program) error {
	if err := checkStore(p.Store); err != nil {
		return err
	}
	if isMongoDB(p.Store) {
		return usage("cli.restore.mongodb")
	}
	before := previousStores(p.Store)
	if err := sqlite.Restore(sh.ctx, c.File, p.Store); err != nil {
		return err
	}
	sh.say(sh.out, "cli.restore.done", "store", storePlace(p.Store), "file", c.File)
	for name := range previousStores(p.Store) {
		if !before[name] {
			sh.say(sh.out, "cli.restore.kept", "kept", name)
		}
	}
	return nil
}

// previousStores returns the names of stores that were replaced by a restore.
func previousStores(store string) map[string]bool {
	names := map[string]bool{}
	entries, _ := os.ReadDir(filepath.Dir(store)) // a folder that cannot be listed has none
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(store)+".before-restore-") && !strings.HasSuffix(e.Name(), "-wal") {
			names[filepath.Join(filepath.Dir(store), e.Name())] = true
		}
	}
	return names
}
