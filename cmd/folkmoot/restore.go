package main

import "folkmoot/models/sqlite"

// restoreCommand puts a backup in the store's place.
type restoreCommand struct {
	File string `arg:"" help:"The backup."`
}

// Run refuses while any process, above all a server, has the store open.
func (c *restoreCommand) Run(sh *shell, p *program) error {
	if err := checkStore(p.Store); err != nil {
		return err
	}
	if err := sqlite.Restore(sh.ctx, c.File, p.Store); err != nil {
		return err
	}
	sh.say(sh.out, "cli.restore.done", "store", p.Store, "file", c.File)
	return nil
}
