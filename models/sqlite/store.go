// Package sqlite is models.Store on one SQLite file, one file per feature. The machinery
// under it is in models/sqlite/engine.
package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"io/fs"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// Options of a store; zero values are sensible.
type Options struct {
	Clock     models.Clock // nil: the machine's
	QueueSize int          // writes that may wait for the writer; 0: 4096
	Serving   bool         // another process that serves the store is refused
	Copying   bool         // to be copied from or into: nobody else may open it, and it may hold half a copy

	tests engine.Options // what only tests set
}

// Store is models.Store on one SQLite file. It is safe for concurrent use.
type Store struct {
	db    *engine.DB
	clock models.Clock
}

var (
	_ models.Store         = (*Store)(nil)
	_ models.Backuper      = (*Store)(nil)
	_ models.SchemaChecker = (*Store)(nil)
)

//go:embed migrations/*.sql
var embedded embed.FS

// migrations are the embedded files, without their folder.
var migrations = func() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err)
	}
	return sub
}()

// schemaWith returns the schema of a store with the migrations to use.
func schemaWith(files fs.FS) engine.Schema {
	return engine.Schema{Migrations: files, ApplicationID: 1181707371, Init: makeSecret} // the id spells "Folk"
}

// makeSecret returns a new store its secret.
func makeSecret(ctx context.Context, db *sql.DB) error {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	_, err := db.ExecContext(ctx, "INSERT INTO site (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING", secret)
	return engine.Wrap("make secret", err)
}

// Open opens the store at path, creates it (mode 0600) if there is none, and migrates it
// to this program's version; an older store is copied beside itself first. Errors:
// CodeConflict error.store.newer (have, want) for the store of a newer program,
// error.store.foreign for a file that is no Folkmoot store, error.store.in_use if it
// would have to be migrated while another process has it open; CodeUnavailable
// error.store.restoring while a backup is put in its place; CodeConflict
// error.store.linked (store) for a file with a second name (a hard link), with Serving
// error.store.serving (store) if another process serves it, error.copy.unfinished for half a copy, and with Copying error.copy.served (store) if
// another process has it open.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	return openWith(ctx, path, o, migrations)
}

// openWith is Open with the migrations to use.
func openWith(ctx context.Context, path string, o Options, files fs.FS) (*Store, error) {
	if o.Clock == nil {
		o.Clock = models.SystemClock{}
	}
	s := &Store{clock: o.Clock}
	schema := schemaWith(files)
	if !o.Copying {
		schema.Check = checkCopyFinished
	}
	e := o.tests
	e.QueueSize, e.Exclusive, e.Serving, e.Clock = o.QueueSize, o.Copying, o.Serving, o.Clock
	var err error
	s.db, err = engine.Open(ctx, path, schema, e)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Restore puts the backup in the place of the store at storePath; for its errors see
// engine.Schema.Restore.
func Restore(ctx context.Context, backupFile, storePath string) (kept string, err error) {
	return schemaWith(migrations).Restore(ctx, backupFile, storePath)
}

// Backup implements models.Backuper. The copy is one file that needs no -wal beside it.
func (s *Store) Backup(ctx context.Context, dest string) error { return s.db.Backup(ctx, dest) }

// CheckSchema implements models.SchemaChecker.
func (s *Store) CheckSchema(ctx context.Context) ([]models.SchemaDifference, error) {
	return s.db.CheckSchema(ctx)
}

// Path returns the store's file.
func (s *Store) Path() string { return s.db.Path() }

// Ready implements models.Store.
func (s *Store) Ready(ctx context.Context) error {
	if s.db.Closed() {
		return models.Fail(models.CodeUnavailable, "error.store.busy")
	}
	var one int
	return engine.Wrap("ready", s.db.Reader(ctx).Row("SELECT count(*) FROM site WHERE name = 'secret'").Scan(&one))
}

// Close implements models.Store. A second Close does nothing.
func (s *Store) Close() error { return s.db.Close() }

// now returns the store's time.
func (s *Store) now() time.Time { return models.Millis(s.clock.Now()) }

// write runs fn in the writer's transaction; see engine.DB.Write.
func (s *Store) write(ctx context.Context, fn func(*engine.Tx) error) error {
	return s.db.Write(ctx, s.clock, fn)
}
