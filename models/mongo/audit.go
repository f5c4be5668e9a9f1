package mongo

import (
	"context"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// auditEntry is the document of an entry of the audit log.
type auditEntry struct {
	ID           string                  `bson:"_id"` // of Seq: lists go by it
	Seq          int64                   `bson:"seq"`
	At           time.Time               `bson:"at"`
	Act          models.AuditAct         `bson:"act"`
	Actor        string                  `bson:"actor"`
	Role         models.Role             `bson:"role"`
	SubjectKind  models.AuditSubjectKind `bson:"subjectKind"`
	Subject      string                  `bson:"subject"`
	Consultation string                  `bson:"consultation"`
	Texts        string                  `bson:"texts"` // JSON, with salts and digests
	PrevHash     string                  `bson:"prevHash"`
	Hash         string                  `bson:"hash"`
}

// DocKey implements engine.Document.
func (d auditEntry) DocKey() (c, id string) { return "", d.ID }

func newAuditEntry(e models.AuditEntry) auditEntry {
	return auditEntry{
		hex(e.Seq), e.Seq, e.At, e.Act, e.Actor.ID, e.Actor.Role, e.Subject.Kind, e.Subject.ID, e.ConsultationID,
		toJSON(e.Texts), e.PrevHash, e.Hash,
	}
}

func (d auditEntry) model() (models.AuditEntry, error) {
	texts, err := fromJSON[[]models.AuditText](d.Texts)
	return models.AuditEntry{
		Seq: d.Seq, At: d.At, Act: d.Act, Actor: models.AuditActor{ID: d.Actor, Role: d.Role},
		Subject: models.AuditSubject{Kind: d.SubjectKind, ID: d.Subject}, ConsultationID: d.Consultation,
		Texts: texts, PrevHash: d.PrevHash, Hash: d.Hash,
	}, err
}

// auditHead is the document of the site that has the log's length and last hash. All acts
// of staff collide on it.
type auditHead struct {
	ID     string `bson:"_id"`
	Length int64  `bson:"length"`
	Hash   string `bson:"hash"`
}

// DocKey implements engine.Document.
func (d auditHead) DocKey() (c, id string) { return "", d.ID }

func headOfAudit(r engine.Reader) (models.AuditHead, error) {
	d, _, err := engine.Get[auditHead](r, "site", auditID)
	return models.AuditHead{Length: d.Length, Hash: d.Hash}, err
}

// addAuditEntry adds by as the next entry of the log.
func addAuditEntry(t *tx, by models.AuditEntry) error {
	head, err := headOfAudit(t)
	if err != nil {
		return err
	}
	by, head, err = head.Append(by, t.Now())
	if err != nil {
		return err
	}
	if err = t.Put("site", auditHead{auditID, head.Length, head.Hash}); err != nil {
		return err
	}
	return t.Add("audit", newAuditEntry(by))
}

// AuditHead implements models.AuditStore.
func (s *Store) AuditHead(ctx context.Context) (models.AuditHead, error) {
	return headOfAudit(s.read(ctx))
}

// AddAuditEntry implements models.AuditStore.
func (s *Store) AddAuditEntry(ctx context.Context, e models.AuditEntry) error {
	return s.put(ctx, "", nil, func(t *tx) error { return addAuditEntry(t, e) })
}

// AuditEntries implements models.AuditStore.
func (s *Store) AuditEntries(ctx context.Context, f models.AuditFilter) (list []models.AuditEntry, next string, err error) {
	var filter bson.D
	for _, is := range []struct{ field, value string }{{"act", string(f.Act)}, {"actor", f.ActorID}, {"consultation", f.ConsultationID}} {
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
	err = engine.Each(s.read(ctx), q, func(d auditEntry) error {
		e, err := d.model()
		list = append(list, e)
		return err
	})
	list, next = page(list, f.Limit, func(e models.AuditEntry) string { return strconv.FormatInt(e.Seq, 10) })
	return list, next, err
}

// EachAuditEntry implements models.AuditStore.
func (s *Store) EachAuditEntry(ctx context.Context, fn func(models.AuditEntry) error) error {
	of := func(after string) engine.Query { return afterID("audit", after) }
	return engine.Batches(s.read(ctx), of, func(d auditEntry) string { return d.ID }, func(d auditEntry) error {
		e, err := d.model()
		return errorOr(err, func() error { return fn(e) })
	})
}

// EraseAuditTexts implements models.AuditStore.
func (s *Store) EraseAuditTexts(ctx context.Context, seq int64, names []string, by models.AuditEntry) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		d, found, err := engine.Get[auditEntry](t, "audit", hex(seq))
		if err != nil || !found {
			return missing(found, err, "error.audit.unknown")
		}
		e, err := d.model()
		if err == nil {
			e, err = e.Erase(names)
		}
		if err == nil {
			err = t.Put("audit", newAuditEntry(e))
		}
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}
