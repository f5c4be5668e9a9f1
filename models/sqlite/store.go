// Package sqlite is models.Store on one SQLite file: one writer goroutine that
// commits in groups, a pool of readers on the write-ahead log, and another
// process (the commands) free to use the same file at the same time.
package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"

	"folkmoot/models"
)

// busyTimeout is how long a transaction waits for one of another process.
const busyTimeout = 10 * time.Second

// Options of a store; zero values are sensible.
type Options struct {
	Clock     models.Clock // nil: the machine's
	QueueSize int          // writes that may wait for the writer; 0: 4096
	Copying   bool         // to be copied from or into: nobody else has it open, and it may hold half a copy

	driver string // of the connection that writes, a test's; "": sqlite3
}

// Store is models.Store on one SQLite file. While it is open it holds a shared
// lock on PATH.lock, so that Restore, in any process, refuses to replace the file.
type Store struct {
	path   string
	clock  models.Clock
	lock   *fileLock
	write  *sql.DB
	read   *sql.DB
	writer *writer
	memo   *memo
}

var (
	_ models.Store    = (*Store)(nil)
	_ models.Backuper = (*Store)(nil)
)

// Open opens the store at path, which it makes (mode 0600) if there is none, and
// brings it up to this program's version; an older store is copied beside itself
// first. Errors: CodeConflict error.store.newer (have, want) for the store of a
// newer program, error.store.foreign for a file that is no Folkmoot store,
// error.store.in_use if it would have to be migrated while another process has it
// open; CodeUnavailable error.store.restoring while a backup is put in its place;
// CodeConflict error.copy.unfinished for half a copy, and error.copy.served (store)
// where a store that is to be copied is open elsewhere.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	return open(ctx, path, o, migrations)
}

func (o Options) filled() Options {
	if o.Clock == nil {
		o.Clock = models.SystemClock{}
	}
	if o.QueueSize <= 0 {
		o.QueueSize = 4096
	}
	if o.driver == "" {
		o.driver = "sqlite3"
	}
	return o
}

// connect opens both pools on a file that is locked and migrated.
func connect(ctx context.Context, path string, o Options) (*Store, error) {
	s := &Store{path: path, clock: o.Clock}
	var err error
	if s.write, err = openWriter(path, o.driver); err != nil {
		return nil, err
	}
	if s.writer, err = newWriter(ctx, s.write, path, o); err != nil {
		return nil, closeAfter(wrap("open store", err), s.write)
	}
	s.read, err = sql.Open("sqlite3", dsn(path, url.Values{
		"mode": {"ro"}, "_query_only": {"1"}, "_txlock": {"deferred"}, "_stmt_cache_size": {"64"},
		"_cache_size": {"-8000"},
	}))
	if err != nil {
		s.writer.close()
		return nil, closeAfter(wrap("open store", err), s.write)
	}
	readers := max(8, runtime.NumCPU()) // a stream keeps one while its caller may ask for another
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	s.memo = s.writer.memo
	return s, nil
}

// openWriter opens a pool of the one connection that writes.
func openWriter(path, driver string) (*sql.DB, error) {
	db, err := sql.Open(driver, dsn(path, url.Values{
		"mode": {"rw"}, "_journal_mode": {"WAL"}, "_sync": {"FULL"}, "_secure_delete": {"1"},
		"_txlock": {"immediate"}, "_stmt_cache_size": {"160"}, "_cache_size": {"-16000"},
	}))
	if err != nil {
		return nil, wrap("open store", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// dsn writes the driver's address of a file.
func dsn(path string, v url.Values) string {
	v.Set("_busy_timeout", fmt.Sprint(busyTimeout.Milliseconds()))
	v.Set("_fk", "1")
	v.Set("_mutex", "no") // database/sql gives a connection to one goroutine at a time
	return (&url.URL{Scheme: "file", Path: path, RawQuery: v.Encode()}).String()
}

// private makes path, if need be, and closes it to everyone but its owner; SQLite
// gives the -wal and -shm files the mode of the file they belong to.
func private(path string) error {
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

// absolute gives path in full, so that a later change of directory moves nothing.
func absolute(path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("open store: %w", err)
	}
	return full, nil
}

// Path is the store's file.
func (s *Store) Path() string { return s.path }

// Ready implements models.Store.
func (s *Store) Ready(ctx context.Context) error {
	if s.writer.isClosed() {
		return errBusy(nil)
	}
	var one int
	return wrap("ready", s.reader(ctx).row("SELECT count(*) FROM site WHERE name = 'secret'").Scan(&one))
}

// Close implements models.Store. A second Close does nothing.
func (s *Store) Close() error {
	if !s.writer.close() {
		return nil
	}
	err := s.read.Close()
	if werr := s.write.Close(); err == nil {
		err = werr
	}
	s.memo.close()
	if lerr := s.lock.release(); err == nil {
		err = lerr
	}
	return wrap("close store", err)
}

// now is the store's time.
func (s *Store) now() time.Time { return models.Millis(s.clock.Now()) }

// closeAfter closes db on the way out with err.
func closeAfter(err error, db *sql.DB) error {
	_ = db.Close()
	return err
}
