package engine

import (
	"context"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// loads gathers reads of single documents: those that are asked for while a read of the
// same collection is under way are read together by the next one. As with Flights, none
// is served by a read that began before it was asked for.
type loads struct {
	mu    sync.Mutex
	colls map[string]*load
}

// load holds the reads that wait in one collection.
type load struct{ waiting []*wanted }

// wanted is one document.
type wanted struct {
	c, id string
	done  chan struct{}
	raw   bson.Raw // nil: it is not there
	err   error
}

// maxLoad bounds the documents of one read.
const maxLoad = 256

// load reads a document; nil if it is not there.
func (db *DB) load(ctx context.Context, coll, c, id string) (bson.Raw, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &wanted{c: c, id: id, done: make(chan struct{})}
	db.loads.mu.Lock()
	if db.loads.colls == nil {
		db.loads.colls = map[string]*load{}
	}
	l, running := db.loads.colls[coll]
	if !running {
		l = &load{}
		db.loads.colls[coll] = l
		go db.runLoads(coll, l)
	}
	l.waiting = append(l.waiting, w)
	db.loads.mu.Unlock()
	select {
	case <-w.done:
		return w.raw, w.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// runLoads reads again and again until nothing waits.
func (db *DB) runLoads(coll string, l *load) {
	for {
		db.loads.mu.Lock()
		n := min(len(l.waiting), maxLoad)
		if n == 0 {
			delete(db.loads.colls, coll)
			db.loads.mu.Unlock()
			return
		}
		now := l.waiting[:n:n]
		l.waiting = l.waiting[n:]
		db.loads.mu.Unlock()
		byC := map[string][]*wanted{}
		for _, w := range now {
			byC[w.c] = append(byC[w.c], w)
		}
		for c, list := range byC {
			db.loadSome(coll, c, list)
		}
	}
}

// loadSome reads documents with one question.
func (db *DB) loadSome(coll, c string, list []*wanted) {
	ctx, cancel := context.WithTimeout(context.Background(), flightTime)
	defer cancel()
	ids := make([]string, len(list))
	for i, w := range list {
		ids[i] = w.id
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	filter := byID(c, ids[0])
	if len(ids) > 1 {
		filter[len(filter)-1].Value = Eq("$in", ids)
	}
	found := make(map[string]bson.Raw, len(ids))
	err := Each(db.Read(ctx), Query{Coll: coll, Filter: filter}, func(raw bson.Raw) error {
		found[raw.Lookup("_id").StringValue()] = slices.Clone(raw)
		return nil
	})
	for _, w := range list {
		w.raw, w.err = found[w.id], err
		close(w.done)
	}
}
