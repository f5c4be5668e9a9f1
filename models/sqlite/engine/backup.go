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

// Backup copies the file to dest (mode 0600) as it is at one moment, while others read
// and write. The copy is one file that needs no -wal beside it.
// CodeConflict error.backup.exists if there is a file at dest, and error.store.damaged if
// the store is not sound; then nothing is left at dest.
func (d *DB) Backup(ctx context.Context, dest string) error {
	dest, err := filepath.Abs(dest)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return backup(ctx, d.read, dest)
}

// backup copies the database behind src to dest.
func backup(ctx context.Context, src *sql.DB, dest string) error {
	f, err := os.OpenFile(dest, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return models.Fail(models.CodeConflict, "error.backup.exists", "file", dest)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	err = copyInto(ctx, src, dest)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = checkSound(ctx, dest, models.CodeConflict, "error.store.damaged")
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(dest)
		return Wrap("backup", err)
	}
	return nil
}

// copyInto fills the empty file at dest.
func copyInto(ctx context.Context, src *sql.DB, dest string) error {
	db, err := sql.Open("sqlite3", DSN(dest, url.Values{"mode": {"rw"}, "_sync": {"FULL"}}))
	if err != nil {
		return err
	}
	defer db.Close()
	to, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer to.Close()
	from, err := src.Conn(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := copyPages(to, from); err != nil {
		return err
	}
	_, err = to.ExecContext(ctx, "PRAGMA journal_mode = DELETE")
	return err
}

// copyPages copies all pages in one step: a reader of the write-ahead log holds
// up no writer, and a copy in several steps would begin again at every write.
func copyPages(to, from *sql.Conn) error {
	return to.Raw(func(dst any) error {
		return from.Raw(func(src any) error {
			b, err := dst.(*sqlite3.SQLiteConn).Backup("main", src.(*sqlite3.SQLiteConn), "main")
			if err != nil {
				return err
			}
			done, err := b.Step(-1)
			if err = errors.Join(err, b.Finish()); err != nil {
				return err
			}
			if !done {
				return errBusy(nil)
			}
			return nil
		})
	})
}
