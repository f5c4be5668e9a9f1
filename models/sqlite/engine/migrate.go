package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"time"

	"github.com/pressly/goose/v3"

	"folkmoot/models"
)

// Schema is what a file must hold.
type Schema struct {
	Migrations    fs.FS // SQL files of goose, numbered; the first one sets the application id
	ApplicationID int64 // tells the store's files from any other SQLite file
	// Init completes a file after migrations were run, in every new version: it must
	// be idempotent.
	Init func(ctx context.Context, db *sql.DB) error
	// Check refuses a file that may not be used as it is. It is called with the lock on
	// the file, before Open returns; nil: every file may be used.
	Check func(ctx context.Context, d *DB) error
}

// lockToOpen takes the lock beside the file: an exclusive one if nobody else has the file
// open (alone), so that it may be migrated, else a shared one. A process that holds it
// exclusively is migrating or restoring; that is waited for as long as for a busy file.
func lockToOpen(ctx context.Context, path string) (*fileLock, bool, error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, false, fmt.Errorf("lock store: %w", err)
	}
	for begun := time.Now(); time.Since(begun) < BusyTimeout; {
		for _, alone := range []bool{true, false} {
			if ok, err := lock.try(alone); ok || err != nil {
				return lock, alone, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, false, errors.Join(ctx.Err(), lock.release())
		case <-time.After(20 * time.Millisecond):
		}
	}
	_ = lock.release()
	return nil, false, models.Fail(models.CodeUnavailable, "error.store.restoring")
}

// lockExclusively takes the exclusive lock, without waiting. CodeConflict error.copy.served.
func lockExclusively(_ context.Context, path string) (*fileLock, bool, error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, false, fmt.Errorf("lock store: %w", err)
	}
	ok, err := lock.try(true)
	if err == nil && !ok {
		err = models.Fail(models.CodeConflict, "error.copy.served", "store", path)
	}
	if err != nil {
		return nil, false, errors.Join(err, lock.release())
	}
	return lock, true, nil
}

// lockServing takes the lock of the one server of a file. CodeConflict
// error.store.serving (store).
func lockServing(path string) (*fileLock, error) {
	lock, err := lockFile(path + ".serve.lock")
	if err != nil {
		return nil, fmt.Errorf("lock store: %w", err)
	}
	ok, err := lock.try(true)
	if err == nil && !ok {
		err = models.Fail(models.CodeConflict, "error.store.serving", "store", path)
	}
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	return lock, nil
}

// migrate runs the migrations that the file lacks.
func (s Schema) migrate(ctx context.Context, path string, clock models.Clock, alone bool) error {
	have, err := s.versionOf(ctx, path, url.Values{"mode": {"rw"}})
	if err != nil {
		return err
	}
	want, err := s.lastVersion()
	switch {
	case err != nil:
		return err
	case have > want:
		return models.Fail(models.CodeConflict, "error.store.newer", "have", have, "want", want)
	case have == want:
		return nil
	case !alone:
		return models.Fail(models.CodeConflict, "error.store.in_use")
	}
	if have > 0 {
		if err := copyBeside(ctx, path, fmt.Sprintf("before-v%d", want), clock); err != nil {
			return fmt.Errorf("copy before migrating: %w", err)
		}
	}
	return s.runMigrations(ctx, path)
}

func (s Schema) runMigrations(ctx context.Context, path string) error {
	db, err := openWriter(path, "sqlite3")
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectSQLite3, db, s.Migrations,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if s.Init == nil {
		return nil
	}
	return s.Init(ctx, db)
}

// lastVersion returns the number of the last migration.
func (s Schema) lastVersion() (last int64, err error) {
	names, err := fs.Glob(s.Migrations, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("migrations: %w", err)
	}
	for _, name := range names {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migrations: %w", err)
		}
		last = max(last, n)
	}
	return last, nil
}

// versionOf opens the file with the given parameters, changes nothing, and returns its version.
func (s Schema) versionOf(ctx context.Context, path string, how url.Values) (int64, error) {
	how.Set("_query_only", "1")
	db, err := sql.Open("sqlite3", DSN(path, how))
	if err != nil {
		return 0, Wrap("read version", err)
	}
	defer db.Close()
	return s.version(ctx, db)
}

// version returns the number of the last migration that was run on a file, 0 for an
// empty file. CodeConflict error.store.foreign for any other file.
func (s Schema) version(ctx context.Context, db *sql.DB) (int64, error) {
	var id, tables int64
	err := db.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_master
		WHERE type = 'table' AND name NOT IN ('goose_db_version', 'sqlite_sequence'))
		FROM pragma_application_id`).Scan(&id, &tables)
	if err != nil {
		return 0, Wrap("read version", err)
	}
	if id == 0 && tables == 0 { // new, or interrupted in its first migration
		return 0, nil
	}
	if id != s.ApplicationID {
		return 0, models.Fail(models.CodeConflict, "error.store.foreign")
	}
	var version int64
	err = db.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1").Scan(&version)
	return version, Wrap("read version", err)
}

// copyBeside copies the file to PATH.WHAT-TIME.
func copyBeside(ctx context.Context, path, what string, clock models.Clock) error {
	src, err := sql.Open("sqlite3", DSN(path, url.Values{"mode": {"ro"}}))
	if err != nil {
		return err
	}
	defer src.Close()
	return backup(ctx, src, aside(path, what, clock))
}

// aside returns the name of a file beside path that does not exist yet.
func aside(path, what string, clock models.Clock) string {
	name := path + "." + what + "-" + clock.Now().UTC().Format("20060102T150405")
	for n, free := 2, name; ; n++ {
		if _, err := os.Lstat(free); err != nil {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}
