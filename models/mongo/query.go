package mongo

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// field is one condition of a filter or one part of a change.
type field = bson.E

// eq writes alternating names and values as a document.
func eq(pairs ...any) bson.D {
	d := make(bson.D, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		d = append(d, field{Key: pairs[i].(string), Value: pairs[i+1]})
	}
	return d
}

// in is the collection of that name.
func (s *Store) in(name string) *driver.Collection { return s.db.Collection(name) }

// has tells whether filter finds anything.
func (s *Store) has(ctx context.Context, coll string, filter bson.D) (bool, error) {
	err := s.in(coll).FindOne(ctx, filter, options.FindOne().SetProjection(eq("_id", 1))).Err()
	if errors.Is(err, driver.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, wrap("look for "+coll, err)
}

// count counts what filter finds.
func (s *Store) count(ctx context.Context, coll string, filter bson.D) (int64, error) {
	n, err := s.in(coll).CountDocuments(ctx, filter)
	return n, wrap("count "+coll, err)
}

// first reads the one that filter finds, the first by sort (nil: any).
func first[T any](ctx context.Context, s *Store, coll string, filter, sort, fields bson.D) (doc T, found bool, err error) {
	opts := options.FindOne()
	if sort != nil {
		opts.SetSort(sort)
	}
	if fields != nil {
		opts.SetProjection(fields)
	}
	err = s.in(coll).FindOne(ctx, filter, opts).Decode(&doc)
	if errors.Is(err, driver.ErrNoDocuments) {
		return doc, false, nil
	}
	return doc, err == nil, wrap("read "+coll, err)
}

// get reads a document by its _id.
func get[T any](ctx context.Context, s *Store, coll string, id any) (T, bool, error) {
	return first[T](ctx, s, coll, eq("_id", id), nil, nil)
}

// within reads a document of a consultation by its _id.
func within[T any](ctx context.Context, s *Store, coll, consultationID, id string) (T, bool, error) {
	return first[T](ctx, s, coll, eq("c", consultationID, "_id", id), nil, nil)
}

// query is what all and each read.
type query struct {
	coll   string
	filter bson.D
	sort   bson.D
	fields bson.D
	limit  int64 // 0: none
	batch  int32 // how many the database sends at a time; 0: as it likes
}

// all reads everything that q finds.
func all[T any](ctx context.Context, s *Store, q query) (list []T, err error) {
	err = each(ctx, s, q, func(v T) error {
		list = append(list, v)
		return nil
	})
	return list, err
}

// errEnough ends an each without an error.
var errEnough = errors.New("enough")

// each calls fn for everything that q finds; fn's error ends it and comes back as it is.
func each[T any](ctx context.Context, s *Store, q query, fn func(T) error) error {
	opts := options.Find()
	if q.sort != nil {
		opts.SetSort(q.sort)
	}
	if q.fields != nil {
		opts.SetProjection(q.fields)
	}
	if q.limit > 0 {
		opts.SetLimit(q.limit)
	}
	if q.batch > 0 {
		opts.SetBatchSize(q.batch)
	}
	cursor, err := s.in(q.coll).Find(ctx, q.filter, opts)
	if err != nil {
		return wrap("read "+q.coll, err)
	}
	defer closeSoon(ctx, cursor)
	for cursor.Next(ctx) {
		var v T
		if err := cursor.Decode(&v); err != nil {
			return wrap("decode "+q.coll, err)
		}
		switch err := fn(v); {
		case errors.Is(err, errEnough):
			return nil
		case err != nil:
			return err
		}
	}
	return wrap("read "+q.coll, cursor.Err())
}

// closeSoon closes a cursor also when ctx has ended, but waits for no database that does
// not answer: it forgets cursors by itself.
func closeSoon(ctx context.Context, cursor *driver.Cursor) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = cursor.Close(ctx)
}

// batchSize is how many documents a stream reads at a time whose caller may be slow.
const batchSize = 500

// batches reads keyset by keyset, and hands the documents on while nothing is held. q
// gives what to read after a key. fn's error comes back as it is.
func batches[T any](ctx context.Context, s *Store, q func(after string) query, key func(T) string, fn func(T) error) error {
	for after := ""; ; {
		part := q(after)
		part.limit = batchSize
		list, err := all[T](ctx, s, part)
		if err != nil {
			return err
		}
		for _, v := range list {
			if err := fn(v); err != nil {
				return err
			}
		}
		if len(list) < batchSize {
			return nil
		}
		after = key(list[len(list)-1])
	}
}
