package engine

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Flights share reads: callers that ask while a read of the same kind is under way wait
// for the next one, which reads what all of them ask for. So none is served by a read
// that began before it asked, and who was told that a write is done sees it.
type Flights[T any] struct {
	mu     sync.Mutex
	flying map[string]bool        // kinds of which a read is under way
	next   map[string]*landing[T] // what the read after it is going to bring
}

// landing is what one read is going to bring.
type landing[T any] struct {
	waiting int
	ids     map[string]bool
	done    chan struct{}
	found   map[string]T
	err     error
}

// flightTime bounds a shared read, whose callers may have left.
const flightTime = 15 * time.Second

// Reading reads what is asked for by ids, each once.
type Reading[T any] func(ctx context.Context, ids []string) (map[string]T, error)

// Do returns what a read that begins after the call brings under id, and whether it
// brings anything. read has a context of its own; the caller's ends the caller's waiting
// alone.
func (f *Flights[T]) Do(ctx context.Context, kind, id string, read Reading[T]) (value T, found bool, err error) {
	if err := ctx.Err(); err != nil {
		return value, false, Wrap("read", err)
	}
	f.mu.Lock()
	if f.next == nil {
		f.flying, f.next = map[string]bool{}, map[string]*landing[T]{}
	}
	mine := f.next[kind]
	if mine == nil {
		mine = &landing[T]{ids: map[string]bool{}, done: make(chan struct{})}
		f.next[kind] = mine
	}
	mine.waiting++
	mine.ids[id] = true
	if !f.flying[kind] {
		f.flying[kind] = true
		go f.fly(kind, read)
	}
	f.mu.Unlock()
	select {
	case <-mine.done:
		value, found = mine.found[id]
		return value, found, mine.err
	case <-ctx.Done():
		return value, false, Wrap("read", ctx.Err())
	}
}

// fly reads again and again until nobody waits.
func (f *Flights[T]) fly(kind string, read Reading[T]) {
	for {
		runtime.Gosched() // those that were woken together ask together
		f.mu.Lock()
		now := f.next[kind]
		delete(f.next, kind)
		if now == nil {
			delete(f.flying, kind)
		}
		f.mu.Unlock()
		if now == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), flightTime)
		now.found, now.err = read(ctx, slices.Collect(maps.Keys(now.ids)))
		cancel()
		close(now.done)
	}
}

// load reads a document by its _id, together with those of its collection and
// consultation that others ask for; nil if it is not there.
func (db *DB) load(ctx context.Context, coll, c, id string) (bson.Raw, error) {
	raw, _, err := db.loads.Do(ctx, coll+" "+c, id, func(ctx context.Context, ids []string) (map[string]bson.Raw, error) {
		found := make(map[string]bson.Raw, len(ids))
		return found, Each(db.Read(ctx), Query{Coll: coll, Filter: byIDs(c, ids), byID: true}, func(raw bson.Raw) error {
			found[raw.Lookup("_id").StringValue()] = slices.Clone(raw)
			return nil
		})
	})
	return raw, err
}
