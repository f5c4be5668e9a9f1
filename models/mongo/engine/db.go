package engine

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"folkmoot/models"
)

// Options of a database; zero values are sensible.
type Options struct {
	Clock    models.Clock          // a test's; nil: the time is the database's
	Patience time.Duration         // how long a write waits for its turn and the database; 0: ten seconds
	Fence    Fence                 // what the first statement of a consultation's group moves
	Monitor  *event.CommandMonitor // a test's
}

// Fence names the documents that fence the groups of one consultation.
type Fence struct {
	Coll   string
	Fields bson.D // what is read of them with the first statement
}

// DB is one database with its commit queues, which other nodes may use at the same time.
type DB struct {
	Clock *Clock

	client *driver.Client
	db     *driver.Database
	o      Options
	node   string // names this program among the nodes

	mu      sync.Mutex
	queues  map[string]*queue
	waiting int // writes that wait in them
	closed  bool
	running sync.WaitGroup // queues at work

	loads Flights[bson.Raw]

	faults func(step string) Verdict // a test's; nil: none
}

// Connect prepares the client of the database that uri names in its path ("folkmoot" if
// it names none). It asks nothing yet. Whatever uri says, writes wait for the majority's
// journals, and reads are the primary's and acknowledged by the majority.
func Connect(uri string, o Options) (*DB, error) {
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	name, err := databaseName(uri)
	if err != nil {
		return nil, err
	}
	set := options.Client().ApplyURI(uri).SetAppName("folkmoot").SetRegistry(registry).
		SetWriteConcern(journalled()).SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).
		SetRetryWrites(true).SetRetryReads(true).SetMonitor(o.Monitor)
	if set.ServerSelectionTimeout == nil {
		set.SetServerSelectionTimeout(5 * time.Second)
	}
	client, err := driver.Connect(set)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return newDB(client, client.Database(name), o), nil
}

// Staged returns the same database seen through other options: it has queues of its own.
func (db *DB) Staged(o Options) *DB {
	o.Fence = db.o.Fence
	return newDB(db.client, db.db, o)
}

func newDB(client *driver.Client, in *driver.Database, o Options) *DB {
	return &DB{
		client: client, db: in, o: o, node: bson.NewObjectID().Hex(), Clock: &Clock{Local: time.Now, given: o.Clock, db: in},
		queues: map[string]*queue{},
	}
}

func journalled() *writeconcern.WriteConcern {
	journal := true
	return &writeconcern.WriteConcern{W: "majority", Journal: &journal}
}

// databaseName returns the path of mongodb://hosts/path?options. Several hosts make it
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
		name = "folkmoot"
	}
	return name, nil
}

// Name is the database's.
func (db *DB) Name() string { return db.db.Name() }

// Coll is the collection of that name.
func (db *DB) Coll(name string) *driver.Collection { return db.db.Collection(name) }

// Command runs a command on the database and decodes its answer.
func (db *DB) Command(ctx context.Context, command bson.D, answer any) error {
	return Wrap(command[0].Key, db.db.RunCommand(ctx, command).Decode(answer))
}

// CheckTransactions refuses a server that knows no transactions: CodeConflict
// error.store.standalone.
func (db *DB) CheckTransactions(ctx context.Context) error {
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	if err := db.Command(ctx, Eq("hello", 1), &hello); err != nil {
		return err
	}
	if hello.SetName == "" && hello.Msg != "isdbgrid" {
		return models.Fail(models.CodeConflict, "error.store.standalone")
	}
	return nil
}

// Closed reports whether Close was called.
func (db *DB) Closed() bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.closed
}

// Close takes no more writes, finishes those in the queues and disconnects. It does
// nothing the second time.
func (db *DB) Close() error {
	db.mu.Lock()
	again := db.closed
	db.closed = true
	db.mu.Unlock()
	db.running.Wait()
	if again {
		return nil
	}
	return db.Disconnect()
}

// Disconnect ends the client's connections.
func (db *DB) Disconnect() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return Wrap("close store", db.client.Disconnect(ctx))
}
