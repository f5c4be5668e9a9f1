package mongo

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

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
	{"nodes", nil},
	{"consultations", []string{"slug: slug", "newest: key"}},
	{"reservations", nil},
	{"revisions", []string{"shard: c _id"}},
	{"ideas", []string{
		"shard: c _id", "number: c number", "participant: participant c status", "guest: guest c status participant",
		"address: addressKey participant", "token: token", "queue: q", "queue_of: c q", "status: c status",
		"merged: c mergedInto",
	}},
	{"replies", []string{
		"shard: c _id", "thread: c idea shown path", "thread_new: c idea shown pathNew",
		"participant: participant c status idea", "guest: guest c status participant idea", "address: addressKey participant",
		"token: token", "queue: q", "queue_of: c q", "status: c status",
	}},
	{"wordings", []string{"shard: c _id"}},
	{"votes", []string{"shard: c _id", "idea: c idea participant", "participant: c participant", "voice: c voice idea", "person: participant"}},
	{"voices", []string{"shard: c _id"}},
	{"participants", []string{"oldest: key", "staff: staff key"}},
	{"addresses", nil},
	{"sessions", []string{"participant: participant", "expiry: expiresAt"}},
	{"links", []string{"token: token", "token2: token2", "address: addressKey purpose usedAt", "open: c open", "remind: remind createdAt"}},
	{"mailboxes", []string{"expiry: deferred expiresAt"}},
	{"limits", []string{"expiry: expiresAt"}},
	{"decisions", []string{"shard: c _id", "seq: c seq"}},
	{"decided", []string{"shard: c _id", "seq: c seq position", "waited: c waited seq position"}},
	{"reports", []string{"item: c item closedBy key"}},
	{"sealed", []string{"of: c version"}},
	{"chunks", []string{"part: op part n"}},
	{"responses", []string{"of: c published"}},
	{"jobs", []string{
		"due: done notBefore _id leasedTo", "waiting: done key", "recipient: recipientKey unconfirmed", "finished: done doneAt",
	}},
	{"search", []string{"words: words n"}},
	{"audit", []string{"act: act _id", "actor: actor _id", "of: consultation _id"}},
}

// nodeLife is how long a node is remembered that writes nothing.
const nodeLife = 30 * 24 * time.Hour

// migrations lists them by version. Indexes are named and never change under a name.
var migrations = []engine.Migration{{Version: 1, Run: firstVersion}}

func firstVersion(ctx context.Context, db *engine.DB) error {
	for _, c := range collections {
		var list []engine.Index
		for _, text := range c.indexes {
			name, fields, _ := strings.Cut(text, ": ")
			list = append(list, engine.Index{Name: name, Fields: strings.Fields(fields)})
		}
		if c.name == "nodes" {
			list = append(list, engine.Index{Name: "life", Fields: []string{"fencedAt"}, Life: nodeLife})
		}
		if err := db.MakeCollection(ctx, c.name, list); err != nil {
			return err
		}
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	_, err := db.InsertOne(ctx, "site", eq("_id", secretID, "value", secret))
	return err
}
