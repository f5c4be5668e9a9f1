package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// EachItem implements models.VerifyStore.
func (s *Store) EachItem(ctx context.Context, consultationID string, fn func(models.VerifyItem) error) error {
	of := func(coll string) func(string) engine.Query {
		return func(after string) engine.Query {
			return engine.Query{Coll: coll, Filter: eq("c", consultationID, "_id", eq("$gt", after)), Sort: eq("_id", 1)}
		}
	}
	err := engine.Batches(s.read(ctx), of("ideas"), func(d idea) string { return d.ID }, func(d idea) error {
		return s.verifyItem(ctx, fn, models.VerifyItem{
			Contribution: models.Contribution(d.Contribution), Item: d.item(), Title: d.Title, Body: d.Body,
			Organiser: d.Organiser, Number: d.Number, MergedInto: d.MergedInto,
		})
	})
	if err != nil {
		return err
	}
	return engine.Batches(s.read(ctx), of("replies"), func(d reply) string { return d.ID }, func(d reply) error {
		return s.verifyItem(ctx, fn, models.VerifyItem{Contribution: models.Contribution(d.Contribution), Item: d.item(), Body: d.Body})
	})
}

// verifyItem hands on an item with its earlier wordings, which only an edited text has.
func (s *Store) verifyItem(ctx context.Context, fn func(models.VerifyItem) error, a models.VerifyItem) (err error) {
	if a.Rev > 1 {
		a.Revisions, err = textRevisions(s.read(ctx), a.ConsultationID, a.Item)
	}
	return errorOr(err, func() error { return fn(a) })
}

// CachedTallies implements models.VerifyStore.
func (s *Store) CachedTallies(ctx context.Context, consultationID string) (map[string]models.Tally, error) {
	tallies := map[string]models.Tally{}
	q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID), Fields: eq("tally", 1)}
	return tallies, engine.Each(s.read(ctx), q, func(d idea) error {
		tallies[d.ID] = models.Tally(d.Tally)
		return nil
	})
}
