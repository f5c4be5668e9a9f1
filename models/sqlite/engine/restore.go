package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"folkmoot/models"
)

// Restore puts the backup in the place of the file at storePath. The old file, if there
// is one, is kept beside it as NAME.before-restore-TIME. Nothing is changed on an error:
// CodeConflict error.store.served while any process has the file open; CodeNotFound
// error.backup.missing; CodeConflict error.store.newer and error.store.foreign as Open
// returns them; CodeInvalid error.backup.damaged (problem) if SQLite's own check fails. A
// backup of an older version is migrated when the file is next opened.
func (s Schema) Restore(ctx context.Context, backupFile, storePath string) error {
	path, err := absolute(storePath)
	if err != nil {
		return err
	}
	source, err := absolute(backupFile)
	if err != nil {
		return err
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	ok, err := lock.try(true)
	if err == nil && !ok {
		err = models.Fail(models.CodeConflict, "error.store.served")
	}
	if err == nil {
		err = s.replace(ctx, source, path)
	}
	return errors.Join(err, lock.release())
}

// replace does the work of Restore under the lock.
func (s Schema) replace(ctx context.Context, source, path string) error {
	fresh := path + ".restoring"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) { // of an interrupted restore
		return fmt.Errorf("restore: %w", err)
	}
	err := s.fetch(ctx, source, fresh)
	if err == nil {
		err = CheckSound(ctx, fresh)
	}
	if err != nil {
		_ = os.Remove(fresh)
		return damaged(err)
	}
	if err := keepAside(ctx, path); err != nil {
		_ = os.Remove(fresh)
		return fmt.Errorf("restore: keep the old store: %w", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	syncFolder(path)
	return nil
}

// damaged returns CodeInvalid for what SQLite finds corrupt while it reads a backup.
func damaged(err error) error {
	var cause sqlite3.Error
	if errors.As(err, &cause) && cause.Code == sqlite3.ErrCorrupt {
		return models.Fail(models.CodeInvalid, "error.backup.damaged", "problem", cause.Error())
	}
	return err
}

// fetch copies the backup to fresh after checking its application id and version. A file
// without a -wal beside it is opened as immutable, so that its folder may be read-only.
func (s Schema) fetch(ctx context.Context, source, fresh string) error {
	if _, err := os.Stat(source); err != nil {
		return Refusal(models.CodeNotFound, "error.backup.missing", "restore", err)
	}
	how := url.Values{"mode": {"ro"}}
	if _, err := os.Stat(source + "-wal"); errors.Is(err, os.ErrNotExist) {
		how.Set("immutable", "1")
	}
	have, err := s.versionOf(ctx, source, how)
	if err != nil {
		return err
	}
	want, err := s.lastVersion()
	switch {
	case err != nil:
		return err
	case have == 0:
		return models.Fail(models.CodeConflict, "error.store.foreign")
	case have > want:
		return models.Fail(models.CodeConflict, "error.store.newer", "have", have, "want", want)
	}
	src, err := sql.Open("sqlite3", DSN(source, how))
	if err != nil {
		return Wrap("restore", err)
	}
	defer src.Close()
	return backup(ctx, src, fresh)
}

// CheckSound runs SQLite's own integrity check over a file that nobody writes.
// CodeInvalid error.backup.damaged (problem).
func CheckSound(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite3", DSN(path, url.Values{"mode": {"ro"}}))
	if err != nil {
		return Wrap("check", err)
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, "PRAGMA integrity_check")
	found, err := Collect(rows, err, One[string])
	if err != nil {
		return Wrap("check", err)
	}
	if len(found) != 1 || found[0] != "ok" {
		return models.Fail(models.CodeInvalid, "error.backup.damaged", "problem", found[0])
	}
	return nil
}

// keepAside gives the old file another name too. Its write-ahead log is checkpointed
// first; a log that cannot be read is renamed with it.
func keepAside(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	checkpoint(ctx, path)
	kept := aside(path, "before-restore", models.SystemClock{})
	if os.Link(path, kept) != nil { // no hard links here: for a moment there is no store
		if err := os.Rename(path, kept); err != nil {
			return err
		}
	}
	if err := os.Rename(path+"-wal", kept+"-wal"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Remove(path + "-shm"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// checkpoint writes the log back into its file; closing the last connection then removes
// it. A file too damaged for that is kept as it is.
func checkpoint(ctx context.Context, path string) {
	db, err := sql.Open("sqlite3", DSN(path, url.Values{"mode": {"rw"}}))
	if err != nil {
		return
	}
	_, _ = db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	_ = db.Close()
}

// syncFolder writes a renamed file's name to disk, where the system can.
func syncFolder(path string) {
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}
