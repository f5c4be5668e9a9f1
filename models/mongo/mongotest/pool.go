package mongotest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// databases are those that this process has made so far.
var databases pool

// pool keeps databases for the tests of one process. Those of other processes have other
// names, by leases in the database folkmoot_test.
type pool struct {
	mu   sync.Mutex
	free []*database
}

// database is one that this process holds the lease of.
type database struct {
	uri, name string
	client    *driver.Client
}

const (
	leaseDatabase   = "folkmoot_test"
	leaseCollection = "leases"
	leaseTime       = time.Minute
	renewEvery      = 10 * time.Second
	// dropAbove is how many documents take longer to delete than it takes to make the
	// collections and indexes of a store anew.
	dropAbove = 20_000
)

// take returns an empty database of a server.
func (p *pool) take(ctx context.Context, uri string) (*database, error) {
	p.mu.Lock()
	for i, d := range p.free {
		if d.uri == uri {
			p.free = append(p.free[:i], p.free[i+1:]...)
			p.mu.Unlock()
			return d, nil
		}
	}
	p.mu.Unlock()
	return lease(ctx, uri)
}

// giveBack empties a database for the next test.
func (p *pool) giveBack(ctx context.Context, d *database) error {
	if err := d.empty(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, d)
	return nil
}

// lease takes the first database whose lease nobody holds, and drops what an earlier
// process left in it, perhaps with other indexes.
func lease(ctx context.Context, uri string) (*database, error) {
	client, err := connect(uri)
	if err != nil {
		return nil, err
	}
	leases, holder := client.Database(leaseDatabase).Collection(leaseCollection), uuid.NewString()
	for n := 1; ; n++ {
		name := fmt.Sprint("folkmoot_test_", n)
		free := bson.D{{Key: "_id", Value: name}, {Key: "until", Value: bson.D{{Key: "$lt", Value: time.Now()}}}}
		err := renew(ctx, leases, free, holder, true)
		if driver.IsDuplicateKeyError(err) {
			continue
		}
		if err == nil {
			err = client.Database(name).Drop(ctx)
		}
		if err != nil {
			return nil, err
		}
		go func() {
			for range time.Tick(renewEvery) { // for as long as the process runs
				_ = renew(context.Background(), leases, bson.D{{Key: "_id", Value: name}, {Key: "holder", Value: holder}}, holder, false)
			}
		}()
		return &database{uri: uri, name: name, client: client}, nil
	}
}

// renew sets the holder and the end of the lease that filter finds.
func renew(ctx context.Context, leases *driver.Collection, filter bson.D, holder string, upsert bool) error {
	set := bson.D{{Key: "$set", Value: bson.D{{Key: "holder", Value: holder}, {Key: "until", Value: time.Now().Add(leaseTime)}}}}
	_, err := leases.UpdateOne(ctx, filter, set, options.UpdateOne().SetUpsert(upsert))
	return err
}

// empty deletes all documents, or the database if there are many.
func (d *database) empty(ctx context.Context) error {
	db := d.client.Database(d.name)
	names, err := db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return err
	}
	documents := int64(0)
	for _, name := range names {
		if strings.HasPrefix(name, "system.") {
			continue
		}
		n, err := db.Collection(name).EstimatedDocumentCount(ctx)
		if err != nil {
			return err
		}
		documents += n
	}
	if documents > dropAbove {
		return db.Drop(ctx)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "system.") {
			continue
		}
		if _, err := db.Collection(name).DeleteMany(ctx, bson.D{}); err != nil {
			return err
		}
	}
	return nil
}
