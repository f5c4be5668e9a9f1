package sqlite

import (
	"context"

	"folkmoot/models"
)

// EachItem implements models.AuditStore.
func (s *Store) EachItem(ctx context.Context, consultationID string, fn func(models.AuditItem) error) error {
	q, id := s.reader(ctx), func(a models.AuditItem) string { return a.ID }
	err := batches("items", func(after string) ([]models.AuditItem, error) {
		rows, err := q.query(ideaSelect+"WHERE consultation_id = ? AND id > ? ORDER BY id LIMIT ?", consultationID, after, batchSize)
		list, err := collect(rows, err, auditIdea)
		return withRevisions(q, list, err)
	}, id, fn)
	if err != nil {
		return err
	}
	return batches("items", func(after string) ([]models.AuditItem, error) {
		rows, err := q.query(replySelect+"WHERE consultation_id = ? AND id > ? ORDER BY id LIMIT ?", consultationID, after, batchSize)
		list, err := collect(rows, err, auditReply)
		return withRevisions(q, list, err)
	}, id, fn)
}

func auditIdea(row scanner) (models.AuditItem, error) {
	i, err := scanIdea(row)
	return models.AuditItem{
		Contribution: i.Contribution, Item: i.Item(), Title: i.Title, Body: i.Body,
		Organiser: i.Organiser, Number: i.Number, MergedInto: i.MergedInto,
	}, err
}

func auditReply(row scanner) (models.AuditItem, error) {
	r, err := scanReply(row)
	return models.AuditItem{Contribution: r.Contribution, Item: r.Item(), Body: r.Body}, err
}

// withRevisions adds the earlier wordings, which only an edited text has.
func withRevisions(q queries, list []models.AuditItem, err error) ([]models.AuditItem, error) {
	for n := range list {
		if err == nil && list[n].Rev > 1 {
			list[n].Revisions, err = textRevisions(q, list[n].Item)
		}
	}
	return list, err
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
