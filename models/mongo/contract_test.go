package mongo

import (
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/storetest"
)

// TestContract holds the store to the contract of every store.
func TestContract(t *testing.T) {
	needServer(t)
	storetest.Run(t, func(t *testing.T, clock models.Clock) models.Store {
		return openAt(t, freshDatabase(t), underTest(clock))
	})
}

// TestContractRestart holds it to what survives closing and opening.
func TestContractRestart(t *testing.T) {
	needServer(t)
	storetest.RunRestart(t, func(t *testing.T) storetest.Open {
		uri := freshDatabase(t)
		return func(t *testing.T, clock models.Clock) models.Store { return openAt(t, uri, underTest(clock)) }
	})
}

// underTest are options for a test server, which may be slow.
func underTest(clock models.Clock) Options {
	return Options{Clock: clock, Patience: 2 * time.Minute, Writers: 8}
}

// needServer skips a test where there is no database to hold it on.
func needServer(t *testing.T) string {
	t.Helper()
	return mongotest.Server(t)
}

// freshDatabase gives the address of a database that is not there yet and is dropped
// at the end of the test.
func freshDatabase(t *testing.T) string {
	t.Helper()
	return mongotest.Database(t)
}

func openAt(t *testing.T, uri string, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), uri, o)
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
