package main

import (
	"context"
	"os"
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
	return p.withStore(sh, false, func(ctx context.Context, store models.Store, svc *service.Service) error {
		b, ok := store.(models.Backuper)
		if !ok {
			return usage("cli.backup.mongodb", "command", commandLine("copy", "--from", storeFlag(p.Store), "--to", file))
		}
		if _, err := os.Lstat(file); err == nil {
			return models.Fail(models.CodeConflict, "error.backup.exists", "file", file)
		}
		if err := svc.LogCommand(ctx, models.AuditBackedUp, filepath.Base(file)); err != nil {
			return err
		}
		if err := b.Backup(ctx, file); err != nil {
			return err
		}
		sh.say(sh.out, "cli.backup.done", "store", storePlace(p.Store), "file", file)
		return nil
	})
}
