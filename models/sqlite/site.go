package sqlite

import (
	"context"
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
