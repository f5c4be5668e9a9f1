package mongo

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// collection is one collection and its indexes, each written as "name: field field".
type collection struct {
	name    string
	indexes []string
}

// collections are those of the first version. In the collections that grow with a
// consultation, "shard" is the shard key (c, _id), which every write names. Filters name
// the leading fields of an index by equality and at most one more by a range.
var collections = []collection{
	{"site", nil},
	{"nodes", []string{"life: fencedAt"}},
	{"consultations", []string{"slug: slug", "newest: key"}},
	{"reservations", nil},
	{"revisions", []string{"shard: c _id"}},
	{"ideas", []string{
		"shard: c _id", "number: c number", "participant: contribution.participantid c contribution.status",
		"guest: contribution.guest c contribution.status contribution.participantid",
		"address: contribution.addresskey contribution.participantid", "token: contribution.tokenhash",
		"queue: q", "queue_of: c q", "status: c contribution.status", "merged: c mergedinto",
		"answered: c response.ideaid",
	}},
	{"replies", []string{
		"shard: c _id", "thread: c ideaid onpage path", "thread_new: c ideaid onpage pathnew",
		"participant: contribution.participantid c contribution.status ideaid",
		"guest: contribution.guest c contribution.status contribution.participantid ideaid",
		"address: contribution.addresskey contribution.participantid", "token: contribution.tokenhash",
		"queue: q", "queue_of: c q", "status: c contribution.status",
	}},
	{"wordings", []string{"shard: c _id"}},
	{"votes", []string{
		"shard: c _id", "idea: c ideaid participantid", "participant: c participantid", "voice: c voice ideaid", "person: participantid",
	}},
	{"voices", []string{"shard: c _id"}},
	{"participants", []string{"oldest: key", "staff: staff key", "number: number"}},
	{"addresses", nil},
	{"sessions", []string{"participant: participantid", "expiry: expiresat"}},
	{"links", []string{
		"token: tokenhash", "token2: tokenhash2", "address: addresskey purpose usedat", "open: consultationid open",
		"remind: remind createdat",
	}},
	{"mailboxes", []string{"expiry: expires"}},
	{"limits", []string{"expiry: ends"}},
	{"decisions", []string{"shard: c _id", "seq: c seq"}},
	{"decided", []string{"shard: c _id", "seq: c seq position", "waited: c waited seq position"}},
	{"reports", []string{"item: c item closedby key"}},
	{"sealed", []string{"of: c version"}},
	{"chunks", nil},
	{"jobs", []string{
		"due: done notbefore _id leasedto", "waiting: done key", "recipient: recipientkey unconfirmed", "mailbox: mailbox", "finished: done doneat",
	}},
	{"search", []string{"words: words n"}},
	{"audit", []string{"act: act _id", "actor: actor.id _id", "of: consultationid _id"}},
}

// nodeLife is how long a node is remembered that writes nothing.
const nodeLife = 30 * 24 * time.Hour

// migrations lists them by version. Indexes are named and never change under a name.
var migrations = []engine.Migration{{Version: 1, Run: firstVersion}}

func firstVersion(ctx context.Context, db *engine.DB) error {
	for _, c := range collections {
		if err := db.Make(ctx, c.name, c.models()); err != nil {
			return err
		}
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	_, err := db.InsertOne(ctx, "site", eq("_id", secretID, "value", secret))
	return err
}

// models returns the indexes as the driver makes them. All fields go upwards.
func (c collection) models() (list []driver.IndexModel) {
	for _, text := range c.indexes {
		name, fields, _ := strings.Cut(text, ": ")
		var keys bson.D
		for _, field := range strings.Fields(fields) {
			keys = append(keys, bson.E{Key: field, Value: int64(1)})
		}
		list = append(list, driver.IndexModel{Keys: keys, Options: options.Index().SetName(name)})
	}
	if c.name == "nodes" {
		list[0].Options.SetExpireAfterSeconds(int32(nodeLife.Seconds()))
	}
	return list
}

var _ models.SchemaChecker = (*Store)(nil)

// CheckSchema implements models.SchemaChecker: it compares the database's collections with
// those of the migrations. A view, or a collection with a validator, could refuse writes or
// show other documents than those that were written.
func (s *Store) CheckSchema(ctx context.Context) ([]models.SchemaDifference, error) {
	list, err := s.db.Coll("site").Database().ListCollectionSpecifications(ctx, bson.D{})
	if err != nil {
		return nil, engine.Wrap("list collections", err)
	}
	want, got := map[string]string{}, map[string]string{}
	for _, c := range collections {
		want["collection "+c.name] = "collection {}"
	}
	for _, c := range list {
		if strings.HasPrefix(c.Name, "system.") { // of the server; views are listed by name besides
			continue
		}
		object, is := c.Type+" "+c.Name, c.Type+" {}"
		if _, err := c.Options.LookupErr("validator"); err == nil || want[object] == "" {
			is = c.Type + " " + c.Options.String()
		}
		got[object] = is
	}
	var diffs []models.SchemaDifference
	both := maps.Clone(want)
	maps.Copy(both, got)
	for _, object := range slices.Sorted(maps.Keys(both)) {
		if want[object] != got[object] {
			diffs = append(diffs, models.SchemaDifference{Object: object, Want: want[object], Got: got[object]})
		}
	}
	return diffs, nil
}
