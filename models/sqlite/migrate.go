package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"time"

	"github.com/pressly/goose/v3"

	"folkmoot/models"
)

// applicationID marks a Folkmoot store, see the first migration.
const applicationID = 1181707371

//go:embed migrations/*.sql
var embedded embed.FS

// migrations are the embedded ones, without their folder.
var migrations = func() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err)
	}
	return sub
}()

// open is Open with the migrations to use.
func open(ctx context.Context, path string, o Options, files fs.FS) (*Store, error) {
	path, err := absolute(path)
	if err != nil {
		return nil, err
	}
	o = o.filled()
	take := lockStore
	if o.Copying {
		take = lockToCopy
	}
	lock, alone, err := take(ctx, path)
	if err != nil {
		return nil, err
	}
	s, err := openLocked(ctx, path, o, files, alone)
	if err == nil && !o.Copying {
		err = s.unfinished(ctx)
	}
	if err == nil && alone && !o.Copying {
		_, err = lock.try(false)
	}
	if err != nil {
		if s != nil {
			s.lock = lock
			return nil, errors.Join(err, s.Close())
		}
		return nil, errors.Join(err, lock.release())
	}
	s.lock = lock
	return s, nil
}

func openLocked(ctx context.Context, path string, o Options, files fs.FS, alone bool) (*Store, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	if err := migrate(ctx, path, o, files, alone); err != nil {
		return nil, err
	}
	return connect(ctx, path, o)
}

// lockStore takes the lock beside the store: alone if nobody else has it open,
// so that it may be migrated, else shared. Somebody who holds it alone is
// migrating or restoring; that is waited for as long as for a busy store.
func lockStore(ctx context.Context, path string) (*fileLock, bool, error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, false, fmt.Errorf("lock store: %w", err)
	}
	for begun := time.Now(); time.Since(begun) < busyTimeout; {
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

// lockToCopy takes the lock alone, and waits for nobody.
func lockToCopy(_ context.Context, path string) (*fileLock, bool, error) {
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

// migrate brings the store up to the last of the migrations.
func migrate(ctx context.Context, path string, o Options, files fs.FS, alone bool) error {
	have, err := versionOf(ctx, path, url.Values{"mode": {"rw"}})
	if err != nil {
		return err
	}
	want, err := lastVersion(files)
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
		if err := copyBeside(ctx, path, fmt.Sprintf("before-v%d", want), o.Clock); err != nil {
			return fmt.Errorf("copy before migrating: %w", err)
		}
	}
	return runMigrations(ctx, path, files)
}

func runMigrations(ctx context.Context, path string, files fs.FS) error {
	db, err := openWriter(path, "sqlite3")
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return makeSecret(ctx, db)
}

// lastVersion gives the number of the last migration.
func lastVersion(files fs.FS) (last int64, err error) {
	names, err := fs.Glob(files, "*.sql")
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

// versionOf opens the file as the parameters say, changing nothing, and gives its version.
func versionOf(ctx context.Context, path string, how url.Values) (int64, error) {
	how.Set("_query_only", "1")
	db, err := sql.Open("sqlite3", dsn(path, how))
	if err != nil {
		return 0, wrap("read version", err)
	}
	defer db.Close()
	return storeVersion(ctx, db)
}

// makeSecret gives a new store its secret.
func makeSecret(ctx context.Context, db *sql.DB) error {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	_, err := db.ExecContext(ctx, "INSERT INTO site (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING", secret)
	return wrap("make secret", err)
}

// storeVersion gives the number of the last migration that a store has seen, 0
// for an empty file. CodeConflict error.store.foreign for any other file.
func storeVersion(ctx context.Context, db *sql.DB) (int64, error) {
	var id, tables int64
	err := db.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_master
		WHERE type = 'table' AND name NOT IN ('goose_db_version', 'sqlite_sequence'))
		FROM pragma_application_id`).Scan(&id, &tables)
	if err != nil {
		return 0, wrap("read version", err)
	}
	if id == 0 && tables == 0 { // new, or cut off in its first migration
		return 0, nil
	}
	if id != applicationID {
		return 0, models.Fail(models.CodeConflict, "error.store.foreign")
	}
	var version int64
	err = db.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1").Scan(&version)
	return version, wrap("read version", err)
}

// copyBeside copies the store to PATH.WHAT-TIME.
func copyBeside(ctx context.Context, path, what string, clock models.Clock) error {
	src, err := sql.Open("sqlite3", dsn(path, url.Values{"mode": {"ro"}}))
	if err != nil {
		return err
	}
	defer src.Close()
	return backup(ctx, src, aside(path, what, clock))
}

// aside names a file beside the store that is not there yet.
func aside(path, what string, clock models.Clock) string {
	name := path + "." + what + "-" + clock.Now().UTC().Format("20060102T150405")
	for n, free := 2, name; ; n++ {
		if _, err := os.Lstat(free); err != nil {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}
