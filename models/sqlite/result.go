package sqlite

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// Seal implements models.ResultStore. CodeNotFound for the consultation;
// CodeConflict error.seal.state too if it is neither counting nor sealed, and
// error.seal.moved if the version is not the next one.
func (s *Store) Seal(ctx context.Context, v models.Sealed, fence models.SealFence, by models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		c, err := consultation(t, v.ConsultationID)
		if err != nil {
			return err
		}
		if err = checkSealState(c, t.Now); err != nil {
			return err
		}
		if err = checkSeal(t, c, v, fence); err != nil {
			return err
		}
		if v.At.IsZero() {
			v.At = t.Now
		}
		err = t.Run(`INSERT INTO sealed (consultation_id, version, full_file, public_file, full_sha256, public_sha256, result,
			sealed_by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.ID, v.Version, blob(v.Full), blob(v.Public), v.FullSHA256, v.PublicSHA256, engine.JSON(v.Result), v.SealedBy, engine.Millis(v.At))
		if err != nil {
			return err
		}
		err = t.Run(`UPDATE consultations SET state = CASE state WHEN 'answered' THEN state ELSE 'sealed' END,
			sealed_at = CASE sealed_at WHEN 0 THEN ? ELSE sealed_at END, rev = rev + 1, version = version + 1 WHERE id = ?`,
			engine.Millis(v.At), c.ID)
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}

// blob stores no bytes as an empty blob, not as NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// checkSealState returns CodeConflict error.seal.state unless voting has closed.
func checkSealState(c models.Consultation, now time.Time) error {
	switch state := c.StateAt(now); state {
	case models.StateCounting, models.StateSealed, models.StateAnswered:
		return nil
	default:
		return models.Fail(models.CodeConflict, "error.seal.state", "state", string(state))
	}
}

func checkSeal(q engine.Queries, c models.Consultation, v models.Sealed, fence models.SealFence) error {
	last, err := engine.One[int](q.Row("SELECT coalesce(max(version), 0) FROM sealed WHERE consultation_id = ?", c.ID))
	if err != nil {
		return err
	}
	if c.Fence() != fence || v.Version != last+1 {
		return models.Fail(models.CodeConflict, "error.seal.moved")
	}
	return nil
}

// sealedSelect reads the versions with the two files that it is given: their
// columns, or NULL for one that is not wanted.
const (
	sealedSelect  = sealedColumns + "full_file, public_file FROM sealed WHERE consultation_id = ? ORDER BY version"
	sealedLast    = sealedColumns + "NULL, NULL" + lastSealed
	sealedFull    = sealedColumns + "full_file, NULL" + lastSealed
	sealedPublic  = sealedColumns + "NULL, public_file" + lastSealed
	sealedColumns = "SELECT consultation_id, version, full_sha256, public_sha256, result, sealed_by, at, "
	lastSealed    = " FROM sealed WHERE consultation_id = ? ORDER BY version DESC LIMIT 1"
)

func scanSealed(row engine.Scanner) (v models.Sealed, err error) {
	return v, row.Scan(&v.ConsultationID, &v.Version, &v.FullSHA256, &v.PublicSHA256,
		engine.ScanJSON(&v.Result), &v.SealedBy, engine.ScanTime(&v.At), &v.Full, &v.Public)
}

// Sealed implements models.ResultStore.
func (s *Store) Sealed(ctx context.Context, consultationID string) (models.Sealed, error) {
	v, err := scanSealed(s.db.Reader(ctx).Row(sealedLast, consultationID))
	return v, engine.Wrap("sealed", engine.Missing(err, "error.sealed.unknown"))
}

// SealedFile implements models.ResultStore.
func (s *Store) SealedFile(ctx context.Context, consultationID string, full bool) (models.Sealed, error) {
	text := sealedPublic
	if full {
		text = sealedFull
	}
	v, err := scanSealed(s.db.Reader(ctx).Row(text, consultationID))
	return v, engine.Wrap("sealed file", engine.Missing(err, "error.sealed.unknown"))
}

// SealedVersions implements models.VerifyStore.
func (s *Store) SealedVersions(ctx context.Context, consultationID string) ([]models.Sealed, error) {
	rows, err := s.db.Reader(ctx).Query(sealedSelect, consultationID)
	list, err := engine.Collect(rows, err, scanSealed)
	return list, engine.Wrap("sealed versions", err)
}
