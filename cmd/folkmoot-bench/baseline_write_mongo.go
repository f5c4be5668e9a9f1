package main

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	mongooptions "go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"folkmoot/models"
)

// mongoWriter commits batches, each as one transaction of one command for each collection.
type mongoWriter struct {
	spec   writeSpec
	client *mongo.Client
	db     *mongo.Database
}

// openMongo connects to the database that uri names.
func openMongo(uri string) (*mongo.Client, *mongo.Database, error) {
	client, err := mongo.Connect(mongooptions.Client().ApplyURI(uri))
	if err != nil {
		return nil, nil, err
	}
	return client, client.Database(databaseOf(uri)), nil
}

// bareMongo writes the same documents as the real server into a database.
func bareMongo(app *fiber.App, uri string, spec writeSpec) error {
	client, db, err := openMongo(uri)
	if err != nil {
		return err
	}
	w := &mongoWriter{spec: spec, client: client, db: db}
	bareWrites(app, spec, w.transact)
	return nil
}

// transact runs a batch in one transaction, again if something else came in between.
func (w *mongoWriter) transact(batch []bareWrite) error {
	journal := true
	ctx, durable := context.Background(), &writeconcern.WriteConcern{W: "majority", Journal: &journal}
	session, err := w.client.StartSession(mongooptions.Session().SetDefaultTransactionOptions(mongooptions.Transaction().
		SetReadConcern(readconcern.Snapshot()).SetWriteConcern(durable).SetReadPreference(readpref.Primary())))
	if err != nil {
		return err
	}
	defer session.EndSession(ctx)
	_, err = session.WithTransaction(ctx, func(ctx context.Context) (any, error) { return nil, w.write(ctx, batch) })
	return err
}

// write sends the documents of a batch. What many writes of a batch count up in one
// document is counted up once.
func (w *mongoWriter) write(ctx context.Context, batch []bareWrite) error {
	counters, tallies := bson.D{}, map[string]map[string]int64{}
	var votes, voices, replies, jobs []mongo.WriteModel
	voteCount, lastReply := int64(0), int64(0)
	for _, b := range batch {
		if b.choice == "" {
			replies = append(replies, mongo.NewInsertOneModel().SetDocument(w.reply(b)))
			jobs = append(jobs, mongo.NewInsertOneModel().SetDocument(w.job(b)))
			lastReply = max(lastReply, b.seq)
			continue
		}
		votes = append(votes, w.vote(b))
		voices = append(voices, w.voice(b))
		voteCount++
		if tallies[b.idea] == nil {
			tallies[b.idea] = map[string]int64{}
		}
		tallies[b.idea][b.choice]++
	}
	var ideas []mongo.WriteModel
	for id, tally := range tallies {
		counts := bson.D{}
		for choice, n := range tally {
			counts = append(counts, bson.E{Key: "tally." + choice, Value: n})
		}
		ideas = append(ideas, mongo.NewUpdateOneModel().SetFilter(w.byID(id)).SetUpdate(bson.D{{Key: "$inc", Value: counts}}))
	}
	if voteCount > 0 {
		counters = append(counters, bson.E{Key: "$inc", Value: bson.D{{Key: "voteseq", Value: voteCount}}})
	}
	if lastReply > 0 {
		counters = append(counters, bson.E{Key: "$max", Value: bson.D{{Key: "replyseq", Value: lastReply}}})
	}
	consultation := []mongo.WriteModel{mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: w.spec.Consultation}}).SetUpdate(counters)}
	for _, c := range []struct {
		name    string
		changes []mongo.WriteModel
	}{
		{"consultations", consultation},
		{"votes", votes},
		{"voices", voices},
		{"ideas", ideas},
		{"replies", replies},
		{"jobs", jobs},
	} {
		if len(c.changes) == 0 {
			continue
		}
		if _, err := w.db.Collection(c.name).BulkWrite(ctx, c.changes); err != nil {
			return err
		}
	}
	return nil
}

func (w *mongoWriter) byID(id string) bson.D {
	return bson.D{{Key: "c", Value: w.spec.Consultation}, {Key: "_id", Value: id}}
}

// The documents that the real store writes for a vote, found by no reading at all.

func (w *mongoWriter) vote(b bareWrite) mongo.WriteModel {
	return mongo.NewUpdateOneModel().SetUpsert(true).SetFilter(w.byID(b.idea + "/" + b.person)).SetUpdate(bson.D{
		{Key: "$set", Value: bson.D{
			{Key: "consultationid", Value: w.spec.Consultation},
			{Key: "ideaid", Value: b.idea},
			{Key: "participantid", Value: b.person},
			{Key: "voice", Value: b.person},
			{Key: "capacity", Value: "resident"},
			{Key: "band", Value: ""},
			{Key: "tier", Value: "email"},
			{Key: "channel", Value: "online"},
			{Key: "choice", Value: b.choice},
			{Key: "at", Value: time.Now()},
		}},
	})
}

