package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// enqueue adds an item to the queue: waits is true for a pending one, false for a
// published one that was reported. An item in the queue keeps its place.
func enqueue(t *engine.Tx, item models.Item, consultationID string, since time.Time, waits bool) error {
	return t.Run(`INSERT INTO queue (kind, item_id, consultation_id, since, waits) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, item.Kind, item.ID, consultationID, engine.Millis(since), waits)
}

// dequeue removes an item and returns how long it had waited in milliseconds, -1 if it did
// not wait.
func dequeue(t *engine.Tx, item models.Item) (waited int64, err error) {
	err = t.Row(`DELETE FROM queue WHERE kind = ? AND item_id = ?
		RETURNING CASE waits WHEN 1 THEN max(0, ? - since) ELSE -1 END`, item.Kind, item.ID, engine.Millis(t.Now)).Scan(&waited)
	if errors.Is(err, sql.ErrNoRows) {
		return -1, nil
	}
	return waited, err
}

// Queue implements models.ModerationStore.
func (s *Store) Queue(ctx context.Context, f models.QueueFilter) ([]models.QueueEntry, string, error) {
	since, after, err := engine.ParseCursor(f.After, math.MinInt64)
	if err != nil {
		return nil, "", err
	}
	var from models.Item
	if after != "" {
		if from, err = models.ParseItem(after); err != nil {
			return nil, "", models.Fail(models.CodeInvalid, "error.cursor")
		}
	}
	var list []models.QueueEntry
	var next string
	err = s.db.Snapshot(ctx, "queue", func(q engine.Queries) error {
		rows, err := q.Query(`SELECT kind, item_id, consultation_id, since FROM queue
			WHERE (since, kind, item_id) > (?, ?, ?) AND (? OR consultation_id IN (SELECT value FROM json_each(?)))
			AND (? OR consultation_id NOT IN (SELECT value FROM json_each(?)))
			ORDER BY since, kind, item_id LIMIT ?`,
			since, from.Kind, from.ID, f.ConsultationIDs == nil, engine.JSON(f.ConsultationIDs),
			len(f.Except) == 0, engine.JSON(f.Except), engine.PageLimit(f.Limit))
		if list, err = engine.Collect(rows, err, scanQueued); err != nil {
			return err
		}
		list, next = engine.Page(list, f.Limit, func(e models.QueueEntry) string { return engine.Cursor(e.Since, e.Item.String()) })
		for n := range list {
			if err := fillEntry(q, &list[n]); err != nil {
				return err
			}
		}
		return nil
	})
	return list, next, err
}

func scanQueued(row engine.Scanner) (e models.QueueEntry, err error) {
	return e, row.Scan(&e.Item.Kind, &e.Item.ID, &e.ConsultationID, engine.ScanTime(&e.Since))
}

// fillEntry reads an entry's item and its context.
func fillEntry(q engine.Queries, e *models.QueueEntry) error {
	var err error
	if e.Text, err = readItem(q, e.Item); err != nil {
		return err
	}
	e.ConsultationID = e.Contribution().ConsultationID
	if err = itemKinds[e.Item.Kind].describe(q, e); err != nil {
		return err
	}
	err = q.Row(`SELECT c.slug, coalesce(t.title, '') FROM consultations AS c
		LEFT JOIN consultation_texts AS t ON t.consultation_id = c.id AND t.language = c.language WHERE c.id = ?`,
		e.ConsultationID).Scan(&e.Slug, &e.Title)
	if err != nil {
		return err
	}
	rows, err := q.Query(`SELECT id, kind, item_id, consultation_id, reason, reference, network, created_at, closed_by
		FROM reports WHERE kind = ? AND item_id = ? AND closed_by = 0 ORDER BY created_at, id`, e.Item.Kind, e.Item.ID)
	e.Reports, err = engine.Collect(rows, err, func(row engine.Scanner) (r models.Report, err error) {
		return r, row.Scan(&r.ID, &r.Item.Kind, &r.Item.ID, &r.ConsultationID, &r.Reason, &r.Reference, &r.Network,
			engine.ScanTime(&r.CreatedAt), &r.ClosedBy)
	})
	if err != nil {
		return err
	}
	e.Record, err = authorRecord(q, e.Contribution())
	return err
}

// describeIdea fills in the title.
func describeIdea(_ engine.Queries, e *models.QueueEntry) error {
	e.IdeaTitle, _, _ = e.Text.Words()
	return nil
}

// describeReply reads what the reply answers, and where.
func describeReply(q engine.Queries, e *models.QueueEntry) error {
	r := e.Text.(models.Reply)
	if r.ParentID != "" {
		p, err := reply(q, r.ParentID)
		if err != nil {
			return err
		}
		e.Parent = &p
	}
	if r.IdeaID == "" {
		return nil
	}
	var err error
	e.IdeaTitle, err = engine.One[string](q.Row("SELECT title FROM ideas WHERE id = ?", r.IdeaID))
	return err
}

// authorRecord counts the author's other items by outcome; a guest has no record.
func authorRecord(q engine.Queries, c models.Contribution) (r models.AuthorRecord, err error) {
	if c.ParticipantID == "" {
		return r, nil
	}
	return r, q.Row(`SELECT coalesce(sum(status = 'published'), 0),
		coalesce(sum(status IN ('rejected', 'spam') OR (status IN ('removed', 'erased') AND withdrawn = 0)), 0)
		FROM (`+overItems("SELECT id, status, withdrawn FROM {table} WHERE participant_id = ?1 AND participant_id <> ''", " UNION ALL ")+`)
		WHERE id <> ?2`, c.ParticipantID, c.ID).Scan(&r.Published, &r.Refused)
}

// QueueLength implements models.ModerationStore.
func (s *Store) QueueLength(ctx context.Context, f models.QueueFilter) (int64, error) {
	n, err := engine.One[int64](s.db.Reader(ctx).Row(`SELECT count(*) FROM queue
		WHERE (? OR consultation_id IN (SELECT value FROM json_each(?))) AND (? OR consultation_id NOT IN (SELECT value FROM json_each(?)))`,
		f.ConsultationIDs == nil, engine.JSON(f.ConsultationIDs), len(f.Except) == 0, engine.JSON(f.Except)))
	return n, engine.Wrap("queue length", err)
}

// Queued implements models.ModerationStore.
func (s *Store) Queued(ctx context.Context, f models.QueueFilter) (bool, error) {
	some, args := "SELECT EXISTS (SELECT 1 FROM queue)", []any{}
	switch {
	case f.ConsultationIDs != nil:
		some = `SELECT EXISTS (SELECT 1 FROM queue WHERE consultation_id IN
			(SELECT value FROM json_each(?) WHERE value NOT IN (SELECT value FROM json_each(?))))`
		args = []any{engine.JSON(f.ConsultationIDs), engine.JSON(append([]string{}, f.Except...))}
	case len(f.Except) > 0:
		some = "SELECT EXISTS (SELECT 1 FROM queue WHERE consultation_id NOT IN (SELECT value FROM json_each(?)))"
		args = []any{engine.JSON(f.Except)}
	}
	any, err := engine.One[bool](s.db.Reader(ctx).Row(some, args...))
	return any, engine.Wrap("queued", err)
}

// Undecided implements models.ModerationStore.
func (s *Store) Undecided(ctx context.Context, consultationID string) ([]models.Undecided, error) {
	rows, err := s.db.Reader(ctx).Query(`SELECT kind, item_id, since,
		(SELECT count(*) FROM reports AS r WHERE r.kind = queue.kind AND r.item_id = queue.item_id AND closed_by = 0),
		coalesce((SELECT number FROM ideas WHERE id = CASE kind WHEN 'idea' THEN item_id
			ELSE (SELECT idea_id FROM replies WHERE id = item_id) END), 0)
		FROM queue WHERE consultation_id = ? ORDER BY since, kind, item_id`, consultationID)
	list, err := engine.Collect(rows, err, func(row engine.Scanner) (u models.Undecided, err error) {
		var item models.Item
		err = row.Scan(&item.Kind, &item.ID, engine.ScanTime(&u.Since), &u.Reports, &u.Idea)
		u.Item = item.String()
		return u, err
	})
	return append([]models.Undecided{}, list...), engine.Wrap("undecided", err)
}

// QueueEntry implements models.ModerationStore.
func (s *Store) QueueEntry(ctx context.Context, item models.Item) (models.QueueEntry, error) {
	e := models.QueueEntry{Item: item}
	err := s.db.Snapshot(ctx, "queue entry", func(q engine.Queries) error {
		if err := fillEntry(q, &e); err != nil {
			return err
		}
		e.Since = e.Contribution().CreatedAt
		err := q.Row("SELECT since FROM queue WHERE kind = ? AND item_id = ?", item.Kind, item.ID).Scan(engine.ScanTime(&e.Since))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return e, err
}

// AddReport implements models.ModerationStore.
func (s *Store) AddReport(ctx context.Context, r models.Report, jobs []models.Job) error {
	return s.write(ctx, func(t *engine.Tx) error {
		at, err := subjectOf(t, r.Item)
		if err != nil {
			return err
		}
		if at.status != models.StatusPublished {
			return models.Fail(models.CodeNotFound, "error.item.unknown")
		}
		err = t.Run(`INSERT INTO reports (id, kind, item_id, consultation_id, reason, reference, network, created_at, closed_by)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
			r.ID, r.Item.Kind, r.Item.ID, at.consultationID, r.Reason, r.Reference, r.Network, engine.Millis(t.Now))
		if err != nil {
			return err
		}
		if err = enqueue(t, r.Item, at.consultationID, t.Now, false); err != nil {
			return err
		}
		return addJobs(t, jobs)
	})
}
