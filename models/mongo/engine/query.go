package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/models"
)

// Reader is what reads documents: the database, each question at its own moment, or a
// transaction, which sees one moment and what it has written itself.
type Reader interface {
	// asking returns where a question to a collection goes.
	asking(coll string) (context.Context, *driver.Collection, error)
	// heard notes the error that a question met with.
	heard(what string, err error) error
}

type reader struct {
	ctx   context.Context
	db    *DB
	alone bool // ctx has a session of its own
}

// Read returns a Reader of what a majority has acknowledged, by the primary.
func (db *DB) Read(ctx context.Context) Reader { return reader{ctx: ctx, db: db} }

// Snapshot lets fn read one moment of the database, whatever is written meanwhile.
func (db *DB) Snapshot(ctx context.Context, fn func(Reader) error) error {
	session, err := db.client.StartSession(options.Session().SetSnapshot(true))
	if err != nil {
		return Wrap("snapshot", err)
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	return fn(reader{driver.NewSessionContext(ctx, session), db, true})
}

func (r reader) asking(coll string) (context.Context, *driver.Collection, error) {
	return r.ctx, r.db.Coll(coll), nil
}

func (r reader) heard(what string, err error) error { return Wrap(what, err) }

// Query is what All, First and Each read.
type Query struct {
	Coll   string
	Filter bson.D // nil: everything
	Sort   bson.D
	Fields bson.D
	Limit  int64 // 0: none
	byID   bool  // Filter names _id
}

// Get reads a document by its _id, and by its consultation unless c is "".
func Get[T any](r Reader, coll, c, id string) (doc T, found bool, err error) {
	switch r := r.(type) {
	case *Tx:
		doc, found = Look[T](r, coll, c, id)
		return doc, found, r.err
	case reader:
		if !r.alone {
			raw, err := r.db.load(r.ctx, coll, c, id)
			if err != nil || raw == nil {
				return doc, false, Wrap("read "+coll, err)
			}
			doc, err = decode[T](coll, raw)
			return doc, err == nil, err
		}
	}
	return First[T](r, Query{Coll: coll, Filter: byIDs(c, []string{id}), byID: true})
}

// Find is Get for a document that should be there: CodeNotFound with the key unknown.
func Find[T any](r Reader, coll, c, id, unknown string) (T, error) {
	doc, found, err := Get[T](r, coll, c, id)
	return doc, Missing(found, err, unknown)
}

// Missing returns CodeNotFound with the key for what was not found; an error passes.
func Missing(found bool, err error, key string) error {
	if err == nil && !found {
		return models.Fail(models.CodeNotFound, key)
	}
	return err
}

func decode[T any](coll string, raw bson.Raw) (doc T, err error) {
	d := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(raw)))
	d.SetRegistry(registry)
	if err = d.Decode(&doc); err != nil {
		err = fmt.Errorf("decode %s: %w", coll, err)
	}
	return doc, err
}

// idIndex spares the server to choose among the indexes that begin with the consultation.
var idIndex = Eq("_id", int64(1))

// byIDs finds documents by their _id, and by the shard key where c is known.
func byIDs(c string, ids []string) bson.D {
	var id any = Eq("$in", ids)
	if len(ids) == 1 {
		id = ids[0]
	}
	if c == "" {
		return Eq("_id", id)
	}
	return Eq("c", c, "_id", id)
}

// First reads the first that q finds.
func First[T any](r Reader, q Query) (doc T, found bool, err error) {
	q.Limit = 1
	list, err := All[T](r, q)
	if len(list) > 0 {
		doc, found = list[0], true
	}
	return doc, found, err
}

// Exists reports whether filter finds anything.
func Exists(r Reader, coll string, filter bson.D) (bool, error) {
	_, found, err := First[bson.Raw](r, Query{Coll: coll, Filter: filter, Fields: Eq("_id", 1)})
	return found, err
}

// Count counts what filter finds.
func Count(r Reader, coll string, filter bson.D) (int64, error) {
	ctx, in, err := r.asking(coll)
	if err != nil {
		return 0, err
	}
	n, err := in.CountDocuments(ctx, filter)
	return n, r.heard("count "+coll, err)
}

// All reads everything that q finds.
func All[T any](r Reader, q Query) (list []T, err error) {
	err = Each(r, q, func(v T) error {
		list = append(list, v)
		return nil
	})
	return list, err
}

// BatchSize is how many documents are read or added at a time where there are many.
const BatchSize = 1000

// ErrEnough is returned by the function that Each calls to end it without an error.
var ErrEnough = errors.New("enough")

// Each calls fn for everything that q finds; fn's error ends it and comes back as it is.
func Each[T any](r Reader, q Query, fn func(T) error) error {
	ctx, in, err := r.asking(q.Coll)
	if err != nil {
		return err
	}
	if q.Filter == nil {
		q.Filter = bson.D{}
	}
	cursor, err := in.Find(ctx, q.Filter, q.options())
	if err != nil {
		return r.heard("read "+q.Coll, err)
	}
	defer closeSoon(ctx, cursor)
	t, _ := r.(*Tx)
	for cursor.Next(ctx) {
		if t != nil && q.Fields == nil {
			t.keep(q.Coll, cursor.Current)
		}
		var v T
		if err := cursor.Decode(&v); err != nil {
			return Wrap("decode "+q.Coll, err)
		}
		switch err := fn(v); {
		case errors.Is(err, ErrEnough):
			return nil
		case err != nil:
			return err
		}
	}
	return r.heard("read "+q.Coll, cursor.Err())
}

func (q Query) options() *options.FindOptionsBuilder {
	opts := options.Find().SetLimit(q.Limit).SetBatchSize(BatchSize)
	if q.Sort != nil {
		opts.SetSort(q.Sort)
	}
	if q.Fields != nil {
		opts.SetProjection(q.Fields)
	}
	if q.byID {
		opts.SetHint(idIndex)
	}
	if q.Limit == 1 {
		opts.SetBatchSize(2) // so that the server need keep no cursor
	}
	return opts
}

// closeSoon closes a cursor also when ctx has ended, but waits for no database that does
// not answer: it forgets cursors by itself.
func closeSoon(ctx context.Context, cursor *driver.Cursor) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = cursor.Close(ctx)
}
