package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"folkmoot/models"
	"folkmoot/models/service"
)

// backupCommand writes a consistent snapshot of the store to a file.
type backupCommand struct {
	File string `arg:"" help:"File to write, which must not exist; or a folder, in which the file is named by the time."`
	Keep int    `help:"In a folder: delete earlier backups that are older than this many days, at most ${keep_most}." placeholder:"DAYS"`
}

// maxKeepDays is how long a scheduled backup may be kept: what was erased from the store
// must not live on in backups.
const maxKeepDays = 30

// Run writes the snapshot; a server may be using the store meanwhile.
func (c *backupCommand) Run(sh *shell, p *program) error {
	if c.Keep < 0 || c.Keep > maxKeepDays {
		return usage("cli.backup.keep", "most", maxKeepDays)
	}
	file, err := filepath.Abs(c.File)
	if err != nil {
		return err
	}
	folder := ""
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		folder, file = file, filepath.Join(file, backupName(sh.clock.Now()))
	} else if c.Keep > 0 {
		return usage("cli.backup.keep_file", "file", file)
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
		if folder == "" || c.Keep == 0 {
			return nil
		}
		return sh.deleteBackups(folder, sh.clock.Now().AddDate(0, 0, -c.Keep))
	})
}

const backupTime = "2006-01-02T150405Z"

func backupName(at time.Time) string { return "folkmoot-" + at.UTC().Format(backupTime) + ".db" }

// deleteBackups deletes the files in a folder that backupName named before a time.
func (sh *shell) deleteBackups(folder string, before time.Time) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, f := range files {
		at, err := time.Parse("folkmoot-"+backupTime+".db", f.Name())
		if err != nil || !at.Before(before) || !f.Type().IsRegular() {
			continue
		}
		if err := os.Remove(filepath.Join(folder, f.Name())); err != nil {
			return err
		}
		sh.say(sh.out, "cli.backup.deleted", "file", filepath.Join(folder, f.Name()))
	}
	return nil
}
