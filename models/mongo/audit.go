package mongo

import (
	"context"

	"folkmoot/models"
)

// EachItem implements models.AuditStore.
func (s *Store) EachItem(ctx context.Context, consultationID string, fn func(models.AuditItem) error) error {
	of := func(coll string) func(string) query {
		return func(after string) query {
			return query{coll: coll, filter: eq("c", consultationID, "_id", eq("$gt", after)), sort: eq("_id", 1)}
		}
	}
	err := batches(ctx, s, of("ideas"), idea.docID, func(d idea) error {
		i := d.model()
		return s.audit(ctx, fn, models.AuditItem{
			Contribution: i.Contribution, Item: i.Item(), Title: i.Title, Body: i.Body,
			Organiser: i.Organiser, Number: i.Number, MergedInto: i.MergedInto,
		})
	})
	if err != nil {
		return err
	}
	return batches(ctx, s, of("replies"), reply.docID, func(d reply) error {
		r := d.model(0)
		return s.audit(ctx, fn, models.AuditItem{Contribution: r.Contribution, Item: r.Item(), Body: r.Body})
	})
}

// audit hands on an item with its earlier wordings, which only an edited text has.
func (s *Store) audit(ctx context.Context, fn func(models.AuditItem) error, a models.AuditItem) (err error) {
	if a.Rev > 1 {
		a.Revisions, err = s.textRevisions(ctx, a.ConsultationID, a.Item, a.Rev)
	}
	return errorOr(err, func() error { return fn(a) })
}

// CachedTallies implements models.AuditStore.
func (s *Store) CachedTallies(ctx context.Context, consultationID string) (map[string]models.Tally, error) {
	tallies := map[string]models.Tally{}
	q := query{coll: "ideas", filter: eq("c", consultationID), fields: eq("tally", 1)}
	return tallies, each(ctx, s, q, func(d idea) error {
		tallies[d.Item.ID] = models.Tally(d.Tally)
		return nil
	})
}
