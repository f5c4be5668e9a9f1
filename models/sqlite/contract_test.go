package sqlite_test

import (
	"path/filepath"
	"testing"

	"folkmoot/models"
	"folkmoot/models/sqlite"
	"folkmoot/models/sqlite/sqlitetest"
	"folkmoot/models/storetest"
)

// TestLimiter runs the contract of every limiter.
func TestLimiter(t *testing.T) {
	storetest.RunLimiter(t, func(t *testing.T, clock models.Clock) []models.Limiter {
		return []models.Limiter{openNew(t, sqlite.Options{Clock: clock}).Limiter(clock)}
	})
}

// TestContract runs the contract of every store.
func TestContract(t *testing.T) {
	t.Log("server: " + sqlite.Version())
	storetest.Run(t, func(t *testing.T, clock models.Clock) models.Store {
		return openNew(t, sqlite.Options{Clock: clock})
	})
}

// TestContractRaces runs the contract with many concurrent writers.
func TestContractRaces(t *testing.T) {
	storetest.RunRaces(t, func(t *testing.T, clock models.Clock) models.Store {
		return openNew(t, sqlite.Options{Clock: clock})
	})
}

// TestContractTwice runs the contract while every write is run, rolled back and run again.
func TestContractTwice(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock models.Clock) models.Store {
		return openNew(t, sqlite.RunTwice(sqlite.Options{Clock: clock}))
	})
}

// TestContractRestart runs the contract of what survives closing and opening.
func TestContractRestart(t *testing.T) {
	storetest.RunRestart(t, func(t *testing.T) storetest.Open {
		path := newFile(t)
		return func(t *testing.T, clock models.Clock) models.Store { return open(t, path, clock) }
	})
}

// TestContractNodes runs the contract with two programs on one file.
func TestContractNodes(t *testing.T) {
	storetest.RunNodes(t, func(t *testing.T) storetest.Open {
		path := newFile(t)
		return func(t *testing.T, clock models.Clock) models.Store { return open(t, path, clock) }
	})
}

// TestContractInterrupted runs the contract of interrupted writes.
func TestContractInterrupted(t *testing.T) {
	storetest.RunInterrupted(t, func(t *testing.T) storetest.OpenNode {
		path := newFile(t)
		return func(t *testing.T, clock models.Clock) storetest.Node {
			s, d, err := sqlite.OpenDisturbed(t.Context(), path, sqlite.Options{Clock: clock})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return storetest.Node{Store: s, Disturb: d.Disturb}
		}
	})
}

// newFile returns the path of a new, empty store.
func newFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "folkmoot.db")
	sqlitetest.Create(t, path)
	return path
}

// openNew opens a new, empty store with a secret of its own.
func openNew(t *testing.T, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s := openWith(t, newFile(t), o)
	if err := sqlite.RenewSecret(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t *testing.T, path string, clock models.Clock) *sqlite.Store {
	t.Helper()
	return openWith(t, path, sqlite.Options{Clock: clock})
}

func openWith(t *testing.T, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, o)
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
