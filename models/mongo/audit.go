package mongo

import (
	"context"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// auditEntry is an entry of the audit log. Lists go by its _id, which is made of Seq.
type auditEntry struct {
	Doc               `bson:",inline"`
	models.AuditEntry `bson:",inline"`
}

func newAuditEntry(e models.AuditEntry) auditEntry { return auditEntry{Doc{ID: hex(e.Seq)}, e} }

// auditHead is the document of the site that has the log's length and last hash. All acts
// of staff collide on it.
type auditHead struct {
	Doc              `bson:",inline"`
	models.AuditHead `bson:",inline"`
}

func addAuditEntry(t *tx, by models.AuditEntry) {
	head, _ := engine.Look[auditHead](t, "site", "", auditID)
	by, next, err := head.Append(by, t.Now())
	t.Refuse(err)
	t.Put("site", auditHead{Doc{ID: auditID}, next})
	t.Insert("audit", newAuditEntry(by))
}

// AuditHead implements models.AuditStore.
func (s *Store) AuditHead(ctx context.Context) (models.AuditHead, error) {
	d, _, err := engine.Get[auditHead](s.read(ctx), "site", "", auditID)
	return d.AuditHead, err
}

// AddAuditEntry implements models.AuditStore.
func (s *Store) AddAuditEntry(ctx context.Context, e models.AuditEntry) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		addAuditEntry(t, e)
		return nil
	})
}

// AuditEntries implements models.AuditStore.
func (s *Store) AuditEntries(ctx context.Context, f models.AuditFilter) (list []models.AuditEntry, next string, err error) {
	var filter bson.D
	for _, is := range []struct{ field, value string }{{"act", string(f.Act)}, {"actor.id", f.ActorID}, {"consultationid", f.ConsultationID}} {
		if is.value != "" {
			filter = append(filter, eq(is.field, is.value)...)
		}
	}
	if f.After != "" {
		before, err := strconv.ParseInt(f.After, 10, 64)
		if err != nil {
			return nil, "", models.Fail(models.CodeInvalid, "error.cursor")
		}
		filter = append(filter, eq("_id", eq("$lt", hex(before)))...)
	}
	q := engine.Query{Coll: "audit", Filter: filter, Sort: eq("_id", -1), Limit: more(f.Limit)}
	docs, err := engine.All[auditEntry](s.read(ctx), q)
	list = mapped(docs, func(d auditEntry) models.AuditEntry { return d.AuditEntry })
	list, next = page(list, f.Limit, func(e models.AuditEntry) string { return strconv.FormatInt(e.Seq, 10) })
	return list, next, err
}

// EachAuditEntry implements models.AuditStore.
func (s *Store) EachAuditEntry(ctx context.Context, fn func(models.AuditEntry) error) error {
	return engine.Each(s.read(ctx), engine.Query{Coll: "audit", Sort: eq("_id", 1)}, func(d auditEntry) error { return fn(d.AuditEntry) })
}

// EraseAuditTexts implements models.AuditStore.
func (s *Store) EraseAuditTexts(ctx context.Context, seq int64, names []string, by models.AuditEntry) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		d, err := engine.Find[auditEntry](t, "audit", "", hex(seq), "error.audit.unknown")
		if err == nil {
			d.AuditEntry, err = d.Erase(names)
		}
		if err != nil {
			return err
		}
		t.Put("audit", d)
		addAuditEntry(t, by)
		return nil
	})
}
