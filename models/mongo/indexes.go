package mongo

import (
	"context"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// indexes are those of one collection. Each is written as "name: field field"; all
// fields go upwards. Filters name the leading fields by equality and at most one more
// by a range, which every server answers from the index. A range over a field that is
// not the index's last ends with $lt: one compatible server leaves out what equals $lte.
type indexes struct {
	coll string
	list []string
}

// firstIndexes are those of the first version. In the collections that grow, "fence"
// begins with the shard key (c, _id) and goes on with the field that fences a change.
var firstIndexes = []indexes{
	{"consultations", []string{"slug: slug", "newest: key", "busy: inflight.at"}},
	{"reservations", []string{"arriving: arriving until"}},
	{"revisions", []string{"fence: c _id"}},
	{"ideas", []string{
		"fence: c _id v", "number: c number", "participant: participant c status", "guest: guest c status participant",
		"address: addressKey participant",
		"token: token", "queue: q", "queue_of: c q", "status: c status", "merged: c mergedInto", "dirty: dirty",
	}},
	{"replies", []string{
		"fence: c _id v", "thread: c idea shown path", "thread_new: c idea shown pathNew",
		"participant: participant c status idea", "guest: guest c status participant idea", "address: addressKey participant",
		"token: token", "queue: q", "queue_of: c q", "status: c status",
	}},
	{"wordings", []string{"fence: c _id"}},
	{"votes", []string{
		"fence: c _id rev", "idea: c idea participant", "participant: c participant", "voice: c voice at", "person: participant",
	}},
	{"voices", []string{"fence: c _id rev", "live: c live"}},
	{"participants", []string{"address: addressKey", "oldest: key", "staff: staff key", "admin: admin", "todo: todo"}},
	{"sessions", []string{"participant: participant", "expiry: expiresAt"}},
	{"links", []string{
		"token: token", "token2: token2", "address: addressKey purpose usedAt", "open: c open", "remind: remind createdAt", "todo: todo", "unsettled: unsettled",
	}},
	{"mailboxes", []string{"expiry: expiresAt"}},
	{"limits", []string{"expiry: expiresAt"}},
	{"decisions", []string{"fence: c _id", "seq: c seq"}},
	{"decisionParts", []string{"fence: c _id"}},
	{"reports", []string{"item: item after key", "unfiled: unfiled"}},
	{"sealed", []string{"of: c"}},
	{"chunks", []string{"part: op part n"}},
	{"downloads", []string{"of: c"}},
	{"responses", []string{"of: c published"}},
	{"jobs", []string{
		"due: done notBefore _id leasedTo", "waiting: done key", "recipient: recipientKey unconfirmed", "finished: doneAt",
	}},
	{"search", []string{"words: words n", "headings: headings", "only: only", "size: size length headLen"}},
}

func (s *Store) addIndexes(ctx context.Context, of indexes) error {
	list := make([]driver.IndexModel, len(of.list))
	for i, text := range of.list {
		name, fields, _ := strings.Cut(text, ": ")
		keys := bson.D{}
		for _, f := range strings.Fields(fields) {
			keys = append(keys, field{Key: f, Value: int64(1)})
		}
		list[i] = driver.IndexModel{Keys: keys, Options: options.Index().SetName(name)}
	}
	_, err := s.in(of.coll).Indexes().CreateMany(ctx, list)
	return wrap("index "+of.coll, err)
}
