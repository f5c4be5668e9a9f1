package engine

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A program that is killed leaves the transaction that it was in, which the server keeps
// for a minute; what that has changed nobody else can change meanwhile. So each node
// notes its sessions in the database, and a node that is kept waiting ends those of the
// others: one that lives begins its group again.

// stuckFor is how long a group collides before it ends the sessions of other nodes.
const stuckFor = 3 * time.Second

// sessions are those of this node that are not in use.
type sessions struct {
	mu   sync.Mutex
	free []*driver.Session
}

// session returns one that is noted.
func (db *DB) session(ctx context.Context) (*driver.Session, error) {
	db.sessions.mu.Lock()
	defer db.sessions.mu.Unlock()
	if n := len(db.sessions.free); n > 0 {
		s := db.sessions.free[n-1]
		db.sessions.free = db.sessions.free[:n-1]
		return s, nil
	}
	s, err := db.client.StartSession()
	if err != nil {
		return nil, err
	}
	id, err := s.ID().LookupErr("id")
	if err == nil {
		_, err = db.Coll(nodesColl).UpdateOne(ctx, Eq("_id", db.node),
			Eq("$push", Eq("sessions", Eq("$each", bson.A{id}, "$slice", -100)), "$currentDate", Eq("fencedAt", true)),
			options.UpdateOne().SetUpsert(true))
	}
	if err != nil {
		s.EndSession(ctx)
		return nil, err
	}
	return s, nil
}

// release takes a session back whose transaction has ended.
func (db *DB) release(s *driver.Session) {
	db.sessions.mu.Lock()
	defer db.sessions.mu.Unlock()
	db.sessions.free = append(db.sessions.free, s)
}

// endOthers ends the transactions of all other nodes.
func (db *DB) endOthers(ctx context.Context) error {
	type node struct {
		Sessions []bson.RawValue `bson:"sessions"`
	}
	list, err := All[node](db.Read(ctx), Query{Coll: nodesColl, Filter: Eq("_id", Eq("$ne", db.node))})
	var theirs bson.A
	for _, n := range list {
		for _, id := range n.Sessions {
			theirs = append(theirs, Eq("id", id))
		}
	}
	if err != nil || len(theirs) == 0 {
		return err
	}
	return Wrap("end sessions", db.client.Database("admin").RunCommand(ctx, Eq("killSessions", theirs)).Err())
}

// Snapshot lets fn read one moment of the database, whatever is written meanwhile.
func (db *DB) Snapshot(ctx context.Context, fn func(Reader) error) error {
	session, err := db.client.StartSession(options.Session().SetSnapshot(true))
	if err != nil {
		return Wrap("snapshot", err)
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	return fn(reader{driver.NewSessionContext(ctx, session), db, true})
}
