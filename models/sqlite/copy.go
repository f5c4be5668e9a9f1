package sqlite

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// Settle implements models.CopyStore: a write is done as a whole or not at all.
func (s *Store) Settle(ctx context.Context) error { return ctx.Err() }

// CopyMark implements models.CopyStore.
func (s *Store) CopyMark(ctx context.Context) (models.CopyMark, error) {
	m, err := copyMark(s.db.Reader(ctx))
	return m, engine.Wrap("mark of a copy", err)
}

func copyMark(q engine.Queries) (m models.CopyMark, err error) {
	return m, siteValue(q, "copy", &m)
}

// BeginCopy implements models.CopyStore.
func (s *Store) BeginCopy(ctx context.Context, m models.CopyMark) error {
	return s.write(ctx, func(t *engine.Tx) error {
		err := t.Run("INSERT INTO site (name, value) VALUES ('copy', ?)", []byte(engine.JSON(m)))
		if engine.IsDuplicate(err) {
			return models.Fail(models.CodeConflict, "error.copy.filled")
		}
		return err
	})
}

// CopyIn implements models.CopyStore: one transaction.
func (s *Store) CopyIn(ctx context.Context, list []models.CopyRecord) error {
	if len(list) == 0 {
		return nil
	}
	return s.write(ctx, func(t *engine.Tx) error {
		for _, r := range list {
			if err := copyIn(t, r); err != nil {
				return err
			}
		}
		m, err := copyMark(t)
		if err != nil {
			return err
		}
		last := list[len(list)-1]
		m.Kind, m.After = last.CopyKind(), last.CopyKey()
		return t.Run("UPDATE site SET value = ? WHERE name = 'copy'", []byte(engine.JSON(m)))
	})
}

// FinishCopy implements models.CopyStore: voices and words to search are made anew.
func (s *Store) FinishCopy(ctx context.Context) error {
	return s.write(ctx, func(t *engine.Tx) error {
		for _, q := range append(countVoices, indexAll...) {
			if err := t.Run(q); err != nil {
				return err
			}
		}
		return nil
	})
}

// EndCopy implements models.CopyStore.
func (s *Store) EndCopy(ctx context.Context) error {
	return s.write(ctx, func(t *engine.Tx) error { return t.Run("DELETE FROM site WHERE name = 'copy'") })
}

// checkCopyFinished refuses a store that holds half a copy. CodeConflict
// error.copy.unfinished.
func checkCopyFinished(ctx context.Context, d *engine.DB) error {
	m, err := copyMark(d.Reader(ctx))
	return errorOr(err, m.Unfinished)
}
