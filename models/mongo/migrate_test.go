package mongo

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// bare connects to a database that nobody has migrated.
func bare(t *testing.T, uri string) *Store {
	t.Helper()
	s, err := connect(uri, Options{SweepEvery: -1}.filled())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestNewerStore lets an older program meet the store of a newer one, at its start and
// while it runs.
func TestNewerStore(t *testing.T) {
	uri := freshDatabase(t)
	s := openAt(t, uri, Options{SweepEvery: -1})
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	newer := lastVersion(migrations) + 1
	if _, err := s.update(t.Context(), "site", eq("_id", schemaID), eq("$set", eq("version", newer))); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), uri, Options{SweepEvery: -1})
	if err == nil {
		_ = again.Close()
	}
	for what, err := range map[string]error{"Open": err, "Ready": s.Ready(t.Context())} {
		e, ok := errors.AsType[*models.Error](err)
		if !ok || e.Code != models.CodeConflict || e.Key != "error.store.newer" || e.Args["have"] != newer {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestForeignDatabase(t *testing.T) {
	uri := freshDatabase(t)
	s := bare(t, uri)
	if _, err := s.insert(t.Context(), "customers", "1", "", eq("_id", "1")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), uri, Options{}); models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "error.store.foreign") {
		t.Errorf("a database that holds something else: %v", err)
	}
}

// counted lists migrations that count how often each of them runs.
func counted(versions int64) (list []migration, runs []*atomic.Int64) {
	for v := range versions {
		n := &atomic.Int64{}
		runs = append(runs, n)
		list = append(list, migration{v + 1, func(context.Context, *Store) error {
			n.Add(1)
			return nil
		}})
	}
	return list, runs
}

// TestNodesMigrateOnce lets several nodes come to a new database at the same time.
func TestNodesMigrateOnce(t *testing.T) {
	uri := freshDatabase(t)
	list, runs := counted(3)
	const nodes = 4
	errs := make([]error, nodes)
	var all sync.WaitGroup
	for n := range nodes {
		s := bare(t, uri)
		all.Go(func() { errs[n] = s.migrate(t.Context(), list) })
	}
	all.Wait()
	for n, err := range errs {
		if err != nil {
			t.Errorf("node %d: %v", n, err)
		}
	}
	for n, ran := range runs {
		if ran.Load() != 1 {
			t.Errorf("migration %d ran %d times", n+1, ran.Load())
		}
	}
	if have, _, err := bare(t, uri).version(t.Context()); have != 3 || err != nil {
		t.Errorf("version %d, %v", have, err)
	}
}

// TestMigrationIsTakenOver lets a node die in the middle: the next one goes on after
// its time.
func TestMigrationIsTakenOver(t *testing.T) {
	s := bare(t, freshDatabase(t))
	list, runs := counted(3)
	if err := s.claimDatabase(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, err := s.clock.ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	left := func(until time.Time) {
		t.Helper()
		set := eq("version", int64(1), "op", "dead", "until", until)
		if _, err := s.update(t.Context(), "site", eq("_id", schemaID), eq("$set", set)); err != nil {
			t.Fatal(err)
		}
	}
	left(now.Add(time.Minute))
	if done, err := s.migrateAlone(t.Context(), list); done || err != nil {
		t.Errorf("while another one may be at it: %t, %v", done, err)
	}
	left(now.Add(-time.Second))
	if err := s.migrate(t.Context(), list); err != nil {
		t.Error(err)
	}
	if got := []int64{runs[0].Load(), runs[1].Load(), runs[2].Load()}; !slices.Equal(got, []int64{0, 1, 1}) {
		t.Errorf("the migrations ran %v times", got)
	}
}

// TestIndexes compares the database's indexes with the list, by name.
func TestIndexes(t *testing.T) {
	s := openAt(t, freshDatabase(t), Options{SweepEvery: -1})
	for _, of := range firstIndexes {
		cursor, err := s.in(of.coll).Indexes().List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var there []struct {
			Name string `bson:"name"`
			Key  bson.D `bson:"key"`
		}
		if err := cursor.All(t.Context(), &there); err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{"_id_": true}
		for _, index := range of.list {
			name, _, _ := strings.Cut(index, ": ")
			want[name] = true
		}
		for _, index := range there {
			if !want[index.Name] {
				t.Errorf("%s has the index %s, which is not listed", of.coll, index.Name)
			}
			delete(want, index.Name)
		}
		if len(want) > 0 {
			t.Errorf("%s has no index %v", of.coll, slices.Sorted(maps.Keys(want)))
		}
	}
}
