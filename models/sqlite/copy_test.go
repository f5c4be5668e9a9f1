package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"

	"folkmoot/models"
	"folkmoot/models/sqlite"
)

// TestUnfinishedCopy: a store that holds half a copy can be opened for copying only.
func TestUnfinishedCopy(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "folkmoot.db")
	s, err := sqlite.Open(ctx, path, sqlite.Options{Copying: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.BeginCopy(ctx, models.CopyMark{Source: "another"}); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(ctx, path, sqlite.Options{Copying: true}); key(err) != "error.copy.served" {
		t.Fatalf("while it is copied: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(ctx, path, sqlite.Options{}); key(err) != "error.copy.unfinished" {
		t.Fatalf("half a copy: %v", err)
	}
	s, err = sqlite.Open(ctx, path, sqlite.Options{Copying: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.EndCopy(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path, models.SystemClock{})
}

// TestCopyIsExclusive: a store that another program has open cannot be opened for copying.
func TestCopyIsExclusive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folkmoot.db")
	served := open(t, path, models.SystemClock{})
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{Copying: true}); key(err) != "error.copy.served" {
		t.Fatalf("while it is served: %v", err)
	}
	if err := served.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Copying: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// key returns the key of a refusal.
func key(err error) string {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.Key
	}
	return ""
}