func (w *mongoWriter) voice(b bareWrite) mongo.WriteModel {
	return mongo.NewUpdateOneModel().SetUpsert(true).SetFilter(w.byID(w.spec.Consultation + "/" + b.person)).SetUpdate(bson.D{
		{Key: "$set", Value: bson.D{{Key: "lastat", Value: time.Now()}}},
		{Key: "$inc", Value: bson.D{{Key: "live", Value: int64(1)}}},
	})
}

// And those for a reply: itself with its place in the queue, and the message to its author.

func (w *mongoWriter) reply(b bareWrite) bson.D {
	r := models.Reply{}
	r.Place(nil, b.seq)
	now, never := time.Now(), time.Time{}
	return bson.D{
		{Key: "_id", Value: b.id},
		{Key: "c", Value: w.spec.Consultation},
		{Key: "contribution", Value: bson.D{
			{Key: "id", Value: b.id},
			{Key: "consultationid", Value: w.spec.Consultation},
			{Key: "participantid", Value: b.person},
			{Key: "authorname", Value: "Ada Marsh"},
			{Key: "staffrole", Value: ""},
			{Key: "address", Value: ""},
			{Key: "addresskey", Value: ""},
			{Key: "guest", Value: ""},
			{Key: "network", Value: b.id},
			{Key: "tokenhash", Value: models.HashToken(b.id)},
			{Key: "reference", Value: "2345-6789"},
			{Key: "channel", Value: "online"},
			{Key: "language", Value: "en"},
			{Key: "source", Value: ""},
			{Key: "sourceid", Value: ""},
			{Key: "status", Value: "pending"},
			{Key: "reason", Value: ""},
			{Key: "withdrawn", Value: false},
			{Key: "rev", Value: int64(1)},
			{Key: "salt", Value: b.id},
			{Key: "createdat", Value: now},
			{Key: "editedat", Value: never},
			{Key: "publishedat", Value: never},
		}},
		{Key: "ideaid", Value: ""},
		{Key: "ideanumber", Value: int64(0)},
		{Key: "parentid", Value: ""},
		{Key: "parentname", Value: ""},
		{Key: "orphan", Value: false},
		{Key: "depth", Value: int64(1)},
		{Key: "seq", Value: b.seq},
		{Key: "path", Value: r.Path},
		{Key: "pathnew", Value: r.PathNew},
		{Key: "body", Value: b.body},
		{Key: "bodyhtml", Value: b.body},
		{Key: "decidedat", Value: never},
		{Key: "lastseq", Value: int64(0)},
		{Key: "queued", Value: true},
		{Key: "waits", Value: true},
		{Key: "since", Value: now},
		{Key: "q", Value: now.UTC().Format(time.RFC3339Nano) + " " + b.id},
		{Key: "onpage", Value: false},
	}
}

func (w *mongoWriter) job(b bareWrite) bson.D {
	now, never := time.Now(), time.Time{}
	return bson.D{
		{Key: "_id", Value: b.id},
		{Key: "id", Value: b.id},
		{Key: "kind", Value: "received"},
		{Key: "language", Value: "en"},
		{Key: "recipient", Value: "p@example.org"},
		{Key: "args", Value: bson.D{
			{Key: "reference", Value: "2345-6789"},
			{Key: "slug", Value: "flood"},
			{Key: "title", Value: "A consultation"},
			{Key: "token", Value: models.HashToken(b.id)},
		}},
		{Key: "notbefore", Value: now},
		{Key: "attempts", Value: int64(0)},
		{Key: "leasedto", Value: never},
		{Key: "doneat", Value: never},
		{Key: "lasterror", Value: ""},
		{Key: "createdat", Value: now},
		{Key: "unconfirmed", Value: false},
		{Key: "deferred", Value: false},
		{Key: "linkid", Value: ""},
		{Key: "key", Value: now.UTC().Format(time.RFC3339Nano) + " " + b.id},
		{Key: "recipientkey", Value: "p@example.org"},
		{Key: "done", Value: false},
	}
}

// findEach has every page of the bare program read a consultation first, as little as the
// real server reads to learn whether a kept page is current.
func findEach(app *fiber.App, uri, consultation string) error {
	_, db, err := openMongo(uri)
	if err != nil {
		return err
	}
	consultations := db.Collection("consultations", mongooptions.Collection().SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()))
	only := mongooptions.FindOne().SetProjection(bson.D{{Key: "version", Value: 1}})
	app.Use(func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := consultations.FindOne(ctx, bson.D{{Key: "_id", Value: consultation}}, only).Err(); err != nil {
			return err
		}
		return c.Next()
	})
	return nil
}
