package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"folkmoot/models"
)

const (
	// collidedFor is about how long a group waits that another node has forestalled. A
	// node that sees others in its consultation waits yieldFor after each of its groups.
	collidedFor = 6 * time.Millisecond
	yieldFor    = 6 * time.Millisecond
	// rivalsFor is how long after its last group another node counts as being there.
	rivalsFor = 2 * time.Second
	// stuckFor is how long a group collides before it looks for transactions of the dead.
	stuckFor = time.Second
	// How long a group waits that failed otherwise, at first and at most.
	firstPause = 5 * time.Millisecond
	lastPause  = 250 * time.Millisecond
	// groupsKept is how many nodes a fence remembers the last group of.
	groupsKept = 16
	// nodesColl holds one document for each node that has written.
	nodesColl = "nodes"
)

// Tx is the transaction of a group as its writes see it.
type Tx struct {
	ctx     context.Context
	g       *group
	now     time.Time
	failed  error    // of the database: the transaction is over
	wrote   bool     // something was sent
	entered []string // consultations fenced besides the group's own
	documents
}

// Now is the store's time: the database's when the group began.
func (t *Tx) Now() time.Time {
	if given := t.g.db.o.Clock; given != nil {
		return models.Millis(given.Now())
	}
	return t.now
}

// Op names the group's attempt.
func (t *Tx) Op() string { return t.g.op }

// errSpoilt is why a group is run again: one write has failed after it had changed something.
var errSpoilt = errors.New("a write failed half-way")

// commit runs a group until it is committed or its callers' patience is over, and
// answers them. It reports whether other nodes are writing in the same consultation.
func (db *DB) commit(c string, batch []*write) (rivals bool) {
	careful := false
	stuck := time.Now()
	for pause := firstPause; ; {
		batch = patient(batch)
		if len(batch) == 0 {
			return rivals
		}
		g := &group{db: db, c: c, batch: batch, errs: make([]error, len(batch)), op: bson.NewObjectID().Hex(), careful: careful}
		err := g.attempt()
		rivals = rivals || g.rivals
		switch {
		case err == nil:
			for i, w := range batch {
				w.done <- g.errs[i]
			}
			return rivals
		case errors.Is(err, errSpoilt):
			at := slices.IndexFunc(batch, func(w *write) bool { return w == g.spoilt })
			g.spoilt.done <- g.errs[at]
			batch = slices.Delete(batch, at, at+1)
			continue
		case driver.IsDuplicateKeyError(err) && !careful:
			careful = true
			continue
		case transient(err) || gone(err):
		case len(batch) > 1 && !errors.Is(err, errStopped): // one is to blame: each runs for itself
			for _, w := range batch {
				rivals = db.commit(c, []*write{w}) || rivals
			}
			return rivals
		default:
			for _, w := range batch {
				w.done <- Wrap("write", err)
			}
			return rivals
		}
		for _, w := range batch {
			w.cause = err
		}
		if !conflict(err) {
			time.Sleep(jitter(pause))
			pause = min(2*pause, lastPause)
			continue
		}
		if time.Since(stuck) > stuckFor {
			db.endIdle() // if that fails, it is tried again
			stuck = time.Now()
		}
		time.Sleep(jitter(collidedFor))
	}
}

func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// patient answers those of a group whose time is over and returns the others.
func patient(batch []*write) (rest []*write) {
	for _, w := range batch {
		switch {
		case !w.start():
		case time.Now().Before(w.until):
			rest = append(rest, w)
		case w.cause != nil:
			w.done <- refusal(models.CodeUnavailable, "error.store.unavailable", "write", w.cause)
		default:
			w.done <- refusal(models.CodeUnavailable, "error.store.busy", "queue", w.ctx.Err())
		}
	}
	return rest
}

// conflict reports whether another transaction had changed a document first.
func conflict(err error) bool {
	var server driver.ServerError
	return errors.As(err, &server) && server.HasErrorCode(112)
}

// endIdle ends transactions in which nothing happens: a program that is killed leaves the
// one that it was in, which the server keeps for a minute, and what that has changed
// nobody else can change meanwhile. A program that lives begins its group again.
func (db *DB) endIdle() {
	ctx, cancel := context.WithTimeout(context.Background(), stuckFor)
	defer cancel()
	admin := db.client.Database("admin")
	cursor, err := admin.RunCommandCursor(ctx, Eq("aggregate", 1, "cursor", bson.D{}, "pipeline", bson.A{
		Eq("$currentOp", Eq("idleSessions", true)),
		Eq("$match", Eq("type", "idleSession", "transaction.timeInactiveMicros", Eq("$gt", stuckFor.Microseconds()*3/4))),
	}))
	if err != nil {
		return
	}
	var idle []struct {
		Session struct {
			ID bson.RawValue `bson:"id"`
		} `bson:"lsid"`
	}
	if cursor.All(ctx, &idle) != nil || len(idle) == 0 {
		return
	}
	ids := bson.A{}
	for _, s := range idle {
		ids = append(ids, Eq("id", s.Session.ID))
	}
	_ = admin.RunCommand(ctx, Eq("killSessions", ids)).Err()
}

// group is one attempt to run some writes in one transaction.
type group struct {
	db      *DB
	c       string
	batch   []*write
	errs    []error
	op      string // names the attempt
	careful bool   // an attempt before it has inserted what was there: each insert looks first
	rivals  bool
	spoilt  *write // failed half-way
}

