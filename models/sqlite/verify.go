package sqlite

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// EachItem implements models.VerifyStore.
func (s *Store) EachItem(ctx context.Context, consultationID string, fn func(models.VerifyItem) error) error {
	q, id := s.db.Reader(ctx), func(a models.VerifyItem) string { return a.ID }
	for _, kind := range models.Kinds() {
		err := engine.EachInBatches("items", func(after string) ([]models.VerifyItem, error) {
			return itemKinds[kind].verify(q, consultationID, after)
		}, id, fn)
		if err != nil {
			return err
		}
	}
	return nil
}

const ofConsultation = "WHERE consultation_id = ? AND id > ? ORDER BY id LIMIT ?"

func verifyIdeas(q engine.Queries, consultationID, after string) ([]models.VerifyItem, error) {
	rows, err := q.Query(ideaSelect+ofConsultation, consultationID, after, engine.BatchSize)
	list, err := engine.Collect(rows, err, verifyIdea)
	return withRevisions(q, list, err)
}

func verifyReplies(q engine.Queries, consultationID, after string) ([]models.VerifyItem, error) {
	rows, err := q.Query(replySelect+ofConsultation, consultationID, after, engine.BatchSize)
	list, err := engine.Collect(rows, err, verifyReply)
	return withRevisions(q, list, err)
}

func verifyIdea(row engine.Scanner) (models.VerifyItem, error) {
	i, err := scanIdea(row)
	return models.VerifyItem{
		Contribution: i.Contribution, Item: i.Item(), Title: i.Title, Body: i.Body,
		Organiser: i.Organiser, Number: i.Number, MergedInto: i.MergedInto,
	}, err
}

func verifyReply(row engine.Scanner) (models.VerifyItem, error) {
	r, err := scanReply(row)
	return models.VerifyItem{Contribution: r.Contribution, Item: r.Item(), Body: r.Body}, err
}

// withRevisions fills in the earlier wordings of edited texts.
func withRevisions(q engine.Queries, list []models.VerifyItem, err error) ([]models.VerifyItem, error) {
	for n := range list {
		if err == nil && list[n].Rev > 1 {
			list[n].Revisions, err = textRevisions(q, list[n].Item)
		}
	}
	return list, err
}

// CachedTallies implements models.VerifyStore.
func (s *Store) CachedTallies(ctx context.Context, consultationID string) (map[string]models.Tally, error) {
	tallies := map[string]models.Tally{}
	rows, err := s.db.Reader(ctx).Query("SELECT id, agree, disagree, pass FROM ideas WHERE consultation_id = ?", consultationID)
	err = engine.Each(rows, err, func(row engine.Scanner) error {
		var id string
		var t models.Tally
		err := row.Scan(&id, &t.Agree, &t.Disagree, &t.Pass)
		tallies[id] = t
		return err
	})
	return tallies, engine.Wrap("cached tallies", err)
}
