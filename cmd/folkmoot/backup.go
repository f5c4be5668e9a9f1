package main

import (
	"context"
	"path/filepath"

	"folkmoot/models"
	"folkmoot/models/service"
)

// backupCommand writes a consistent snapshot of the store to a file.
type backupCommand struct {
	File string `arg:"" help:"File to write; it must not exist."`
}

// Run writes the snapshot; a server may be using the store meanwhile.
func (c *backupCommand) Run(sh *shell, p *program) error {
	file, err := filepath.Abs(c.File)
	if err != nil {
		return err
	}
	if isMongoDB(p.Store) {
		return usage("cli.backup.mongodb", "command", commandLine("copy", "--from", storeFlag(p.Store), "--to", file))
	}
	return p.withStore(sh, false, func(ctx context.Context, store models.Store, _ *service.Service) error {
		b, ok := store.(models.Backuper)
		if !ok {
			return usage("cli.backup.mongodb", "command", commandLine("copy", "--from", storeFlag(p.Store), "--to", file))
		}
		if err := b.Backup(ctx, file); err != nil {
			return err
		}
		sh.say(sh.out, "cli.backup.done", "store", storePlace(p.Store), "file", file)
		return nil
	})
}
