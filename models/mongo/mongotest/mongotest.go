// Package mongotest gives tests a MongoDB to work on. It knows nothing of the store.
package mongotest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// turn counts who has asked for a server.
var turn atomic.Int64

// Server gives the address of the server that FOLKMOOT_TEST_MONGODB_URI names; if it
// names several, with spaces between, tests take them in turns, since a slow one keeps
// one processor busy at most. Where it names none the test is skipped and says how to
// run it; in CI that is a failure.
func Server(t testing.TB) string {
	t.Helper()
	servers := strings.Fields(os.Getenv("FOLKMOOT_TEST_MONGODB_URI"))
	switch {
	case len(servers) > 0:
		return servers[turn.Add(1)%int64(len(servers))]
	case os.Getenv("CI") != "":
		t.Fatal("FOLKMOOT_TEST_MONGODB_URI is not set, and in CI nothing is skipped for want of a database")
	default:
		skip(t, "needs a MongoDB: set FOLKMOOT_TEST_MONGODB_URI=mongodb://127.0.0.1:27017 (a replica set of one will do; "+
			"each test makes and drops a database of its own) and run this test again")
	}
	return ""
}

// skip skips a test and, since go test is silent about that, adds it to the list that
// FOLKMOOT_TEST_SKIPS names, if any.
func skip(t testing.TB, why string) {
	t.Helper()
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

// Database gives the address of a database that is not there yet and is dropped at the
// end of the test.
func Database(t testing.TB) string {
	t.Helper()
	server, name := Server(t), "folkmoot_test_"+uuid.NewString()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // a large one takes long on a slow server
		defer cancel()
		if err := drop(ctx, server, name); err != nil {
			t.Error(err)
		}
	})
	return named(server, name)
}

func drop(ctx context.Context, uri, name string) error {
	client, err := driver.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	if err := client.Database(name).Drop(ctx); err != nil {
		return err
	}
	return client.Disconnect(ctx)
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
