package sqlite

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// replySelect reads a whole reply.
const replySelect = "SELECT " + contributionColumns + `, idea_id,
	coalesce((SELECT number FROM ideas WHERE id = idea_id), 0), parent_id, parent_name, orphan, depth, seq, path, path_new,
	body, body_html FROM replies `

func scanReply(row engine.Scanner) (r models.Reply, err error) {
	return r, row.Scan(replyDest(&r)...)
}

func replyDest(r *models.Reply) []any {
	return contributionDest(&r.Contribution, &r.IdeaID, &r.IdeaNumber, &r.ParentID, &r.ParentName,
		&r.Orphan, &r.Depth, &r.Seq, &r.Path, &r.PathNew, &r.Body, &r.BodyHTML)
}

// reply reads one by id; CodeNotFound error.reply.unknown.
func reply(q engine.Queries, id string) (models.Reply, error) {
	r, err := scanReply(q.Row(replySelect+"WHERE id = ?", id))
	return r, engine.Missing(err, "error.reply.unknown")
}

// Reply implements models.ReplyStore.
func (s *Store) Reply(ctx context.Context, id string) (models.Reply, error) {
	r, err := reply(s.db.Reader(ctx), id)
	return r, engine.Wrap("reply", err)
}

// AddReply implements models.ReplyStore.
func (s *Store) AddReply(ctx context.Context, r models.Reply, jobs []models.Job) (models.Reply, error) {
	err := s.write(ctx, func(t *engine.Tx) error {
		own := ownTopics(r.ConsultationID, models.Author{ParticipantID: r.ParticipantID, Guest: r.Guest})
		t.Invalidates(own[:]...)
		c, err := sharedRules(t, r.ConsultationID)
		if err != nil {
			return err
		}
		if err = c.Accepts(models.ActReply, t.Now); err != nil {
			return err
		}
		fresh(&r.Contribution, t)
		parent, err := attach(t, &r)
		if err != nil {
			return err
		}
		seq, err := nextSeq(t, c.ID)
		if err != nil {
			return err
		}
		r.Place(parent, seq)
		if err = insertReply(t, r); err != nil {
			return err
		}
		if err = enqueue(t, r.Item(), c.ID, t.Now, true); err != nil {
			return err
		}
		return addJobs(t, jobs)
	})
	return r, err
}

// attach reads the idea and the parent that r names, checks that r may stand there and
// returns the parent, nil at the root. CodeInvalid error.reply.parent.
func attach(t *engine.Tx, r *models.Reply) (*models.Reply, error) {
	var i *models.Idea
	var parent *models.Reply
	if r.IdeaID != "" {
		found, err := idea(t, r.IdeaID)
		if err == nil {
			i = &found
		} else if !models.IsNotFound(err) {
			return nil, err
		}
	}
	if r.ParentID != "" {
		found, err := reply(t, r.ParentID)
		if err == nil {
			parent = &found
		} else if !models.IsNotFound(err) {
			return nil, err
		}
	}
	return parent, r.Attach(i, parent)
}

// nextSeq returns the number of the next reply of a consultation.
func nextSeq(q engine.Queries, consultationID string) (int64, error) {
	return engine.One[int64](q.Row("UPDATE consultations SET reply_seq = reply_seq + 1 WHERE id = ? RETURNING reply_seq", consultationID))
}

// insertReply inserts r as it is.
func insertReply(t *engine.Tx, r models.Reply) error {
	err := t.Run("INSERT INTO replies ("+contributionColumns+`, decided_at, idea_id, parent_id, parent_name, orphan, depth,
		seq, path, path_new, shown, body, body_html)
		VALUES (`+contributionPlaceholders+", 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		contributionArgs(r.Contribution, r.IdeaID, r.ParentID, r.ParentName, r.Orphan, r.Depth,
			r.Seq, r.Path, r.PathNew, r.Shown(), r.Body, r.BodyHTML)...)
	if err != nil || r.Status != models.StatusPublished {
		return err
	}
	return indexReply(t, r)
}

// indexReply adds a published reply to the search index and removes any other.
func indexReply(t *engine.Tx, r models.Reply) error {
	if r.Status != models.StatusPublished {
		return unindex(t, string(models.KindReply), r.ID)
	}
	return index(t, string(models.KindReply), r.ID, r.ConsultationID, "", r.Body)
}

// EditReply implements models.ReplyStore. What waits is on no page and not
// searchable, so nothing else follows.
func (s *Store) EditReply(ctx context.Context, r models.Reply) (models.Reply, error) {
	var kept models.Reply
	err := s.write(ctx, func(t *engine.Tx) error {
		old, err := reply(t, r.ID)
		switch {
		case err != nil:
			return err
		case old.Status != models.StatusPending:
			return models.Fail(models.CodeClosed, "error.edit.published")
		case old.Rev != r.Rev:
			return models.Fail(models.CodeConflict, "error.reply.changed")
		}
		if err = keepWording(t, old.Item(), old.Rev, "", old.Body); err != nil {
			return err
		}
		if err = t.Run("UPDATE replies SET body = ?, body_html = ?, rev = rev + 1, edited_at = ? WHERE id = ?",
			r.Body, r.BodyHTML, engine.Millis(t.Now), r.ID); err != nil {
			return err
		}
		kept, err = reply(t, r.ID)
		return err
	})
	return kept, err
}
