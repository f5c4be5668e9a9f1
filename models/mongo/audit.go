package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// EachItem implements models.AuditStore.
func (s *Store) EachItem(ctx context.Context, consultationID string, fn func(models.AuditItem) error) error {
	of := func(coll string) func(string) engine.Query {
		return func(after string) engine.Query {
			return engine.Query{Coll: coll, Filter: eq("c", consultationID, "_id", eq("$gt", after)), Sort: eq("_id", 1)}
		}
	}
	err := engine.Batches(s.read(ctx), of("ideas"), func(d idea) string { return d.ID }, func(d idea) error {
		return s.audit(ctx, fn, models.AuditItem{
			Contribution: models.Contribution(d.Contribution), Item: d.item(), Title: d.Title, Body: d.Body,
			Organiser: d.Organiser, Number: d.Number, MergedInto: d.MergedInto,
		})
	})
	if err != nil {
		return err
	}
	return engine.Batches(s.read(ctx), of("replies"), func(d reply) string { return d.ID }, func(d reply) error {
		return s.audit(ctx, fn, models.AuditItem{Contribution: models.Contribution(d.Contribution), Item: d.item(), Body: d.Body})
	})
}

// audit hands on an item with its earlier wordings, which only an edited text has.
func (s *Store) audit(ctx context.Context, fn func(models.AuditItem) error, a models.AuditItem) (err error) {
	if a.Rev > 1 {
		a.Revisions, err = textRevisions(s.read(ctx), a.ConsultationID, a.Item)
	}
	return errorOr(err, func() error { return fn(a) })
}

// CachedTallies implements models.AuditStore.
func (s *Store) CachedTallies(ctx context.Context, consultationID string) (map[string]models.Tally, error) {
	tallies := map[string]models.Tally{}
	q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID), Fields: eq("tally", 1)}
	return tallies, engine.Each(s.read(ctx), q, func(d idea) error {
		tallies[d.ID] = models.Tally(d.Tally)
		return nil
	})
}
