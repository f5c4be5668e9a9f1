package mongo

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// migrationLife is how long a node has for the migrations before another one may
// take over: each of them may be run again from its beginning.
const migrationLife = 10 * time.Minute

// migration brings a store from the version before it to its own. It may find some
// of its work done.
type migration struct {
	version int64
	run     func(ctx context.Context, s *Store) error
}

// schema is the document that says which version the store has and who is migrating it.
type schema struct {
	Version int64     `bson:"version"`
	Op      string    `bson:"op"` // of who migrates, or ""
	Until   time.Time `bson:"until"`
}

const schemaID = "schema"

func lastVersion(list []migration) int64 { return list[len(list)-1].version }

// tooNew refuses the store of a newer program.
func tooNew(have, want int64) error {
	if have > want {
		return models.Fail(models.CodeConflict, "error.store.newer", "have", have, "want", want)
	}
	return nil
}

// version reads which version the store has; there is false if it has none yet.
func (s *Store) version(ctx context.Context) (have int64, there bool, err error) {
	doc, there, err := get[schema](ctx, s, "site", schemaID)
	return doc.Version, there, err
}

// migrate brings the store up to the last of list. One node does it; the others wait.
func (s *Store) migrate(ctx context.Context, list []migration) error {
	if err := s.claimDatabase(ctx); err != nil {
		return err
	}
	want := lastVersion(list)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		have, _, err := s.version(ctx)
		if err == nil {
			err = tooNew(have, want)
		}
		if err != nil || have == want {
			return err
		}
		done, err := s.migrateAlone(ctx, list)
		if err != nil || done {
			return err
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// claimDatabase adds the schema's document to a database without documents. CodeConflict
// error.store.foreign for one that holds something else.
func (s *Store) claimDatabase(ctx context.Context) error {
	_, there, err := s.version(ctx)
	if err != nil || there {
		return err
	}
	names, err := s.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return wrap("list collections", err)
	}
	for _, name := range names {
		if name == "site" || strings.HasPrefix(name, "system.") {
			continue
		}
		holds, err := s.in(name).EstimatedDocumentCount(ctx)
		if err != nil {
			return wrap("count "+name, err)
		}
		if holds == 0 {
			continue
		}
		if _, there, err = s.version(ctx); there || err != nil { // another node was quicker
			return err
		}
		return models.Fail(models.CodeConflict, "error.store.foreign")
	}
	_, err = s.insert(ctx, "site", schemaID, "", eq("_id", schemaID, "version", int64(0), "op", "", "until", time.Time{}))
	return err
}

// migrateAlone runs what is missing, if no other node is at it.
func (s *Store) migrateAlone(ctx context.Context, list []migration) (bool, error) {
	now, err := s.clock.ask(ctx)
	if err != nil {
		return false, err
	}
	op := newID()
	doc, mine, err := take[schema](ctx, s, "site", eq("_id", schemaID, "until", eq("$lte", now)),
		eq("$set", eq("op", op, "until", now.Add(migrationLife))), true, nil)
	if err != nil || !mine {
		return false, err
	}
	for _, m := range list {
		if m.version <= doc.Version {
			continue
		}
		if err := m.run(ctx, s); err != nil {
			return false, fmt.Errorf("migration %d: %w", m.version, err)
		}
		if _, err := s.update(ctx, "site", eq("_id", schemaID, "op", op), eq("$set", eq("version", m.version))); err != nil {
			return false, err
		}
	}
	_, err = s.update(ctx, "site", eq("_id", schemaID, "op", op), eq("$set", eq("op", "", "until", time.Time{})))
	return err == nil, err
}

// migrations lists them by version. Indexes are named and never change under a name.
var migrations = []migration{
	{1, func(ctx context.Context, s *Store) error {
		for _, c := range firstIndexes {
			if err := s.addIndexes(ctx, c); err != nil {
				return err
			}
		}
		return s.makeSecret(ctx)
	}},
}

// makeSecret gives a new store its secret.
func (s *Store) makeSecret(ctx context.Context) error {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	_, err := s.insert(ctx, "site", secretID, "", eq("_id", secretID, "value", secret))
	return err
}
