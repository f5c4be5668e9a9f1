package main

import "folkmoot/models/sqlite"

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
	kept, err := sqlite.Restore(sh.ctx, c.File, p.Store)
	if err != nil {
		return err
	}
	sh.say(sh.out, "cli.restore.done", "store", storePlace(p.Store), "file", c.File)
	if kept != "" {
		sh.say(sh.out, "cli.restore.kept", "kept", kept)
	}
	return nil
}
