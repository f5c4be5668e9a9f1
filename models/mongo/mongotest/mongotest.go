// Package mongotest gives tests a MongoDB to work on. It knows nothing of the store.
package mongotest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// Server returns the address in FOLKMOOT_TEST_MONGODB_URI. Where it is not set the test is
// skipped and says how to run it; in CI that is a failure.
func Server(t testing.TB) string {
	t.Helper()
	server := os.Getenv("FOLKMOOT_TEST_MONGODB_URI")
	if server == "" {
		missing(t, "needs a MongoDB: set FOLKMOOT_TEST_MONGODB_URI=mongodb://127.0.0.1:27017 (a replica set of one will do; "+
			"tests use databases named folkmoot_test_…) and run this test again")
	}
	return server
}

// missing skips a test for want of a MongoDB and, since go test is silent about that, adds
// it to the list that FOLKMOOT_TEST_SKIPS names, if any. In CI the test fails instead.
func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("in CI nothing is skipped for want of a database: this test " + why)
	}
	if list := os.Getenv("FOLKMOOT_TEST_SKIPS"); list != "" {
		f, err := os.OpenFile(list, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = f.WriteString("  " + t.Name() + "\n")
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Error(err)
		}
	}
	t.Skip(why)
}

// Database returns the address of an empty database that no other test uses meanwhile. It
// is emptied and used again by later tests: to make a store's collections and indexes
// takes far longer than to empty them. So a collection may be there already, without
// documents and with indexes.
func Database(t testing.TB) string {
	t.Helper()
	uri := Server(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	d, err := databases.take(ctx, uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := databases.giveBack(ctx, d); err != nil {
			t.Error(err)
		}
	})
	return named(uri, d.name)
}

// connect returns a client whose writes are acknowledged by the majority, so that those
// who read by majority see them.
func connect(uri string) (*driver.Client, error) {
	return driver.Connect(options.Client().ApplyURI(uri).SetWriteConcern(writeconcern.Majority()))
}

// named puts a database's name into an address.
func named(uri, name string) string {
	scheme, rest, _ := strings.Cut(uri, "://")
	rest, query, _ := strings.Cut(rest, "?")
	hosts, _, _ := strings.Cut(rest, "/")
	if query != "" {
		query = "?" + query
	}
	return scheme + "://" + hosts + "/" + url.PathEscape(name) + query
}
