package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
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
	// How long a group waits that failed otherwise, at first and at most.
	firstPause = 5 * time.Millisecond
	lastPause  = 250 * time.Millisecond
)

// jitter returns some time around d.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// errSpoilt is why a group is run again: one write has failed after some of what it does
// was sent to the database.
var errSpoilt = errors.New("a write failed half-way")

// commit runs a group until it is committed or its callers' patience is over, and
// answers them. It reports whether other nodes are writing in the same consultation.
func (db *DB) commit(c string, batch []*write) (rivals bool) {
	doubled := false // a document was there already that a group had not seen
	stuck := time.Now()
	for pause := firstPause; ; {
		batch = db.patient(batch)
		if len(batch) == 0 {
			return rivals
		}
		g := &group{db: db, c: c, batch: batch, errs: make([]error, len(batch)), op: bson.NewObjectID().Hex()}
		err := g.attempt()
		rivals = rivals || g.rivals
		switch {
		case err == nil:
			answer(batch, g.errs)
			return rivals
		case errors.Is(err, errStopped):
			failAll(batch, err)
			return rivals
		case errors.Is(err, errSpoilt):
			batch = g.withoutFailed()
			continue
		case driver.IsDuplicateKeyError(err) && !doubled: // committed since the group began: it reads it next time
			doubled = true
		case transient(err) || gone(err):
		case len(batch) > 1: // one of them is to blame: each runs for itself
			for _, w := range batch {
				rivals = db.commit(c, []*write{w}) || rivals
			}
			return rivals
		default:
			failAll(batch, Wrap("write", err))
			return rivals
		}
		for _, w := range batch {
			w.cause = err
		}
		if conflict(err) {
			stuck = db.collided(stuck)
			continue
		}
		time.Sleep(jitter(pause))
		pause = min(2*pause, lastPause)
	}
}

// collided waits a little after a collision. What has gone on since stuck for too long
// may be with a node that died.
func (db *DB) collided(stuck time.Time) time.Time {
	if time.Since(stuck) > stuckFor {
		ctx, cancel := context.WithTimeout(context.Background(), stuckFor)
		defer cancel()
		_ = db.endOthers(ctx) // if that fails, the next collision tries again
		stuck = time.Now()
	}
	time.Sleep(jitter(collidedFor))
	return stuck
}

// patient answers those of a group whose time is over and returns the others.
func (db *DB) patient(batch []*write) (rest []*write) {
	for _, w := range batch {
		switch {
		case !w.start():
		case time.Now().Before(w.until):
			rest = append(rest, w)
		case w.cause != nil:
			w.done <- refusal(models.CodeUnavailable, "error.store.unavailable", "write", w.cause)
		default:
			w.done <- errBusy(w.ctx.Err())
		}
	}
	return rest
}

func answer(batch []*write, errs []error) {
	for i, w := range batch {
		w.done <- errs[i]
	}
}

func failAll(batch []*write, err error) {
	for _, w := range batch {
		w.done <- err
	}
}

// conflict reports whether another transaction had changed a document first.
func conflict(err error) bool {
	var server driver.ServerError
	return errors.As(err, &server) && server.HasErrorCode(112)
}

// group is one attempt to run some writes in one transaction.
type group struct {
	db     *DB
	c      string
	batch  []*write
	errs   []error
	op     string // names the attempt
	rivals bool
}

// withoutFailed answers the write that spoilt the group and returns the others.
func (g *group) withoutFailed() (rest []*write) {
	for i, w := range g.batch {
		if g.errs[i] != nil && errors.Is(g.errs[i], errSpoilt) {
			w.done <- errors.Unwrap(g.errs[i])
			continue
		}
		rest = append(rest, w)
	}
	return rest
}

// spoilt marks the error of the write that spoilt its group.
type spoilt struct{ error }

func (s spoilt) Is(target error) bool { return target == errSpoilt }
func (s spoilt) Unwrap() error        { return s.error }

// attempt runs the group once. nil means that it is committed, or that none of its
// writes had anything to write.
func (g *group) attempt() error {
	until := g.batch[0].until
	for _, w := range g.batch {
		if w.until.After(until) {
			until = w.until
		}
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	session, err := g.db.session(ctx)
	if err != nil {
		return err
	}
	err = session.StartTransaction(options.Transaction().SetReadConcern(readconcern.Snapshot()).
		SetWriteConcern(journalled()).SetReadPreference(readpref.Primary()))
	if err != nil {
		return err
	}
	t := newTx(driver.NewSessionContext(ctx, session), g)
	written, err := g.fill(t)
	if err == nil && written {
		if err = g.finish(ctx, session); err == nil || !unknown(err) {
			g.db.release(session)
		}
		return err
	}
	abort, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if session.AbortTransaction(abort) == nil {
		g.db.release(session)
	}
	return err
}

// fill runs the writes one after another and sends what they have changed. It reports
// whether that is anything.
func (g *group) fill(t *Tx) (bool, error) {
	if err := t.fence(); err != nil {
		return false, err
	}
	if err := t.prefetch(g.batch); err != nil {
		return false, err
	}
	for i, w := range g.batch {
		t.begin()
		err := call(t, w.fn)
		if t.failed != nil {
			return false, t.failed
		}
		if err == nil {
			g.errs[i] = nil
			continue
		}
		if !t.undo() {
			g.errs[i] = spoilt{Wrap("write", err)}
			return false, errSpoilt
		}
		g.errs[i] = Wrap("write", err)
	}
	if err := t.flushAll(); err != nil {
		return false, err
	}
	return t.wrote, nil
}

// call runs fn; a panic in it is an error of this write alone.
func call(t *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(t)
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

// wait waits for d or returns the context's error.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
