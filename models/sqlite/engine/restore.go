package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"

	"folkmoot/models"
)

// Restore puts the backup in the place of the file at storePath, or of the file that a
// symbolic link there leads to. The old file, if there is one, is kept beside it under the
// name that is returned, NAME.before-restore-TIME. Nothing is changed on an error:
// CodeConflict error.store.served while any process has the file open and
// error.store.linked as Open returns it; CodeNotFound error.backup.missing (file); CodeConflict
// error.store.newer and error.store.foreign as Open returns them; CodeInvalid
// error.backup.damaged (problem) if SQLite's own check fails, and error.backup.schema
// (objects) for tables, indexes, triggers or views that are not those of its version. A
// backup of an older version is migrated when the file is next opened.
func (s Schema) Restore(ctx context.Context, backupFile, storePath string) (kept string, err error) {
	path, err := resolve(storePath)
	if err != nil {
		return "", err
	}
	source, err := filepath.Abs(backupFile)
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	ok, err := lock.try(true)
	if err == nil && !ok {
		err = models.Fail(models.CodeConflict, "error.store.served")
	}
	if err == nil {
		err = checkOneName(path)
	}
	if err == nil {
		kept, err = s.replace(ctx, source, path)
	}
	return kept, errors.Join(err, lock.release())
}

// replace does the work of Restore under the lock.
func (s Schema) replace(ctx context.Context, source, path string) (kept string, err error) {
	fresh := path + ".restoring"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) { // of an interrupted restore
		return "", fmt.Errorf("restore: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(fresh)
		}
	}()
	err = s.fetch(ctx, source, fresh)
	if err == nil {
		err = s.checkOwn(ctx, fresh)
	}
	if err == nil {
		err = CheckSound(ctx, fresh)
	}
	if err != nil {
		return "", damaged(err)
	}
	kept, undo, err := keepAside(ctx, path)
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		undo()
		return "", fmt.Errorf("restore: %w", err)
	}
	syncFolder(path)
	return kept, nil
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
		return &models.Error{Code: models.CodeNotFound, Key: "error.backup.missing", Args: map[string]any{"file": source}, Err: err}
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

// checkOwn refuses a copy whose tables, indexes, triggers and views are not those of its
// version. CodeInvalid error.backup.schema (objects).
func (s Schema) checkOwn(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite3", DSN(path, url.Values{"mode": {"ro"}, "_query_only": {"1"}}))
	if err != nil {
		return Wrap("check", err)
	}
	defer db.Close()
	diffs, err := s.compare(ctx, db)
	if err != nil || len(diffs) == 0 {
		return err
	}
	var names []string
	for _, d := range diffs {
		names = append(names, d.Object)
	}
	const most = 10
	if len(names) > most {
		names = append(names[:most], "…")
	}
	return models.Fail(models.CodeInvalid, "error.backup.schema", "objects", strings.Join(names, ", "))
}

// CheckSound runs SQLite's own integrity check over a file that nobody writes.
// CodeInvalid error.backup.damaged (problem).
func CheckSound(ctx context.Context, path string) error {
	return checkSound(ctx, path, models.CodeInvalid, "error.backup.damaged")
}

// checkSound is CheckSound with another refusal, whose key takes problem.
func checkSound(ctx context.Context, path string, code models.Code, key string) error {
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
		return models.Fail(code, key, "problem", found[0])
	}
	return nil
}

// keepAside returns the old file, if there is one, another name too, which it returns. Its
// write-ahead log is checkpointed first; a log that cannot be read is renamed with it.
// undo leaves the old file under its own name alone.
func keepAside(ctx context.Context, path string) (string, func(), error) {
	undo := func() {}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "", undo, nil
	}
	checkpoint(ctx, path)
	kept := aside(path, "before-restore", models.SystemClock{})
	if os.Link(path, kept) == nil {
		undo = func() { _, _ = os.Rename(kept+"-wal", path+"-wal"), os.Remove(kept) }
	} else { // no hard links here: for a moment there is no store
		if err := os.Rename(path, kept); err != nil {
			return "", undo, err
		}
		undo = func() { _, _ = os.Rename(kept+"-wal", path+"-wal"), os.Rename(kept, path) }
	}
	if err := os.Rename(path+"-wal", kept+"-wal"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", undo, err
	}
	if err := os.Remove(path + "-shm"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", undo, err
	}
	return kept, undo, nil
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
