package mongo

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// Options of a store; zero values are sensible.
type Options struct {
	// Clock is a test's; nil: the time is the database's.
	Clock models.Clock
	// Patience is how long a write waits for its turn and for the database; 0: ten
	// seconds. What the database does not do in this time is CodeUnavailable.
	Patience time.Duration
	// Copying opens a store to be copied from or into: it may hold half a copy.
	Copying bool

	monitor *event.CommandMonitor // a test's
}

// Store is models.Store on one database, which other nodes may use at the same time.
type Store struct {
	db            *engine.DB
	versions      engine.Flights[models.PageVersion]
	consultations engine.Flights[models.Consultation]
	ideas         engine.Flights[models.Idea]
	queues        engine.Flights[bool] // whether anything is in them
	tidied        atomic.Int64         // when this node last took out what has expired, in milliseconds
}

var _ models.Store = (*Store)(nil)

// Doc begins each document. Besides it a document mostly is a type of models as that is,
// under the names of its fields in lower case, and what is searched by.
type (
	Doc = engine.Doc
	tx  = engine.Tx
	ref = engine.Ref
)

// docIn begins a document of a consultation.
func docIn(c, id string) Doc { return Doc{ID: id, C: c} }

// eq writes alternating names and values as a document.
func eq(pairs ...any) bson.D { return engine.Eq(pairs...) }

// Open connects to the database that uri names in its path ("folkmoot" if it names
// none) and brings it up to this program's version. Whatever uri says, writes wait for
// the majority's journals, and reads are the primary's and acknowledged by the majority.
// Errors: CodeConflict error.store.standalone for a server that is no replica set and so
// knows no transactions, error.store.newer (have, want) for the store of a newer program,
// error.store.foreign for a database that holds something else, error.copy.unfinished for
// half a copy; CodeUnavailable if it cannot be reached.
func Open(ctx context.Context, uri string, o Options) (*Store, error) {
	s, err := connect(uri, o)
	if err != nil {
		return nil, err
	}
	err = s.db.CheckTransactions(ctx)
	if err == nil {
		err = s.db.Migrate(ctx, migrations)
	}
	if err == nil && !o.Copying {
		err = s.unfinished(ctx)
	}
	if err != nil {
		_ = s.db.Disconnect()
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

func connect(uri string, o Options) (*Store, error) {
	db, err := engine.Connect(uri, engine.Options{
		Clock: o.Clock, Patience: o.Patience, Monitor: o.monitor,
		Fence: engine.Fence{Coll: "consultations", Fields: eq("texts", 0)},
	})
	if err != nil {
		return nil, err
	}
	return &Store{db: db}, nil
}

// There reports whether the database that uri names holds a store. It makes nothing.
// CodeUnavailable if it cannot be reached.
func There(ctx context.Context, uri string) (bool, error) {
	s, err := connect(uri, Options{})
	if err != nil {
		return false, err
	}
	_, there, err := s.db.Version(ctx)
	_ = s.db.Disconnect()
	return there, err
}

// Database is the name of the store's database.
func (s *Store) Database() string { return s.db.Name() }

// Clock returns the clock of all nodes on this database. It asks the database once, so
// that the first reading is one already.
func (s *Store) Clock(ctx context.Context) (models.Clock, error) { return s.db.Clock.Carried(ctx) }

// Ready implements models.Store. CodeConflict error.store.newer if a newer program
// has migrated the store meanwhile, error.copy.unfinished if one copies into it.
func (s *Store) Ready(ctx context.Context) error {
	if s.db.Closed() {
		return models.Fail(models.CodeUnavailable, "error.store.busy")
	}
	_, err := s.db.CheckVersion(ctx, migrations)
	if err != nil {
		return err
	}
	return s.unfinished(ctx)
}

// Close implements models.Store: it waits for the writes in the queues. A second Close
// does nothing.
func (s *Store) Close() error { return s.db.Close() }

// Now implements models.SiteStore.
func (s *Store) Now(ctx context.Context) (time.Time, error) { return s.db.Clock.Now(ctx) }

// read asks outside a transaction, each question at its own moment.
func (s *Store) read(ctx context.Context) engine.Reader { return s.db.Read(ctx) }

// put runs fn in a transaction of a consultation's queue, or of the one for what concerns
// none (""). It may be run several times, of which only the last counts: what it leaves
// behind it sets, and does not add to.
func (s *Store) put(ctx context.Context, c string, needs []ref, fn func(*tx) error) error {
	return s.db.Do(ctx, c, needs, fn)
}

// change is put for what changes a consultation: fn is given it without its texts, and it
// is written as fn leaves it. CodeNotFound error.consultation.unknown.
func (s *Store) change(ctx context.Context, id string, needs []ref, fn func(*tx, *consultation) error) error {
	return s.put(ctx, id, needs, func(t *tx) error {
		c, err := rules(t, id)
		if err != nil {
			return err
		}
		err = fn(t, &c)
		t.Put("consultations", c)
		return err
	})
}

// changeOne is put for what changes one document of no consultation: CodeNotFound with the
// key unknown if it is not there.
func changeOne[T any](ctx context.Context, s *Store, coll, id, unknown string, fn func(*tx, T) error) error {
	return s.put(ctx, "", []ref{{Coll: coll, ID: id}}, func(t *tx) error {
		d, err := engine.Find[T](t, coll, "", id, unknown)
		if err != nil {
			return err
		}
		return fn(t, d)
	})
}
