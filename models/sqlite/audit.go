package sqlite

import (
	"context"
	"math"
	"strconv"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

const auditSelect = `SELECT seq, at, act, actor_id, actor_role, subject_kind, subject_id, consultation_id, texts, prev_hash, hash
	FROM audit `

func scanAuditEntry(row engine.Scanner) (e models.AuditEntry, err error) {
	return e, row.Scan(&e.Seq, engine.ScanTime(&e.At), &e.Act, &e.Actor.ID, &e.Actor.Role, &e.Subject.Kind, &e.Subject.ID,
		&e.ConsultationID, engine.ScanJSON(&e.Texts), &e.PrevHash, &e.Hash)
}

// addAuditEntry adds by as the next entry of the log.
func addAuditEntry(t *engine.Tx, by models.AuditEntry) error {
	head, err := auditHead(t)
	if err != nil {
		return err
	}
	by, head, err = head.Append(by, t.Now)
	if err != nil {
		return err
	}
	if err = insertAuditEntry(t, by); err != nil {
		return err
	}
	return putSiteValue(t, "audit", head)
}

// insertAuditEntry inserts an entry as it is; an existing one is left as it is.
func insertAuditEntry(t *engine.Tx, e models.AuditEntry) error {
	return t.Run(`INSERT INTO audit (seq, at, act, actor_id, actor_role, subject_kind, subject_id, consultation_id, texts, prev_hash, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seq) DO NOTHING`,
		e.Seq, engine.Millis(e.At), e.Act, e.Actor.ID, e.Actor.Role, e.Subject.Kind, e.Subject.ID, e.ConsultationID,
		engine.JSON(e.Texts), e.PrevHash, e.Hash)
}

func auditHead(q engine.Queries) (h models.AuditHead, err error) {
	return h, siteValue(q, "audit", &h)
}

// AuditHead implements models.AuditStore.
func (s *Store) AuditHead(ctx context.Context) (models.AuditHead, error) {
	h, err := auditHead(s.db.Reader(ctx))
	return h, engine.Wrap("audit head", err)
}

// AddAuditEntry implements models.AuditStore.
func (s *Store) AddAuditEntry(ctx context.Context, e models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error { return addAuditEntry(t, e) })
}

// AuditEntries implements models.AuditStore.
func (s *Store) AuditEntries(ctx context.Context, f models.AuditFilter) ([]models.AuditEntry, string, error) {
	before := int64(math.MaxInt64)
	if f.After != "" {
		var err error
		if before, err = strconv.ParseInt(f.After, 10, 64); err != nil {
			return nil, "", models.Fail(models.CodeInvalid, "error.cursor")
		}
	}
	where, args := "WHERE seq < ?", []any{before}
	for _, is := range []struct{ column, value string }{
		{"act", string(f.Act)}, {"actor_id", f.ActorID}, {"consultation_id", f.ConsultationID},
	} {
		if is.value != "" {
			where, args = where+" AND "+is.column+" = ?", append(args, is.value)
		}
	}
	rows, err := s.db.Reader(ctx).Query(auditSelect+where+" ORDER BY seq DESC LIMIT ?", append(args, engine.PageLimit(f.Limit))...)
	list, err := engine.Collect(rows, err, scanAuditEntry)
	if err != nil {
		return nil, "", engine.Wrap("audit entries", err)
	}
	list, next := engine.Page(list, f.Limit, auditKey)
	return list, next, nil
}

func auditKey(e models.AuditEntry) string { return strconv.FormatInt(e.Seq, 10) }

// EachAuditEntry implements models.AuditStore.
func (s *Store) EachAuditEntry(ctx context.Context, fn func(models.AuditEntry) error) error {
	return engine.EachInBatches("audit entries", func(after string) ([]models.AuditEntry, error) {
		rows, err := s.db.Reader(ctx).Query(auditSelect+"WHERE seq > CAST(? AS INTEGER) ORDER BY seq LIMIT ?", after, engine.BatchSize)
		return engine.Collect(rows, err, scanAuditEntry)
	}, auditKey, fn)
}

// EraseAuditTexts implements models.AuditStore.
func (s *Store) EraseAuditTexts(ctx context.Context, seq int64, names []string, by models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		e, err := scanAuditEntry(t.Row(auditSelect+"WHERE seq = ?", seq))
		if err != nil {
			return engine.Missing(err, "error.audit.unknown")
		}
		if e, err = e.Erase(names); err != nil {
			return err
		}
		if err = t.Run("UPDATE audit SET texts = ? WHERE seq = ?", engine.JSON(e.Texts), seq); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
}
