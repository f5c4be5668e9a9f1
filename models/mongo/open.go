package mongo

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"folkmoot/models"
)

// defaultDatabase is used where the address names none.
const defaultDatabase = "folkmoot"

// Options of a store; zero values are sensible.
type Options struct {
	// Clock is a test's; nil: the time is the database's.
	Clock models.Clock
	// SweepEvery is how often what a crash left half done is looked for; 0: every
	// two seconds; negative: only when Sweep is called.
	SweepEvery time.Duration
	// Patience is how long a write waits for its turn and for the database; 0: ten
	// seconds. What the database does not do in this time is CodeUnavailable.
	Patience time.Duration
	// Writers is how many writes of this program are at work at the same time; 0: 64.
	// The others wait, so that a slow database is not asked for more than it can do.
	Writers int
	// Copying opens a store to be copied from or into: it may hold half a copy, and is
	// swept only when Settle is called.
	Copying bool

	actTime time.Duration         // a test's; 0: actTime
	monitor *event.CommandMonitor // a test's
}

func (o Options) filled() Options {
	if o.SweepEvery == 0 {
		o.SweepEvery = 2 * time.Second
	}
	if o.Copying {
		o.SweepEvery = -1
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	if o.Writers <= 0 {
		o.Writers = 64
	}
	if o.actTime <= 0 {
		o.actTime = actTime
	}
	return o
}

// Store is models.Store on one database, which other nodes may use at the same time.
type Store struct {
	client *driver.Client
	db     *driver.Database
	clock  *databaseClock
	o      Options
	gate   gate
	desks  chan struct{} // one for each write at work
	turns  turns
	seen   sightings
	counts flights
	stats  searchStats
	sweeps sweeper

	countAtOnce int64                     // votes on an idea beyond which its tally is left to the sweep
	settling    time.Duration             // how long Settle waits for what is on its way
	faults      func(what string) verdict // a test's; nil: none
}

var _ models.Store = (*Store)(nil)

// Open connects to the database that uri names in its path ("folkmoot" if it names
// none), brings it up to this program's version, and starts the sweep. Whatever uri
// says, writes wait for the majority's journals, and reads are the primary's and
// acknowledged by the majority. Errors: CodeConflict error.store.newer (have, want)
// for the store of a newer program, error.store.foreign for a database that holds
// something else, error.copy.unfinished for half a copy; CodeUnavailable if it cannot be
// reached.
func Open(ctx context.Context, uri string, o Options) (*Store, error) {
	s, err := connect(uri, o.filled())
	if err != nil {
		return nil, err
	}
	err = s.migrate(ctx, migrations)
	if err == nil && !o.Copying {
		err = s.unfinished(ctx)
	}
	if err != nil {
		_ = s.client.Disconnect(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("open store: %w", err)
	}
	s.sweeps.start(s)
	return s, nil
}

func connect(uri string, o Options) (*Store, error) {
	name, err := databaseName(uri)
	if err != nil {
		return nil, err
	}
	journal := true
	set := options.Client().ApplyURI(uri).SetAppName("folkmoot").SetRegistry(registry).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).
		SetRetryWrites(true).SetRetryReads(true)
	if set.ServerSelectionTimeout == nil {
		set.SetServerSelectionTimeout(5 * time.Second)
	}
	if o.monitor != nil {
		set.SetMonitor(o.monitor)
	}
	client, err := driver.Connect(set)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return newStore(client, client.Database(name), o), nil
}

func newStore(client *driver.Client, db *driver.Database, o Options) *Store {
	return &Store{
		client: client, db: db, clock: newClock(db, o.Clock), o: o, desks: make(chan struct{}, o.Writers), countAtOnce: 5_000,
		settling: o.actTime + 2*slack,
	}
}

// databaseName gives the path of mongodb://hosts/path?options. Several hosts make it
// no URL of net/url.
func databaseName(uri string) (string, error) {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok || scheme != "mongodb" && scheme != "mongodb+srv" {
		return "", fmt.Errorf("open store: not an address of the form mongodb://host/database")
	}
	rest, _, _ = strings.Cut(rest, "?")
	_, path, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(path)
	if err != nil {
		return "", fmt.Errorf("open store: database name: %w", err)
	}
	if name == "" {
		name = defaultDatabase
	}
	return name, nil
}

// Database is the name of the store's database.
func (s *Store) Database() string { return s.db.Name() }

// Ready implements models.Store. CodeConflict error.store.newer if a newer program
// has migrated the store meanwhile, error.copy.unfinished if one copies into it.
func (s *Store) Ready(ctx context.Context) error {
	if s.gate.isClosed() {
		return errBusy(nil)
	}
	have, _, err := s.version(ctx)
	if err != nil {
		return err
	}
	return errorOr(tooNew(have, lastVersion(migrations)), func() error { return s.unfinished(ctx) })
}

// Close implements models.Store: it waits for the writes that have begun. A second
// Close does nothing.
func (s *Store) Close() error {
	if !s.gate.close() {
		return nil
	}
	s.sweeps.end()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return wrap("close store", s.client.Disconnect(ctx))
}

// CommitCounter implements models.Store: the database would have to be asked.
func (s *Store) CommitCounter() (uint64, bool) { return 0, false }

// Now implements models.SiteStore.
func (s *Store) Now(ctx context.Context) (time.Time, error) { return s.clock.now(ctx) }

// gate lets writes in until it closes and knows when the last one is out.
type gate struct {
	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.inside.Add(1)
	}
	return !g.closed
}

func (g *gate) leave() { g.inside.Done() }

func (g *gate) isClosed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

// close is false if it was closed already.
func (g *gate) close() bool {
	g.mu.Lock()
	again := g.closed
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
	return !again
}
