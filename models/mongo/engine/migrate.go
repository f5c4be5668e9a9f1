package engine

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// Migration brings a store from the version before it to its own. Nodes that start at
// one time may run it at one time, and any of them may die in it: it does nothing that
// may not be done again.
type Migration struct {
	Version int64
	Run     func(ctx context.Context, db *DB) error
}

type schema struct {
	Version int64 `bson:"version"`
}

// Where the schema is noted.
const (
	siteColl = "site"
	schemaID = "schema"
)

// Version reads which version the store has; there is false if it has none yet.
func (db *DB) Version(ctx context.Context) (have int64, there bool, err error) {
	doc, there, err := Get[schema](db.Read(ctx), siteColl, "", schemaID)
	return doc.Version, there, err
}

// CheckVersion returns the store's version, and refuses one that a newer program has
// migrated: CodeConflict error.store.newer.
func (db *DB) CheckVersion(ctx context.Context, list []Migration) (have int64, err error) {
	have, _, err = db.Version(ctx)
	if want := list[len(list)-1].Version; err == nil && have > want {
		err = models.Fail(models.CodeConflict, "error.store.newer", "have", have, "want", want)
	}
	return have, err
}

// Migrate brings the store up to the last of list. CodeConflict error.store.newer, and
// error.store.foreign for a database that holds something else.
func (db *DB) Migrate(ctx context.Context, list []Migration) error {
	if err := db.claim(ctx); err != nil {
		return err
	}
	have, err := db.CheckVersion(ctx, list)
	for _, m := range list {
		if err == nil && m.Version > have {
			err = m.Run(ctx, db)
			if err == nil {
				_, err = db.UpdateOne(ctx, siteColl, Eq("_id", schemaID), Eq("$max", Eq("version", m.Version)))
			}
		}
	}
	return err
}

// claim adds the schema's document to an empty database.
func (db *DB) claim(ctx context.Context) error {
	_, there, err := db.Version(ctx)
	if err != nil || there {
		return err
	}
	names, err := db.db.ListCollectionNames(ctx, Eq("name", Eq("$nin", bson.A{siteColl, "system.profile"})))
	filled := ""
	for _, name := range names {
		var some bool
		if err == nil {
			some, err = Exists(db.Read(ctx), name, nil)
		}
		if some {
			filled = name
		}
	}
	if err != nil {
		return Wrap("list collections", err)
	}
	if _, there, err = db.Version(ctx); filled != "" && !there && err == nil { // no other node was quicker
		err = models.Fail(models.CodeConflict, "error.store.foreign")
	}
	if err == nil && !there {
		_, err = db.InsertOne(ctx, siteColl, Eq("_id", schemaID, "version", int64(0)))
	}
	return err
}

// Make makes a collection, which a transaction then need not, and its indexes.
func (db *DB) Make(ctx context.Context, coll string, indexes []driver.IndexModel) error {
	err := db.db.CreateCollection(ctx, coll)
	var failed driver.CommandError
	if errors.As(err, &failed) && failed.Code == 48 { // it is there
		err = nil
	}
	if err == nil && len(indexes) > 0 {
		_, err = db.Coll(coll).Indexes().CreateMany(ctx, indexes)
	}
	return Wrap("make "+coll, err)
}
