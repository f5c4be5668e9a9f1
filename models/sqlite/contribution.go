package sqlite

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// contributionColumns are the columns that items of all kinds share, in the order of
// contributionDest and contributionArgs.
const contributionColumns = `id, consultation_id, participant_id, author_name, staff_role, address, address_key,
	guest, network, token_hash, reference, channel, language, source, source_id, status, reason, withdrawn, rev, salt,
	created_at, edited_at, published_at`

// contributionPlaceholders are the placeholders for them.
const contributionPlaceholders = "?, ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?"

func contributionDest(c *models.Contribution, then ...any) []any {
	return append([]any{
		&c.ID, &c.ConsultationID, &c.ParticipantID, &c.AuthorName, &c.StaffRole, &c.Address, &c.AddressKey,
		&c.Guest, &c.Network, &c.TokenHash, &c.Reference, &c.Channel, &c.Language, &c.Source, &c.SourceID,
		&c.Status, &c.Reason, &c.Withdrawn, &c.Rev, &c.Salt,
		engine.ScanTime(&c.CreatedAt), engine.ScanTime(&c.EditedAt), engine.ScanTime(&c.PublishedAt),
	}, then...)
}

func contributionArgs(c models.Contribution, then ...any) []any {
	return append([]any{
		c.ID, c.ConsultationID, c.ParticipantID, c.AuthorName, c.StaffRole, c.Address, c.AddressKey,
		c.Guest, c.Network, c.TokenHash, c.Reference, c.Channel, c.Language, c.Source, c.SourceID,
		c.Status, c.Reason, c.Withdrawn, max(c.Rev, 1), c.Salt,
		engine.Millis(c.CreatedAt), engine.Millis(c.EditedAt), engine.Millis(c.PublishedAt),
	}, then...)
}

// fresh sets the fields of a text that has just come in: pending, with the store's time.
func fresh(c *models.Contribution, t *engine.Tx) {
	c.Status, c.Reason, c.Withdrawn, c.Rev = models.StatusPending, "", false, 1
	c.CreatedAt, c.EditedAt, c.PublishedAt = t.Now, models.Time{}, models.Time{}
}

// ContributionByToken implements models.ReplyStore.
func (s *Store) ContributionByToken(ctx context.Context, tokenHash string) (models.Item, error) {
	var i models.Item
	err := s.db.Reader(ctx).Row(overItems("SELECT '{kind}', id FROM {table} WHERE token_hash = ?1 AND token_hash <> ''", " UNION ALL "),
		tokenHash).Scan(&i.Kind, &i.ID)
	return i, engine.Wrap("contribution", engine.Missing(err, "error.item.unknown"))
}

// TextRevisions implements models.ReplyStore.
func (s *Store) TextRevisions(ctx context.Context, item models.Item) ([]models.TextRevision, error) {
	list, err := textRevisions(s.db.Reader(ctx), item)
	return list, engine.Wrap("text revisions", err)
}

func textRevisions(q engine.Queries, item models.Item) ([]models.TextRevision, error) {
	rows, err := q.Query(`SELECT kind, item_id, rev, title, body, at FROM text_revisions
		WHERE kind = ? AND item_id = ? ORDER BY rev`, item.Kind, item.ID)
	return engine.Collect(rows, err, func(row engine.Scanner) (r models.TextRevision, err error) {
		return r, row.Scan(&r.Item.Kind, &r.Item.ID, &r.Rev, &r.Title, &r.Body, engine.ScanTime(&r.At))
	})
}

// keepWording adds a revision with a text that is about to be replaced.
func keepWording(t *engine.Tx, item models.Item, rev int64, title, body string) error {
	return t.Run("INSERT INTO text_revisions (kind, item_id, rev, title, body, at) VALUES (?, ?, ?, ?, ?, ?)",
		item.Kind, item.ID, rev, title, body, engine.Millis(t.Now))
}

// unknownItem returns CodeNotFound error.item.unknown for an id that does not exist.
func unknownItem(err error) error { return engine.Missing(err, "error.item.unknown") }
