package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// Secret implements models.SiteStore.
func (s *Store) Secret(ctx context.Context) ([]byte, error) {
	secret, err := engine.One[[]byte](s.db.Reader(ctx).Row("SELECT value FROM site WHERE name = 'secret'"))
	return secret, engine.Wrap("secret", err)
}

// Empty implements models.SiteStore.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	return empty(s.db.Reader(ctx))
}

func empty(q engine.Queries) (bool, error) {
	filled, err := engine.One[bool](q.Row("SELECT EXISTS (SELECT 1 FROM consultations) OR EXISTS (SELECT 1 FROM participants)"))
	return err == nil && !filled, engine.Wrap("empty", err)
}

// Demo implements models.SiteStore.
func (s *Store) Demo(ctx context.Context) (bool, error) {
	marked, err := engine.One[bool](s.db.Reader(ctx).Row("SELECT EXISTS (SELECT 1 FROM site WHERE name = 'demo')"))
	return marked, engine.Wrap("demo", err)
}

// MarkDemo implements models.SiteStore.
func (s *Store) MarkDemo(ctx context.Context) error {
	return s.write(ctx, func(t *engine.Tx) error {
		ok, err := empty(t)
		if err != nil {
			return err
		}
		if !ok {
			return models.Fail(models.CodeConflict, "error.demo.not_empty")
		}
		return t.Run("INSERT INTO site (name, value) VALUES ('demo', x'01') ON CONFLICT DO NOTHING")
	})
}

// SiteSettings implements models.SiteStore.
func (s *Store) SiteSettings(ctx context.Context) (models.SiteSettings, error) {
	v, err := siteSettings(s.db.Reader(ctx))
	return v, engine.Wrap("site settings", err)
}

func siteSettings(q engine.Queries) (models.SiteSettings, error) {
	v := models.DefaultSiteSettings()
	err := siteValue(q, "settings", &v)
	return v, err
}

// PutSiteSettings implements models.SiteStore.
func (s *Store) PutSiteSettings(ctx context.Context, v models.SiteSettings, by models.AuditEntry) (models.SiteSettings, error) {
	next := v
	next.Version++
	return next, s.write(ctx, func(t *engine.Tx) error {
		last, err := siteSettings(t)
		if err == nil && last.Version != v.Version {
			err = models.Fail(models.CodeConflict, "error.settings.changed")
		}
		if err == nil {
			err = putSiteValue(t, "settings", next)
		}
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}

// siteValue reads a value of the site into v, which stays as it is if there is none.
func siteValue(q engine.Queries, name string, v any) error {
	b, err := engine.One[[]byte](q.Row("SELECT value FROM site WHERE name = ?", name))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return errorOr(err, func() error { return json.Unmarshal(b, v) })
}

func putSiteValue(t *engine.Tx, name string, v any) error {
	return t.Run("INSERT INTO site (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, []byte(engine.JSON(v)))
}

// Clock implements models.Shared: the clock of Options.
func (s *Store) Clock(ctx context.Context) (models.Clock, error) { return s.clock, ctx.Err() }

// Limiter implements models.Shared. Only one server runs on a file, so the counts are in
// its memory.
func (s *Store) Limiter(clock models.Clock) models.Limiter { return models.NewMemoryLimiter(clock) }

// Play implements models.Shared: no other program plays on a file.
func (s *Store) Play(ctx context.Context, clock models.Clock, fn func(ctx context.Context, stage models.Store) error) (bool, error) {
	stage := *s
	stage.clock = clock
	return true, fn(ctx, &stage)
}

// Now implements models.SiteStore.
func (s *Store) Now(ctx context.Context) (time.Time, error) { return s.now(), ctx.Err() }
