package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/models"
)

// Document is what a collection holds.
type Document interface {
	// DocKey returns the consultation that the document belongs to ("" for none, or where
	// the collection is not sharded by it) and its _id.
	DocKey() (c, id string)
}

// Ref names a document.
type Ref struct{ Coll, C, ID string }

// Tx is the transaction of a group as its writes see it. Documents that were looked at
// or put are kept, so that the next write of the group finds them without asking;
// changes gather and are sent at the end, or before a question that they may concern.
type Tx struct {
	ctx     context.Context
	g       *group
	now     time.Time
	docs    map[place]*kept
	colls   []string // in which something is to be sent, in the order in which that came up
	raw     map[string][]driver.WriteModel
	failed  error // of the database: the transaction is over
	wrote   bool
	entered []string // consultations fenced besides the group's own

	own  []before // what the write at work has changed
	sent bool     // some of that was sent
}

// place is where a document is kept.
type place struct{ coll, id string }

// kept is a document as the database has it in this transaction, and as it is to be.
type kept struct {
	c     string
	raw   bson.Raw // nil: it is not there
	doc   any      // decoded, or put; nil with dirty: it is to go
	dirty bool
}

// before is a document as it was before a write changed it, or the end of raw changes.
type before struct {
	at  place
	was kept
	raw int // length of the raw changes of at.coll, where at has no id
}

