// Package sqlitetest opens SQLite stores for tests cheaply: each is a copy of one
// empty store, whose migrations ran once in the process.
package sqlitetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"folkmoot/models/sqlite"
)

// Open opens an empty store of the test's own in a new file at path. The test
// fails if it cannot be opened, and if closing it at the end fails. All stores
// that one process opens here sign with the same secret.
func Open(t testing.TB, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	Create(t, path)
	store, err := sqlite.Open(context.Background(), path, o)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return store
}

// Create writes the file of an empty store to path. The test fails if it cannot.
func Create(t testing.TB, path string) {
	t.Helper()
	content, err := template()
	if err != nil {
		t.Fatalf("prepare an empty store: %v", err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatalf("copy the empty store: %v", err)
	}
}

// template is the file of an empty store.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "folkmoot-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "empty.db")
	store, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil { // from here on the file holds everything
		return nil, fmt.Errorf("close the empty store: %w", err)
	}
	return os.ReadFile(path)
})
