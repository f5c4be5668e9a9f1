package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"folkmoot/models"
)

// threadSQL reads one range of one partial index, the two orders alike.
const (
	threadOldest = replySelect + `WHERE consultation_id = ? AND idea_id = ? AND shown = 1 AND path > ?
		ORDER BY path LIMIT ?`
	threadNewest = replySelect + `WHERE consultation_id = ? AND idea_id = ? AND shown = 1 AND path_new > ?
		ORDER BY path_new LIMIT ?`
	beforeOldest = `SELECT path FROM replies WHERE consultation_id = ? AND idea_id = ? AND shown = 1 AND path < ?
		ORDER BY path DESC LIMIT 1`
	beforeNewest = `SELECT path_new FROM replies WHERE consultation_id = ? AND idea_id = ? AND shown = 1 AND path_new < ?
		ORDER BY path_new DESC LIMIT 1`
)

// Thread implements models.ReplyStore. A reply that is no longer published comes
// as a gap, without its text.
func (s *Store) Thread(ctx context.Context, q models.ThreadQuery) (models.Thread, error) {
	limit := min(q.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	list, err := slice(s.reader(ctx), q, limit+1)
	if err != nil {
		return models.Thread{}, wrap("thread", err)
	}
	th := models.Thread{Read: len(list)}
	th.Replies, th.Next = page(list, limit, func(r models.Reply) string { return place(r, q.Newest) })
	return th, nil
}

// slice reads limit shown replies after q.After; a negative limit is none.
func slice(r queries, q models.ThreadQuery, limit int) ([]models.Reply, error) {
	text := threadOldest
	if q.Newest {
		text = threadNewest
	}
	rows, err := r.query(text, q.ConsultationID, q.IdeaID, q.After, limit)
	return collect(rows, err, scanShown)
}

// scanShown reads a reply as a stranger may see it.
func scanShown(row scanner) (models.Reply, error) {
	r, err := scanReply(row)
	if r.Status != models.StatusPublished {
		r.Body, r.BodyHTML = "", ""
	}
	return r, err
}

// place is what a cursor of a thread names.
func place(r models.Reply, newest bool) string {
	if newest {
		return r.PathNew
	}
	return r.Path
}

// ThreadBefore implements models.ReplyStore.
func (s *Store) ThreadBefore(ctx context.Context, r models.Reply, newest bool) (string, bool, error) {
	var after string
	var ok bool
	err := s.snapshot(ctx, "thread before", func(q queries) error {
		r, err := reply(q, r.ID)
		if models.IsNotFound(err) || (err == nil && !r.Shown()) {
			return nil
		}
		if err != nil {
			return err
		}
		text := beforeOldest
		if newest {
			text = beforeNewest
		}
		after, err = one[string](q.row(text, r.ConsultationID, r.IdeaID, place(r, newest)))
		ok = err == nil || errors.Is(err, sql.ErrNoRows)
		if ok {
			return nil
		}
		return err
	})
	return after, ok, err
}

// EachReply implements models.ReplyStore.
func (s *Store) EachReply(ctx context.Context, consultationID string, fn func(models.Reply) error) error {
	q := s.reader(ctx)
	rows, err := q.query("SELECT id FROM ideas WHERE consultation_id = ? AND number > 0 ORDER BY number", consultationID)
	threads, err := collect(rows, err, one[string])
	if err != nil {
		return wrap("replies", err)
	}
	for _, ideaID := range append([]string{""}, threads...) {
		err := batches("replies", func(after string) ([]models.Reply, error) {
			return slice(q, models.ThreadQuery{ConsultationID: consultationID, IdeaID: ideaID, After: after}, batchSize)
		}, func(r models.Reply) string { return r.Path }, fn)
		if err != nil {
			return err
		}
	}
	return nil
}
