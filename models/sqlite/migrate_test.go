package sqlite

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// withSecond returns the embedded migrations and one more.
func withSecond(t *testing.T) fs.FS {
	t.Helper()
	files := fstest.MapFS{"0002_more.sql": {Data: []byte("-- +goose Up\nCREATE TABLE more (n INTEGER) STRICT;\n")}}
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil || len(names) != 1 {
		t.Fatalf("%v, %v: renumber the migration of this test", names, err)
	}
	data, err := fs.ReadFile(migrations, names[0])
	if err != nil {
		t.Fatal(err)
	}
	files[names[0]] = &fstest.MapFile{Data: data}
	return files
}

func refused(t *testing.T, what string, err error, code models.Code, key string) *models.Error {
	t.Helper()
	var refusal *models.Error
	if !errors.As(err, &refusal) || refusal.Code != code || refusal.Key != key {
		t.Fatalf("%s: got %v, want %s %s", what, err, code, key)
	}
	return refusal
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestFilesArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c%20#d.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	voting(t, s, "c", 1)
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock"} {
		if got := mode(t, name); got != 0o600 {
			t.Errorf("%s has mode %o", filepath.Base(name), got)
		}
	}
}

// TestSettings: "nothing acknowledged is lost" depends on these.
func TestSettings(t *testing.T) {
	s := openTest(t, Options{})
	pragmas := map[string]any{
		"synchronous": int64(2), "journal_mode": "wal", "foreign_keys": int64(1), "secure_delete": int64(1),
		"busy_timeout": engine.BusyTimeout.Milliseconds(), "query_only": int64(0),
	}
	for name, want := range pragmas {
		var got any
		err := s.write(t.Context(), func(t *engine.Tx) error { return t.Row("PRAGMA " + name).Scan(&got) })
		if err != nil || got != want {
			t.Errorf("%s is %v in the writer, want %v (%v)", name, got, want, err)
		}
	}
	var name string
	if err := s.db.Reader(t.Context()).Row("DELETE FROM site RETURNING name").Scan(&name); err == nil || errors.Is(err, sql.ErrNoRows) {
		t.Error("a reader can write")
	}
	secret, err := s.Secret(t.Context())
	if err != nil || len(secret) != 32 {
		t.Errorf("a secret of %d bytes, %v", len(secret), err)
	}
}

func TestOlderStoreIsCopiedAndMigrated(t *testing.T) {
	clock := &testClock{time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "folkmoot.db")
	s, err := Open(t.Context(), path, Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	voting(t, s, "c", 1)
	_, err = openWith(t.Context(), path, Options{Clock: clock}, withSecond(t))
	refused(t, "migrating what another has open", err, models.CodeConflict, "error.store.in_use")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	newer, err := openWith(t.Context(), path, Options{Clock: clock}, withSecond(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newer.Consultation(t.Context(), "c"); err != nil {
		t.Error(err)
	}
	if err := newer.Close(); err != nil {
		t.Fatal(err)
	}
	copied := path + ".before-v2-20260102T150405"
	if got := mode(t, copied); got != 0o600 {
		t.Errorf("the copy has mode %o", got)
	}
	old, err := Open(t.Context(), copied, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if _, err := old.Consultation(t.Context(), "c"); err != nil {
		t.Error(err)
	}
	_, err = Open(t.Context(), path, Options{})
	refusal := refused(t, "an older program", err, models.CodeConflict, "error.store.newer")
	if refusal.Args["have"] != int64(2) || refusal.Args["want"] != int64(1) {
		t.Errorf("args %v", refusal.Args)
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, []byte("not a database, but long enough to be read as a header of one hundred bytes ....................."), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(folder, "other.db")
	db, err := sql.Open("sqlite3", "file:"+other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE diary (day TEXT)"); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	for _, path := range []string{text, other} {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), path, Options{})
		refused(t, path, err, models.CodeConflict, "error.store.foreign")
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("%s was changed (%v)", path, err)
		}
	}
}

func TestOpenTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folkmoot.db")
	errs := make(chan error)
	for range 8 {
		go func() {
			s, err := Open(t.Context(), path, Options{})
			if err == nil {
				_, err = s.Secret(t.Context())
				err = errors.Join(err, s.Close())
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
