package sqlite_test

import (
	"path/filepath"
	"testing"

	"folkmoot/models"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

// TestContract holds the store to the contract of every store.
func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock models.Clock) models.Store {
		return open(t, filepath.Join(t.TempDir(), "folkmoot.db"), clock)
	})
}

// TestContractRestart holds it to what survives closing and opening.
func TestContractRestart(t *testing.T) {
	storetest.RunRestart(t, func(t *testing.T) storetest.Open {
		path := filepath.Join(t.TempDir(), "folkmoot.db")
		return func(t *testing.T, clock models.Clock) models.Store { return open(t, path, clock) }
	})
}

func open(t *testing.T, path string, clock models.Clock) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
