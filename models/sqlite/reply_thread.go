package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// threadSQL reads one range of one partial index in either order. The number of the idea,
// which all replies of a thread have in common, is a parameter.
const (
	placeColumns  = `, parent_id, parent_name, orphan, depth, seq, path, path_new, `
	threadColumns = ", idea_id, ?1" + placeColumns
	threadWhole   = "SELECT " + contributionColumns + threadColumns + "body, body_html FROM replies "
	threadPage    = `SELECT id, consultation_id, '', author_name, staff_role, '', '', '', '', '', '', '', language, source, '',
		status, reason, withdrawn, rev, '', created_at, edited_at, published_at` + threadColumns + "'', body_html FROM replies "

	threadOldest = `WHERE consultation_id = ?2 AND idea_id = ?3 AND shown = 1 AND path > ?4
		ORDER BY path LIMIT ?5`
	threadNewest = `WHERE consultation_id = ?2 AND idea_id = ?3 AND shown = 1 AND path_new > ?4
		ORDER BY path_new LIMIT ?5`
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
	list, err := slice(s.db.Reader(ctx), q, limit+1)
	if err != nil {
		return models.Thread{}, engine.Wrap("thread", err)
	}
	th := models.Thread{Read: len(list)}
	th.Replies, th.Next = engine.Page(list, limit, func(r models.Reply) string { return place(r, q.Newest) })
	return th, nil
}

// slice reads limit shown replies after q.After; there is no limit if it is negative.
func slice(r engine.Queries, q models.ThreadQuery, limit int) ([]models.Reply, error) {
	number, err := ideaNumber(r, q.IdeaID)
	if err != nil {
		return nil, err
	}
	text := threadWhole
	if q.Page {
		text = threadPage
	}
	if q.Newest {
		text += threadNewest
	} else {
		text += threadOldest
	}
	rows, err := r.Query(text, number, q.ConsultationID, q.IdeaID, q.After, limit)
	list := make([]models.Reply, 0, max(limit, 0))
	err = engine.Each(rows, err, shownTo(&list))
	return list, err
}

// ideaNumber returns the number of an idea, 0 for "".
func ideaNumber(r engine.Queries, id string) (int, error) {
	if id == "" {
		return 0, nil
	}
	n, err := engine.One[int](r.Row("SELECT number FROM ideas WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return n, err
}

// shownTo returns a function that appends a row to list without what the public may not see.
func shownTo(list *[]models.Reply) func(engine.Scanner) error {
	var r models.Reply
	dest := replyDest(&r)
	return func(row engine.Scanner) error {
		if err := row.Scan(dest...); err != nil {
			return err
		}
		*list = append(*list, r)
		if last := &(*list)[len(*list)-1]; last.Status != models.StatusPublished {
			last.Body, last.BodyHTML = "", ""
		}
		return nil
	}
}

// place returns the path that a cursor of a thread holds.
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
	err := s.db.Snapshot(ctx, "thread before", func(q engine.Queries) error {
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
		after, err = engine.One[string](q.Row(text, r.ConsultationID, r.IdeaID, place(r, newest)))
		ok = err == nil || errors.Is(err, sql.ErrNoRows)
		if ok {
			return nil
		}
		return err
	})
	return after, ok, err
}

// threadsAfter reads the threads of the ideas after a number, one after the other.
const threadsAfter = "SELECT " + contributionColumns + ", idea_id, of_number" + placeColumns + `body, body_html
	FROM (SELECT consultation_id AS of_consultation, id AS of_idea, number AS of_number FROM ideas)
	CROSS JOIN replies ON consultation_id = of_consultation AND idea_id = of_idea AND shown = 1
	WHERE of_consultation = ? AND of_number > 0 AND of_number > ? ORDER BY of_number, path LIMIT ?`

// EachReply implements models.ReplyStore. Its queries go by the number of replies, not of
// threads: a batch ends in the middle of a thread, which is read to its end first.
func (s *Store) EachReply(ctx context.Context, consultationID string, fn func(models.Reply) error) error {
	q := s.db.Reader(ctx)
	var last models.Reply // before the first of the consultation's own thread
	for {
		err := engine.EachInBatches("replies", func(after string) ([]models.Reply, error) {
			return slice(q, models.ThreadQuery{ConsultationID: consultationID, IdeaID: last.IdeaID, After: cmp.Or(after, last.Path)}, engine.BatchSize)
		}, func(r models.Reply) string { return r.Path }, fn)
		if err != nil {
			return err
		}
		rows, err := q.Query(threadsAfter, consultationID, last.IdeaNumber, engine.BatchSize)
		var batch []models.Reply
		if err := engine.Each(rows, err, shownTo(&batch)); err != nil {
			return engine.Wrap("replies", err)
		}
		for _, r := range batch {
			if err := fn(r); err != nil {
				return err
			}
		}
		if len(batch) < engine.BatchSize {
			return nil
		}
		last = batch[len(batch)-1]
	}
}
