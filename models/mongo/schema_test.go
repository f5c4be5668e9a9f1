package mongo

import (
	"context"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestSchema finds collections, views and validators that are not the store's own, and a
// collection that is missing.
func TestSchema(t *testing.T) {
	uri := freshDatabase(t)
	drop := func() { // an earlier test may have left a collection, and a later one could not empty a view
		if err := bare(t, uri).db.Command(context.Background(), bson.D{{Key: "dropDatabase", Value: 1}}, &bson.M{}); err != nil {
			t.Error(err)
		}
	}
	drop()
	s := openAt(t, uri, Options{})
	found := func() string {
		t.Helper()
		diffs, err := s.CheckSchema(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, d := range diffs {
			if d.Want == d.Got {
				t.Errorf("%s: the same: %q", d.Object, d.Got)
			}
			names = append(names, d.Object)
		}
		return strings.Join(names, ", ")
	}
	if got := found(); got != "" {
		t.Fatalf("a new store has %s", got)
	}
	for _, command := range []bson.D{
		{{Key: "create", Value: "notes"}},
		{{Key: "create", Value: "voters"}, {Key: "viewOn", Value: "votes"}, {Key: "pipeline", Value: bson.A{}}},
		{{Key: "collMod", Value: "votes"}, {Key: "validator", Value: bson.D{{Key: "choice", Value: "agree"}}}},
		{{Key: "drop", Value: "revisions"}},
		{{Key: "drop", Value: "reports"}},
		{{Key: "create", Value: "reports"}, {Key: "viewOn", Value: "votes"}, {Key: "pipeline", Value: bson.A{}}},
	} {
		if err := s.db.Command(t.Context(), command, &bson.M{}); err != nil {
			t.Fatal(command, err)
		}
	}
	got := found()
	drop()
	if got != "collection notes, collection reports, collection revisions, collection votes, view reports, view voters" {
		t.Errorf("found %s", got)
	}
}
