package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// EachItem implements models.VerifyStore.
func (s *Store) EachItem(ctx context.Context, consultationID string, fn func(models.VerifyItem) error) error {
	q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID), Sort: eq("_id", 1)}
	err := engine.Each(s.read(ctx), q, func(d idea) error {
		return s.verifyItem(ctx, fn, models.VerifyItem{
			Contribution: d.Contribution, Item: d.Item(), Title: d.Title, Body: d.Body,
			Organiser: d.Organiser, Number: d.Number, MergedInto: d.MergedInto,
		})
	})
	if err != nil {
		return err
	}
	q.Coll = "replies"
	return engine.Each(s.read(ctx), q, func(d reply) error {
		return s.verifyItem(ctx, fn, models.VerifyItem{Contribution: d.Contribution, Item: d.Item(), Body: d.Body})
	})
}

// verifyItem hands on an item with its earlier wordings, which only an edited text has.
func (s *Store) verifyItem(ctx context.Context, fn func(models.VerifyItem) error, a models.VerifyItem) (err error) {
	if a.Rev > 1 {
		a.Revisions, err = textRevisions(s.read(ctx), eq("c", a.ConsultationID), a.Item)
	}
	if err != nil {
		return err
	}
	return fn(a)
}

// CachedTallies implements models.VerifyStore.
func (s *Store) CachedTallies(ctx context.Context, consultationID string) (map[string]models.Tally, error) {
	tallies := map[string]models.Tally{}
	q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID), Fields: eq("tally", 1)}
	return tallies, engine.Each(s.read(ctx), q, func(d idea) error {
		tallies[d.ID] = d.Tally
		return nil
	})
}
