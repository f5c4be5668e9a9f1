package engine

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// Doc is what every document begins with.
type Doc struct {
	ID string `bson:"_id"`
	C  string `bson:"c,omitempty"` // the consultation, where the collection goes by it
}

func (d Doc) doc() Doc { return d }

// Document is a struct that embeds Doc.
type Document interface{ doc() Doc }

// Ref names a document.
type Ref struct{ Coll, C, ID string }

// documents are those of a transaction. What was looked at or put is kept, so that the
// next write of the group finds it without asking; changes gather and are sent at the
// end, or before a question that they may concern.
type documents struct {
	docs  map[place]*kept
	colls []string // in which something is to be sent, in the order in which that came up

	// Of the write at work:
	changed bool
	err     error // the first that it was refused with
}

type place struct{ coll, id string }

// kept is a document as the database has it in this transaction, and as it is to be.
type kept struct {
	c     string
	raw   bson.Raw // nil: it is not there
	doc   any      // decoded, or put; nil with dirty: it is to go
	dirty bool
}

func (k *kept) there() bool { return k.doc != nil || k.raw != nil && !k.dirty }

// prefetch reads what the writes of a group have said that they need, one question for
// each collection.
func (t *Tx) prefetch(batch []*write) error {
	type part struct{ coll, c string }
	asked := map[part][]string{}
	for _, w := range batch {
		for _, n := range w.needs {
			at := place{n.Coll, n.ID}
			if _, there := t.docs[at]; there || n.ID == "" {
				continue
			}
			t.docs[at] = &kept{c: n.C}
			asked[part{n.Coll, n.C}] = append(asked[part{n.Coll, n.C}], n.ID)
		}
	}
	for p, ids := range asked {
		err := Each(t, Query{Coll: p.coll, Filter: byIDs(p.c, ids), byID: true}, func(raw bson.Raw) error {
			t.docs[place{p.coll, raw.Lookup("_id").StringValue()}].raw = slices.Clone(raw)
			return nil
		})
		if err != nil {
			return err
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
	raw, err := t.g.db.Coll(coll).FindOne(t.ctx, byIDs(c, []string{id})).Raw()
	if err != nil && !errors.Is(err, driver.ErrNoDocuments) {
		return nil, t.heard("read "+coll, err)
	}
	t.docs[at] = &kept{c: c, raw: raw}
	return t.docs[at], nil
}

// Known reports whether a document is there. One that is not kept is not asked for, but
// taken to be new: if it is there after all, its insert fails, and the group is run again
// with a look at each.
func (t *Tx) Known(coll, c, id string) bool {
	if _, kept := t.docs[place{coll, id}]; !kept && !t.g.careful {
		return false
	}
	k, err := t.find(coll, c, id)
	t.Refuse(err)
	return err == nil && k.there()
}

// Look is Get on a transaction. An error refuses the write, so that what comes back then
// matters no more.
func Look[T any](t *Tx, coll, c, id string) (doc T, found bool) {
	k, err := t.find(coll, c, id)
	if err != nil || !k.there() {
		t.Refuse(err)
		return doc, false
	}
	if k.doc == nil {
		if doc, err = decode[T](coll, k.raw); err == nil {
			k.doc = doc
		}
	}
	doc, ok := k.doc.(T)
	if !ok && err == nil {
		err = fmt.Errorf("%s %s is kept as %T", coll, id, k.doc)
	}
	t.Refuse(err)
	return doc, ok
}

// List is All on a transaction. An error refuses the write, as in Look.
func List[T any](t *Tx, q Query) []T {
	list, err := All[T](t, q)
	t.Refuse(err)
	return list
}

// Insert adds a document. The write is refused with CodeConflict error.store.conflict if
// one with its _id is there.
func (t *Tx) Insert(coll string, doc Document) {
	d := doc.doc()
	if t.Known(coll, d.C, d.ID) {
		t.Refuse(models.Fail(models.CodeConflict, "error.store.conflict"))
		return
	}
	if at := (place{coll, d.ID}); t.docs[at] == nil {
		t.docs[at] = &kept{}
	}
	t.change(coll, d, doc)
}

// Put writes a document in the place of what there is: of an old one the fields that
// differ, at the top level, are sent.
func (t *Tx) Put(coll string, doc Document) { t.change(coll, doc.doc(), doc) }

// Delete takes out a document, if it is there.
func (t *Tx) Delete(coll, c, id string) { t.change(coll, Doc{id, c}, nil) }

func (t *Tx) change(coll string, d Doc, doc any) {
	k, err := t.find(coll, d.C, d.ID)
	if t.Refuse(err); t.err != nil {
		return
	}
	t.changed = true
	*k = kept{c: d.C, raw: k.raw, doc: doc, dirty: true}
	if !slices.Contains(t.colls, coll) {
		t.colls = append(t.colls, coll)
	}
}

// Refuse lets the write at work fail with err, unless that is nil, whatever it returns.
// From then on it changes nothing.
func (t *Tx) Refuse(err error) {
	if t.err == nil {
		t.err = err
	}
}

// run runs a write; a panic in it is an error of this write alone.
func (t *Tx) run(fn func(*Tx) error) (err error) {
	t.changed, t.err = false, nil
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	err = fn(t)
	return cmp.Or(t.err, err)
}

func (t *Tx) flushAll() error {
	for len(t.colls) > 0 {
		if err := t.flush(t.colls[0]); err != nil {
			return err
		}
	}
	return nil
}

// flush sends what has gathered in one collection: inserts, then updates and deletes.
func (t *Tx) flush(coll string) error {
	if !slices.Contains(t.colls, coll) {
		return t.failed
	}
	changes, err := t.gathered(coll)
	if err != nil || len(changes) == 0 {
		return err
	}
	t.wrote = true
	err = t.send("bulk "+coll, func() error {
		_, err := t.g.db.Coll(coll).BulkWrite(t.ctx, changes)
		return err
	})
	if err != nil {
		return t.failed
	}
	return nil
}

// gathered returns the changes of one collection as commands and keeps the documents as
// they are from then on.
func (t *Tx) gathered(coll string) ([]driver.WriteModel, error) {
	t.colls = slices.DeleteFunc(t.colls, func(name string) bool { return name == coll })
	var changes, updates []driver.WriteModel
	for at, k := range t.docs {
		if at.coll != coll || !k.dirty {
			continue
		}
		was, filter := k.raw, byIDs(k.c, []string{at.id})
		*k = kept{c: k.c, doc: k.doc}
		if k.doc == nil {
			if was != nil {
				updates = append(updates, driver.NewDeleteOneModel().SetFilter(filter))
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
			updates = append(updates, driver.NewUpdateOneModel().SetFilter(filter).SetHint(idIndex).SetUpdate(Eq("$set", set)))
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
	for _, e := range elements {
		old, missing := was.LookupErr(e.Key())
		if v := e.Value(); missing != nil || !v.Equal(old) {
			set = append(set, bson.E{Key: e.Key(), Value: v})
		}
	}
	return set, err
}