// attempt runs the group once. nil means that it is committed, or that none of its
// writes had anything to write.
func (g *group) attempt() error {
	until := slices.MaxFunc(g.batch, func(a, b *write) int { return a.until.Compare(b.until) }).until
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	session, err := g.db.client.StartSession()
	if err != nil {
		return err
	}
	end, cancel := context.WithTimeout(context.Background(), time.Until(until)+time.Second)
	defer cancel()
	defer session.EndSession(end) // aborts what is not committed
	err = session.StartTransaction(options.Transaction().SetReadConcern(readconcern.Snapshot()).
		SetWriteConcern(journalled()).SetReadPreference(readpref.Primary()))
	if err != nil {
		return err
	}
	t := &Tx{ctx: driver.NewSessionContext(ctx, session), g: g, documents: documents{docs: map[place]*kept{}}}
	if err = g.fill(t); err != nil || !t.wrote {
		return err
	}
	return g.finish(ctx, session)
}

// fill runs the writes one after another and sends what they have changed.
func (g *group) fill(t *Tx) error {
	if err := t.fence(g.db.fenceOf(g.c)); err != nil {
		return err
	}
	if err := t.prefetch(g.batch); err != nil {
		return errors.Join(t.failed, err)
	}
	for i, w := range g.batch {
		err := t.run(w.fn)
		if t.failed != nil {
			return t.failed
		}
		g.errs[i] = Wrap("write", err)
		if err != nil && t.changed {
			g.spoilt = w
			return errSpoilt
		}
	}
	return t.flushAll()
}

// finish commits. Where the answer is lost it commits again, which does nothing more on
// the server; should that not know the transaction, it looks for the group's name.
func (g *group) finish(ctx context.Context, session *driver.Session) error {
	lost := false
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := g.db.step("commit", func() error { return session.CommitTransaction(ctx) })
		switch {
		case err == nil || errors.Is(err, errStopped):
			return err
		case lost && !unknown(err):
			done, asked := g.committed(ctx)
			if asked != nil || !done {
				return errors.Join(err, asked)
			}
			return nil
		case !unknown(err):
			return err
		}
		lost = true
		if wait(ctx, jitter(pause)) != nil {
			return err
		}
	}
}

// committed looks for what the group's first statement left.
func (g *group) committed(ctx context.Context) (bool, error) {
	coll, id := g.db.fenceOf(g.c)
	return Exists(g.db.Read(ctx), coll, Eq("_id", id, "groups", Eq("$elemMatch", Eq("node", g.db.node, "op", g.op))))
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// fenceOf returns the document that the first statement of a group moves: the
// consultation, or one of this node's own.
func (db *DB) fenceOf(c string) (coll, id string) {
	if c == "" {
		return nodesColl, db.node
	}
	return db.o.Fence.Coll, c
}

// Enter fences one more consultation, for a write whose queue is not that one's. Nothing of
// it may have been read before.
func (t *Tx) Enter(c string) {
	if c != t.g.c && !slices.Contains(t.entered, c) {
		t.entered = append(t.entered, c)
		now := t.now
		t.Refuse(t.fence(t.g.db.fenceOf(c)))
		t.now = now
	}
}

// fence moves the field that groups collide on, names this one in it, and reads the
// database's time, who else is writing there, and the rest of the document.
func (t *Tx) fence(coll, id string) error {
	if err := t.flush(coll); err != nil {
		return err
	}
	db := t.g.db
	others := Eq("$filter", Eq("input", Eq("$ifNull", bson.A{"$groups", bson.A{}}), "cond", Eq("$ne", bson.A{"$$this.node", db.node})))
	mine := Eq("node", db.node, "op", t.g.op, "at", "$$NOW")
	change := bson.A{Eq("$set", Eq("fencedAt", "$$NOW",
		"groups", Eq("$slice", bson.A{Eq("$concatArrays", bson.A{bson.A{mine}, others}), groupsKept})))}
	opts := options.FindOneAndUpdate().SetReturnDocument(options.After).SetUpsert(coll == nodesColl).SetProjection(db.o.Fence.Fields)
	var raw bson.Raw
	err := t.send("fence "+coll, func() (err error) {
		raw, err = db.Coll(coll).FindOneAndUpdate(t.ctx, Eq("_id", id), change, opts).Raw()
		if errors.Is(err, driver.ErrNoDocuments) {
			return nil
		}
		return err
	})
	if err != nil {
		return t.failed
	}
	t.docs[place{coll, id}] = &kept{raw: raw}
	if raw == nil {
		t.now, err = db.Clock.Now(t.ctx)
		return err
	}
	var left struct {
		FencedAt bson.DateTime `bson:"fencedAt"`
		Groups   []struct {
			Node string        `bson:"node"`
			At   bson.DateTime `bson:"at"`
		} `bson:"groups"`
	}
	err = bson.Unmarshal(raw, &left)
	t.now = models.Millis(left.FencedAt.Time())
	for _, v := range left.Groups {
		t.g.rivals = t.g.rivals || v.Node != db.node && t.now.Sub(v.At.Time()) < rivalsFor
	}
	return err
}

// asking implements Reader: what was written and not yet sent is sent first.
func (t *Tx) asking(coll string) (context.Context, *driver.Collection, error) {
	if err := t.flush(coll); err != nil {
		return nil, nil, err
	}
	return t.ctx, t.g.db.Coll(coll), nil
}

// heard implements Reader: an error of the database ends the transaction.
func (t *Tx) heard(what string, err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return Wrap(what, err)
}

func (t *Tx) send(what string, command func() error) error {
	return t.heard(what, t.g.db.step(what, command))
}