func newTx(ctx context.Context, g *group) *Tx {
	return &Tx{ctx: ctx, g: g, docs: map[place]*kept{}, raw: map[string][]driver.WriteModel{}}
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

// Context is for what has to be asked outside the transaction.
func (t *Tx) Context() context.Context { return t.ctx }

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

// send runs a command that writes.
func (t *Tx) send(what string, command func() error) error {
	return t.heard(what, t.g.db.step(what, command))
}

// fenceOf returns the document that the first statement of a group moves: the
// consultation, or one of this node's own.
func (db *DB) fenceOf(c string) (coll, id string) {
	if c == "" {
		return nodesColl, db.node
	}
	return db.o.Fence.Coll, c
}

// nodesColl holds one document for each node that has written.
const nodesColl = "nodes"

// groupsKept is how many nodes a fence remembers the last group of.
const groupsKept = 16

// fenced is what the first statement of a group reads.
type fenced struct {
	FencedAt bson.DateTime `bson:"fencedAt"`
	Groups   []struct {
		Node string        `bson:"node"`
		At   bson.DateTime `bson:"at"`
	} `bson:"groups"`
}

// fence is the first statement of a group.
func (t *Tx) fence() error {
	coll, id := t.g.db.fenceOf(t.g.c)
	return t.move(coll, id)
}

// Enter fences one more consultation, for a write whose queue is not that one's. Nothing of
// it may have been read before.
func (t *Tx) Enter(c string) error {
	if c == t.g.c || slices.Contains(t.entered, c) {
		return nil
	}
	t.entered = append(t.entered, c)
	now := t.now
	defer func() { t.now = now }()
	return t.move(t.g.db.o.Fence.Coll, c)
}

// move moves the field that groups collide on, names this one in it, and reads the
// database's time and the rest of the document.
func (t *Tx) move(coll, id string) error {
	if err := t.flush(coll); err != nil {
		return err
	}
	db := t.g.db
	others := Eq("$filter", Eq("input", Eq("$ifNull", bson.A{"$groups", bson.A{}}), "cond", Eq("$ne", bson.A{"$$this.node", db.node})))
	mine := Eq("node", db.node, "op", t.g.op, "at", "$$NOW")
	change := bson.A{Eq("$set", Eq("fencedAt", "$$NOW",
		"groups", Eq("$slice", bson.A{Eq("$concatArrays", bson.A{bson.A{mine}, others}), groupsKept})))}
	opts := options.FindOneAndUpdate().SetReturnDocument(options.After).SetUpsert(coll == nodesColl)
	if coll != nodesColl && db.o.Fence.Fields != nil {
		opts.SetProjection(db.o.Fence.Fields)
	}
	var raw bson.Raw
	there := true
	err := t.send("fence "+coll, func() (err error) {
		raw, err = db.Coll(coll).FindOneAndUpdate(t.ctx, Eq("_id", id), change, opts).Raw()
		if errors.Is(err, driver.ErrNoDocuments) {
			there, err = false, nil
		}
		return err
	})
	if err != nil {
		return t.failed
	}
	t.docs[place{coll, id}] = &kept{raw: raw}
	if !there {
		t.now, err = db.Clock.Now(t.ctx)
		return err
	}
	return t.fenced(raw)
}

// fenced takes the time from what the fence has read, and who else is writing there.
func (t *Tx) fenced(raw bson.Raw) error {
	var f fenced
	if err := bson.Unmarshal(raw, &f); err != nil {
		return err
	}
	t.now = models.Millis(f.FencedAt.Time())
	for _, v := range f.Groups {
		if v.Node != t.g.db.node && t.now.Sub(v.At.Time()) < rivalsFor {
			t.g.rivals = true
		}
	}
	return nil
}

// prefetch reads what the writes of a group have said that they need, one question for
// each collection.
func (t *Tx) prefetch(batch []*write) error {
	type range_ struct{ coll, c string }
	asked := map[range_][]string{}
	var order []range_
	for _, w := range batch {
		for _, n := range w.needs {
			if _, there := t.docs[place{n.Coll, n.ID}]; there || n.ID == "" {
				continue
			}
			r := range_{n.Coll, n.C}
			if asked[r] == nil {
				order = append(order, r)
			}
			t.docs[place{n.Coll, n.ID}] = &kept{c: n.C}
			asked[r] = append(asked[r], n.ID)
		}
	}
	for _, r := range order {
		filter := Eq("_id", Eq("$in", asked[r]))
		if r.c != "" {
			filter = Eq("c", r.c, "_id", Eq("$in", asked[r]))
		}
		err := Each(t, Query{Coll: r.coll, Filter: filter}, func(raw bson.Raw) error {
			t.docs[place{r.coll, raw.Lookup("_id").StringValue()}].raw = slices.Clone(raw)
			return nil
		})
		if err != nil {
			return errors.Join(t.failed, err)
		}
	}
	return nil
}

// keep keeps what a question has brought, for the writes that change it.
func (t *Tx) keep(coll string, raw bson.Raw) {
	id, ok := raw.Lookup("_id").StringValueOK()
	if _, there := t.docs[place{coll, id}]; !there && ok {
		c, _ := raw.Lookup("c").StringValueOK()
		t.docs[place{coll, id}] = &kept{c: c, raw: slices.Clone(raw)}
	}
}

// find returns a document as it is kept, asking for it if it is not.
func (t *Tx) find(coll, c, id string) (*kept, error) {
	at := place{coll, id}
	if k, ok := t.docs[at]; ok {
		return k, nil
	}
	raw, found, err := First[bson.Raw](t, Query{Coll: coll, Filter: byID(c, id)})
	if err != nil {
		return nil, err
	}
	k := &kept{c: c}
	if found {
		k.raw = slices.Clone(raw)
	}
	t.docs[at] = k
	return k, nil
}

// look is Within on a transaction.
func look[T any](t *Tx, coll, c, id string) (doc T, found bool, err error) {
	k, err := t.find(coll, c, id)
	if err != nil {
		return doc, false, err
	}
	if k.doc != nil {
		doc, ok := k.doc.(T)
		if !ok {
			return doc, false, fmt.Errorf("%s %s is kept as %T", coll, id, k.doc)
		}
		return doc, true, nil
	}
	if k.raw == nil || k.dirty {
		return doc, false, nil
	}
	if doc, err = decode[T](coll, k.raw); err != nil {
		return doc, false, err
	}
	k.doc = doc
	return doc, true, nil
}

// Insert adds a document. CodeConflict error.store.conflict if one with its _id is there.
func (t *Tx) Insert(coll string, doc Document) error {
	c, id := doc.DocKey()
	k, err := t.find(coll, c, id)
	if err != nil {
		return err
	}
	if k.doc != nil || k.raw != nil && !k.dirty {
		return models.Fail(models.CodeConflict, "error.store.conflict")
	}
	t.change(place{coll, id}, k, c, doc)
	return nil
}

// Put writes a document that was looked at, in the place of what it was: of an old one the
// fields that differ, at the top level, are sent.
func (t *Tx) Put(coll string, doc Document) error {
	c, id := doc.DocKey()
	k, err := t.find(coll, c, id)
	if err == nil {
		t.change(place{coll, id}, k, c, doc)
	}
	return err
}

// Delete takes out a document.
func (t *Tx) Delete(coll string, doc Document) error {
	c, id := doc.DocKey()
	k, err := t.find(coll, c, id)
	if err == nil {
		t.change(place{coll, id}, k, c, nil)
	}
	return err
}

func (t *Tx) change(at place, k *kept, c string, doc any) {
	t.own = append(t.own, before{at: at, was: *k})
	k.c, k.doc, k.dirty = c, doc, true
	t.touch(at.coll)
}

func (t *Tx) touch(coll string) {
	if !slices.Contains(t.colls, coll) {
		t.colls = append(t.colls, coll)
	}
}

// Replace writes a document without a look at what is there.
func (t *Tx) Replace(coll string, doc Document) error {
	c, id := doc.DocKey()
	return t.add(coll, driver.NewReplaceOneModel().SetFilter(byID(c, id)).SetReplacement(doc).SetUpsert(true))
}

// Add adds documents without a look at whether they are there: that would be
// CodeConflict error.store.conflict for the whole write.
func (t *Tx) Add(coll string, docs ...any) error {
	list := make([]driver.WriteModel, len(docs))
	for i, d := range docs {
		list[i] = driver.NewInsertOneModel().SetDocument(d)
	}
	return t.add(coll, list...)
}

// UpdateAll changes everything that filter finds, which nobody has to look at.
func (t *Tx) UpdateAll(coll string, filter, change bson.D) error {
	return t.add(coll, driver.NewUpdateManyModel().SetFilter(filter).SetUpdate(change))
}

// DeleteAll takes out everything that filter finds.
func (t *Tx) DeleteAll(coll string, filter bson.D) error {
	return t.add(coll, driver.NewDeleteManyModel().SetFilter(filter))
}

// add gathers a change that goes by a filter. What is kept of documents in its collection
// is sent before it, and forgotten.
func (t *Tx) add(coll string, list ...driver.WriteModel) error {
	for at, k := range t.docs {
		if at.coll == coll && k.dirty {
			if err := t.flush(coll); err != nil {
				return err
			}
			break
		}
	}
	for at := range t.docs {
		if at.coll == coll {
			delete(t.docs, at)
		}
	}
	t.own = append(t.own, before{at: place{coll: coll}, raw: len(t.raw[coll])})
	t.raw[coll] = append(t.raw[coll], list...)
	t.touch(coll)
	return nil
}

// begin is before each write.
func (t *Tx) begin() { t.own, t.sent = nil, false }

// undo takes back what the write at work has changed. It is false if some of that was
// sent: then only the whole transaction can be taken back.
func (t *Tx) undo() bool {
	if t.sent {
		return false
	}
	for _, b := range slices.Backward(t.own) {
		if b.at.id == "" {
			t.raw[b.at.coll] = t.raw[b.at.coll][:b.raw]
			continue
		}
		was := b.was
		t.docs[b.at] = &was
	}
	t.own = nil
	return true
}

// flushAll sends all that has gathered.
func (t *Tx) flushAll() error {
	for len(t.colls) > 0 {
		if err := t.flush(t.colls[0]); err != nil {
			return errors.Join(t.failed, err)
		}
	}
	return nil
}

// flush sends what has gathered in one collection: inserts, then updates and deletes.
func (t *Tx) flush(coll string) error {
	at := slices.Index(t.colls, coll)
	if at < 0 {
		return t.failed
	}
	changes, err := t.gathered(coll)
	if err != nil || len(changes) == 0 {
		return err
	}
	err = t.send("bulk "+coll, func() error {
		_, err := t.g.db.Coll(coll).BulkWrite(t.ctx, changes)
		return err
	})
	if err != nil {
		return err
	}
	t.wrote = true
	t.sent = t.sent || slices.ContainsFunc(t.own, func(b before) bool { return b.at.coll == coll })
	return nil
}

// gathered returns the changes of one collection as commands and keeps the documents as
// they are from then on.
func (t *Tx) gathered(coll string) ([]driver.WriteModel, error) {
	t.colls = slices.DeleteFunc(t.colls, func(name string) bool { return name == coll })
	changes := t.raw[coll]
	delete(t.raw, coll)
	var updates []driver.WriteModel
	for at, k := range t.docs {
		if at.coll != coll || !k.dirty {
			continue
		}
		was := k.raw
		k.dirty, k.raw = false, nil
		if k.doc == nil {
			if was != nil {
				updates = append(updates, driver.NewDeleteOneModel().SetFilter(byID(k.c, at.id)))
			}
			continue
		}
		var err error
		if k.raw, err = marshal(k.doc); err != nil {
			return nil, fmt.Errorf("encode %s: %w", coll, err)
		}
		if was == nil {
			changes = append(changes, driver.NewInsertOneModel().SetDocument(k.raw))
			continue
		}
		set, err := differing(was, k.raw)
		if err != nil {
			return nil, err
		}
		if len(set) > 0 {
			updates = append(updates, driver.NewUpdateOneModel().SetFilter(byID(k.c, at.id)).SetUpdate(Eq("$set", set)))
		}
	}
	return append(changes, updates...), nil
}

func marshal(doc any) (bson.Raw, error) {
	var b bytes.Buffer
	e := bson.NewEncoder(bson.NewDocumentWriter(&b))
	e.SetRegistry(registry)
	err := e.Encode(doc)
	return b.Bytes(), err
}

// differing lists the fields of now that was has not, or not so.
func differing(was, now bson.Raw) (set bson.D, err error) {
	elements, err := now.Elements()
	if err != nil {
		return nil, err
	}
	for _, e := range elements {
		old, err := was.LookupErr(e.Key())
		if v := e.Value(); err != nil || !v.Equal(old) {
			set = append(set, bson.E{Key: e.Key(), Value: v})
		}
	}
	return set, nil
}
