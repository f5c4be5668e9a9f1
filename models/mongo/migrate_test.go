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

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// bare connects to a database that nobody has migrated.
func bare(t *testing.T, uri string) *Store {
	t.Helper()
	s, err := connect(uri, Options{})
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
	s := openAt(t, uri, Options{})
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	newer := int64(len(migrations)) + 1
	if _, err := s.db.UpdateOne(t.Context(), "site", eq("_id", "schema"), eq("$set", eq("version", newer))); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), uri, Options{})
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
	if _, err := s.db.InsertOne(t.Context(), "customers", eq("_id", "1")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), uri, Options{}); models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "error.store.foreign") {
		t.Errorf("a database that holds something else: %v", err)
	}
}

// counted lists migrations that count how often each of them runs.
func counted(versions int64) (list []engine.Migration, runs []*atomic.Int64) {
	for v := range versions {
		n := &atomic.Int64{}
		runs = append(runs, n)
		list = append(list, engine.Migration{Version: v + 1, Run: func(context.Context, *engine.DB) error {
			n.Add(1)
			return nil
		}})
	}
	return list, runs
}

// TestNodesMigrate lets several nodes come to a new database at the same time.
func TestNodesMigrate(t *testing.T) {
	uri := freshDatabase(t)
	list, runs := counted(3)
	const nodes = 4
	errs := make([]error, nodes)
	var all sync.WaitGroup
	for n := range nodes {
		s := bare(t, uri)
		all.Go(func() { errs[n] = s.db.Migrate(t.Context(), list) })
	}
	all.Wait()
	for n, err := range errs {
		if err != nil {
			t.Errorf("node %d: %v", n, err)
		}
	}
	for n, ran := range runs {
		if ran.Load() < 1 {
			t.Errorf("migration %d did not run", n+1)
		}
	}
	if have, _, err := bare(t, uri).db.Version(t.Context()); have != 3 || err != nil {
		t.Errorf("version %d, %v", have, err)
	}
}

// TestMigrationGoesOn lets a node die in the middle: the next one runs what is missing.
func TestMigrationGoesOn(t *testing.T) {
	s := bare(t, freshDatabase(t))
	list, runs := counted(3)
	died := errors.New("died")
	goOn := list[1].Run
	list[1].Run = func(context.Context, *engine.DB) error { return died }
	if err := s.db.Migrate(t.Context(), list); !errors.Is(err, died) {
		t.Error(err)
	}
	list[1].Run = goOn
	if err := s.db.Migrate(t.Context(), list); err != nil {
		t.Error(err)
	}
	if got := []int64{runs[0].Load(), runs[1].Load(), runs[2].Load()}; !slices.Equal(got, []int64{1, 1, 1}) {
		t.Errorf("the migrations ran %v times", got)
	}
	if have, _, err := s.db.Version(t.Context()); have != 3 || err != nil {
		t.Errorf("version %d, %v", have, err)
	}
}

// TestIndexes compares the database's indexes with the list, by name.
func TestIndexes(t *testing.T) {
	s := openAt(t, freshDatabase(t), Options{})
	for _, of := range collections {
		cursor, err := s.db.Coll(of.name).Indexes().List(t.Context())
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
		for _, index := range of.indexes {
			name, _, _ := strings.Cut(index, ": ")
			want[name] = true
		}
		for _, index := range there {
			if !want[index.Name] {
				t.Errorf("%s has the index %s, which is not listed", of.name, index.Name)
			}
			delete(want, index.Name)
		}
		if len(want) > 0 {
			t.Errorf("%s has no index %v", of.name, slices.Sorted(maps.Keys(want)))
		}
	}
}
