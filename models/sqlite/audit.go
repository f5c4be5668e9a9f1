package sqlite

import (
	"context"

	"folkmoot/models"
)

// EachItem implements models.AuditStore.
func (s *Store) EachItem(ctx context.Context, consultationID string, fn func(models.AuditItem) error) error {
	return s.stream(ctx, "items", func(q queries) error {
		rows, err := q.query(ideaSelect+"WHERE consultation_id = ? ORDER BY id", consultationID)
		err = each(rows, err, func(row scanner) error {
			return handOn(row, func(row scanner) (models.AuditItem, error) { return auditIdea(q, row) }, fn)
		})
		if err != nil {
			return err
		}
		rows, err = q.query(replySelect+"WHERE consultation_id = ? ORDER BY id", consultationID)
		return each(rows, err, func(row scanner) error {
			return handOn(row, func(row scanner) (models.AuditItem, error) { return auditReply(q, row) }, fn)
		})
	})
}

func auditIdea(q queries, row scanner) (models.AuditItem, error) {
	i, err := scanIdea(row)
	if err != nil {
		return models.AuditItem{}, err
	}
	return withRevisions(q, models.AuditItem{
		Contribution: i.Contribution, Item: i.Item(), Title: i.Title, Body: i.Body,
		Organiser: i.Organiser, Number: i.Number, MergedInto: i.MergedInto,
	})
}

func auditReply(q queries, row scanner) (models.AuditItem, error) {
	r, err := scanReply(row)
	if err != nil {
		return models.AuditItem{}, err
	}
	return withRevisions(q, models.AuditItem{Contribution: r.Contribution, Item: r.Item(), Body: r.Body})
}

// withRevisions adds the earlier wordings, which only an edited text has.
func withRevisions(q queries, a models.AuditItem) (_ models.AuditItem, err error) {
	if a.Rev > 1 {
		a.Revisions, err = textRevisions(q, a.Item)
	}
	return a, err
}

// CachedTallies implements models.AuditStore.
func (s *Store) CachedTallies(ctx context.Context, consultationID string) (map[string]models.Tally, error) {
	tallies := map[string]models.Tally{}
	rows, err := s.reader(ctx).query("SELECT id, agree, disagree, pass FROM ideas WHERE consultation_id = ?", consultationID)
	err = each(rows, err, func(row scanner) error {
		var id string
		var t models.Tally
		err := row.Scan(&id, &t.Agree, &t.Disagree, &t.Pass)
		tallies[id] = t
		return err
	})
	return tallies, wrap("cached tallies", err)
}
