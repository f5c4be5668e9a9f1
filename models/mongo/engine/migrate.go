package engine

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/models"
)

// migrationLife is how long a node has for the migrations before another one may
// take over: each of them may be run again from its beginning.
const migrationLife = 10 * time.Minute

// Migration brings a store from the version before it to its own. It may find some
// of its work done.
type Migration struct {
	Version int64
	Run     func(ctx context.Context, db *DB) error
}

// schema is the document that says which version the store has and who is migrating it.
type schema struct {
	Version int64     `bson:"version"`
	Op      string    `bson:"op"` // of who migrates, or ""
	Until   time.Time `bson:"until"`
}

// Where the schema is noted.
const (
	siteColl = "site"
	schemaID = "schema"
)

func last(list []Migration) int64 { return list[len(list)-1].Version }

// tooNew refuses the store of a newer program.
func tooNew(have, want int64) error {
	if have > want {
		return models.Fail(models.CodeConflict, "error.store.newer", "have", have, "want", want)
	}
	return nil
}

// Version reads which version the store has; there is false if it has none yet.
func (db *DB) Version(ctx context.Context) (have int64, there bool, err error) {
	doc, there, err := Get[schema](db.Read(ctx), siteColl, schemaID)
	return doc.Version, there, err
}

// CheckVersion refuses a store that a newer program has migrated: CodeConflict
// error.store.newer.
func (db *DB) CheckVersion(ctx context.Context, list []Migration) error {
	have, _, err := db.Version(ctx)
	if err != nil {
		return err
	}
	return tooNew(have, last(list))
}

// Migrate brings the store up to the last of list. One node does it; the others wait.
// CodeConflict error.store.newer, and error.store.foreign for a database that holds
// something else.
func (db *DB) Migrate(ctx context.Context, list []Migration) error {
	if err := db.claim(ctx); err != nil {
		return err
	}
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		have, _, err := db.Version(ctx)
		if err == nil {
			err = tooNew(have, last(list))
		}
		if err != nil || have == last(list) {
			return err
		}
		done, err := db.migrateAlone(ctx, list)
		if err != nil || done {
			return err
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
	}
}

// claim adds the schema's document to an empty database.
func (db *DB) claim(ctx context.Context) error {
	_, there, err := db.Version(ctx)
	if err != nil || there {
		return err
	}
	names, err := db.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return Wrap("list collections", err)
	}
	for _, name := range names {
		if name == siteColl || name == "system.profile" {
			continue
		}
		filled, err := Exists(db.Read(ctx), name, nil)
		if err != nil {
			return err
		}
		if !filled {
			continue
		}
		if _, there, err = db.Version(ctx); there || err != nil { // another node was quicker
			return err
		}
		return models.Fail(models.CodeConflict, "error.store.foreign")
	}
	_, err = db.InsertOne(ctx, siteColl, Eq("_id", schemaID, "version", int64(0), "op", "", "until", time.Time{}))
	return err
}

// migrateAlone runs what is missing, if no other node is at it.
func (db *DB) migrateAlone(ctx context.Context, list []Migration) (bool, error) {
	now, err := db.Clock.Ask(ctx)
	if err != nil {
		return false, err
	}
	op := bson.NewObjectID().Hex()
	mine, err := db.UpdateOne(ctx, siteColl, Eq("_id", schemaID, "until", Eq("$lte", now)),
		Eq("$set", Eq("op", op, "until", now.Add(migrationLife))))
	if err != nil || !mine {
		return false, err
	}
	have, _, err := db.Version(ctx)
	if err != nil {
		return false, err
	}
	for _, m := range list {
		if m.Version <= have {
			continue
		}
		if err := m.Run(ctx, db); err != nil {
			return false, err
		}
		if _, err := db.UpdateOne(ctx, siteColl, Eq("_id", schemaID, "op", op), Eq("$set", Eq("version", m.Version))); err != nil {
			return false, err
		}
	}
	_, err = db.UpdateOne(ctx, siteColl, Eq("_id", schemaID, "op", op), Eq("$set", Eq("op", "", "until", time.Time{})))
	return err == nil, err
}

// Index is one index of a collection. All its fields go upwards.
type Index struct {
	Name   string
	Fields []string
	Life   time.Duration // of a document from the BSON date in the index's field on; 0: for ever
}

// MakeCollection makes a collection, which a transaction then need not, and its indexes.
func (db *DB) MakeCollection(ctx context.Context, coll string, list []Index) error {
	err := db.db.CreateCollection(ctx, coll)
	if e := (driver.CommandError{}); asServer(err, &e) && e.Code == 48 { // it is there
		err = nil
	}
	if err != nil || len(list) == 0 {
		return Wrap("make "+coll, err)
	}
	made := make([]driver.IndexModel, len(list))
	for i, index := range list {
		keys := bson.D{}
		for _, name := range index.Fields {
			keys = append(keys, bson.E{Key: name, Value: int64(1)})
		}
		opts := options.Index().SetName(index.Name)
		if index.Life > 0 {
			opts.SetExpireAfterSeconds(int32(index.Life.Seconds()))
		}
		made[i] = driver.IndexModel{Keys: keys, Options: opts}
	}
	_, err = db.Coll(coll).Indexes().CreateMany(ctx, made)
	return Wrap("index "+coll, err)
}
