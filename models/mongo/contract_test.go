package mongo

import (
	"context"
	"os"
	"testing"
	"time"

	"folkmoot/models"
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
	uri := os.Getenv("FOLKMOOT_TEST_MONGODB_URI")
	switch {
	case uri != "":
		return uri
	case os.Getenv("CI") != "":
		t.Fatal("FOLKMOOT_TEST_MONGODB_URI is not set, and in CI nothing is skipped for want of a database")
	default:
		t.Skip("needs a MongoDB: set FOLKMOOT_TEST_MONGODB_URI=mongodb://127.0.0.1:27017 (a replica set of one will do; " +
			"each test makes and drops a database of its own) and run go test ./models/mongo")
	}
	return ""
}

// freshDatabase gives the address of a database that is not there yet and is dropped
// at the end of the test.
func freshDatabase(t *testing.T) string {
	t.Helper()
	name := "folkmoot_test_" + newID()
	uri, err := withDatabase(needServer(t), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s, err := connect(uri, Options{}.filled())
		if err != nil {
			t.Error(err)
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.db.Drop(ctx); err != nil {
			t.Error(err)
		}
		if err := s.client.Disconnect(ctx); err != nil {
			t.Error(err)
		}
	})
	return uri
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
