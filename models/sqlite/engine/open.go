package engine

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"

	"folkmoot/models"
)

// BusyTimeout is how long a transaction waits for one of another process.
const BusyTimeout = 10 * time.Second

// Options of a DB; zero values are sensible.
type Options struct {
	QueueSize int          // writes that may wait for the writer; 0: 4096
	Exclusive bool         // refuse if another process has the file open, and keep others out
	Serving   bool         // refuse if another process serves the file
	Clock     models.Clock // names copies made before a migration; nil: the machine's

	// For tests: drivers of the connections that write and read ("": sqlite3), no read
	// cache, and every group of writes run, rolled back and run again.
	WriteDriver, ReadDriver string
	NoCache, RunTwice       bool
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = models.SystemClock{}
	}
	if o.QueueSize <= 0 {
		o.QueueSize = 4096
	}
	o.WriteDriver, o.ReadDriver = cmp.Or(o.WriteDriver, "sqlite3"), cmp.Or(o.ReadDriver, "sqlite3")
	return o
}

// DB is one open SQLite file. While it is open it holds a shared lock on PATH.lock (an
// exclusive one if Options says so), so that Restore, in any process, refuses to replace
// the file, and with Options.Serving an exclusive one on PATH.serve.lock. PATH is what the
// name that was given resolves to. A DB is safe for concurrent use.
type DB struct {
	path   string
	schema Schema
	locks  []*fileLock
	write  *sql.DB // one connection, the writer's
	read   *sql.DB
	writer *writer
	cache  *Cache
}

// Open opens the file at path, creates it (mode 0600) if there is none, and migrates it
// to the last version of schema; an older file is copied beside itself first. Errors:
// CodeConflict error.store.newer (have, want) for a file of a newer version,
// error.store.foreign for a file with another application id, error.store.in_use if it
// would have to be migrated while another process has it open; CodeUnavailable
// error.store.restoring while a backup is put in its place; CodeConflict
// error.store.linked (store) for a file with a second name; with Options.Exclusive
// CodeConflict error.copy.served (store) if another process has it open; with
// Options.Serving error.store.serving (store) if another process serves it; and what
// schema.Check returns.
func Open(ctx context.Context, path string, schema Schema, o Options) (*DB, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	if !o.Serving {
		return open(ctx, path, schema, o)
	}
	serving, err := lockServing(path)
	if err != nil {
		return nil, err
	}
	d, err := open(ctx, path, schema, o)
	if err != nil {
		return nil, errors.Join(err, serving.release())
	}
	d.locks = append(d.locks, serving)
	return d, nil
}

// open is Open for a resolved path, without the lock of a server.
func open(ctx context.Context, path string, schema Schema, o Options) (*DB, error) {
	take := lockToOpen
	if o.Exclusive {
		take = lockExclusively
	}
	lock, alone, err := take(ctx, path)
	if err != nil {
		return nil, err
	}
	d, err := openLocked(ctx, path, schema, o, alone)
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	d.locks, d.schema = []*fileLock{lock}, schema
	if schema.Check != nil {
		err = schema.Check(ctx, d)
	}
	if err == nil && alone && !o.Exclusive {
		_, err = lock.try(false)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func openLocked(ctx context.Context, path string, schema Schema, o Options, alone bool) (*DB, error) {
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	if err := checkOneName(path); err != nil {
		return nil, err
	}
	if err := schema.migrate(ctx, path, o.Clock, alone); err != nil {
		return nil, err
	}
	return connect(ctx, path, o)
}

// connect opens both pools on a file that is locked and migrated.
func connect(ctx context.Context, path string, o Options) (*DB, error) {
	d := &DB{path: path}
	var err error
	if d.write, err = openWriter(path, o.WriteDriver); err != nil {
		return nil, err
	}
	if d.writer, err = newWriter(ctx, d.write, path, o); err != nil {
		return nil, errors.Join(Wrap("open store", err), d.write.Close())
	}
	d.read, err = sql.Open(o.ReadDriver, DSN(path, url.Values{
		"mode": {"ro"}, "_query_only": {"1"}, "_txlock": {"deferred"}, "_stmt_cache_size": {"64"},
		"_cache_size": {"-8000"},
	}))
	if err != nil {
		d.writer.close()
		return nil, errors.Join(Wrap("open store", err), d.write.Close())
	}
	readers := max(8, runtime.NumCPU()) // a stream keeps one while its caller may ask for another
	d.read.SetMaxOpenConns(readers)
	d.read.SetMaxIdleConns(readers)
	d.cache = d.writer.cache
	return d, nil
}

// openWriter opens a pool of the one connection that writes.
func openWriter(path, driver string) (*sql.DB, error) {
	db, err := sql.Open(driver, DSN(path, url.Values{
		"mode": {"rw"}, "_journal_mode": {"WAL"}, "_sync": {"FULL"}, "_secure_delete": {"1"},
		"_txlock": {"immediate"}, "_stmt_cache_size": {"160"}, "_cache_size": {"-16000"},
	}))
	if err != nil {
		return nil, Wrap("open store", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// DSN returns the driver's data source name of a file, with the settings of every
// connection and those in v.
func DSN(path string, v url.Values) string {
	v.Set("_busy_timeout", fmt.Sprint(BusyTimeout.Milliseconds()))
	v.Set("_fk", "1")
	v.Set("_mutex", "no") // database/sql gives a connection to one goroutine at a time
	return (&url.URL{Scheme: "file", Path: path, RawQuery: v.Encode()}).String()
}

// makePrivate creates path if need be and restricts it to its owner; SQLite creates
// -wal and -shm files with the mode of the file they belong to.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	for _, p := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(p)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(p, 0o600)
		}
		if err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("open store: %w", err)
		}
	}
	return nil
}

// Path returns the file's absolute path, without symbolic links.
func (d *DB) Path() string { return d.path }

// Cache returns the read cache.
func (d *DB) Cache() *Cache { return d.cache }

// Closed reports whether the DB takes no more writes.
func (d *DB) Closed() bool { return d.writer.isClosed() }

// Close commits the writes in the queue and closes the file. A second Close does nothing.
func (d *DB) Close() error {
	if !d.writer.close() {
		return nil
	}
	err := errors.Join(d.read.Close(), d.write.Close())
	d.cache.close()
	for _, lock := range d.locks {
		err = errors.Join(err, lock.release())
	}
	return Wrap("close store", err)
}
