package mongo

import (
	"context"
	"maps"
	"slices"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// Consultation implements models.ConsultationStore.
func (s *Store) Consultation(ctx context.Context, id string) (models.Consultation, error) {
	d, found, err := engine.Get[consultation](s.read(ctx), "consultations", id)
	return d.model(), missing(found, err, "error.consultation.unknown")
}

// ConsultationBySlug implements models.ConsultationStore. Nearly every request asks for
// it, so one read serves all that wait for it.
func (s *Store) ConsultationBySlug(ctx context.Context, slug string) (models.Consultation, error) {
	c, err := s.slugs.Do(ctx, slug, func(ctx context.Context) (models.Consultation, error) {
		d, found, err := engine.First[consultation](s.read(ctx), engine.Query{Coll: "consultations", Filter: eq("slug", slug)})
		return d.model(), missing(found, err, "error.consultation.unknown")
	})
	c.Texts = maps.Clone(c.Texts) // for who changes them
	return c, err
}

// PageVersion implements models.ConsultationStore. Every kept page asks for it, so one
// read serves all that wait for it.
func (s *Store) PageVersion(ctx context.Context, slug string) (models.PageVersion, error) {
	return s.versions.Do(ctx, slug, func(ctx context.Context) (models.PageVersion, error) {
		d, found, err := engine.First[consultation](s.read(ctx), engine.Query{
			Coll: "consultations", Filter: eq("slug", slug), Fields: eq("rev", 1, "version", 1, "chainLength", 1),
		})
		return d.model().PageVersion(), missing(found, err, "error.consultation.unknown")
	})
}

// Consultations implements models.ConsultationStore. There are few of them: those in
// other states are read over.
func (s *Store) Consultations(ctx context.Context, f models.ConsultationFilter) ([]models.Consultation, string, error) {
	before, err := parseCursor(f.After, lastKey)
	if err != nil {
		return nil, "", err
	}
	q := engine.Query{Coll: "consultations", Filter: eq("key", eq("$lt", before)), Sort: eq("key", -1)}
	if len(f.States) == 0 {
		q.Limit = more(f.Limit)
	}
	var list []models.Consultation
	err = engine.Each(s.read(ctx), q, func(d consultation) error {
		if len(f.States) == 0 || slices.Contains(f.States, d.State) {
			list = append(list, d.model())
		}
		if f.Limit > 0 && len(list) > f.Limit {
			return engine.ErrEnough
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, f.Limit, func(c models.Consultation) string { return cursor(c.CreatedAt, c.ID) })
	return list, next, nil
}
