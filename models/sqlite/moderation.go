package sqlite

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// subject is what a decision needs of its item.
type subject struct {
	consultationID string
	status         models.Status
	rev            int64
	publishedAt    time.Time
	createdAt      time.Time
}

// subjectOf reads an item's subject; CodeNotFound error.item.unknown.
func subjectOf(q engine.Queries, item models.Item) (s subject, err error) {
	table, ok := itemTables[item.Kind]
	if !ok {
		return s, models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	err = q.Row("SELECT consultation_id, status, rev, published_at, created_at FROM "+table+" WHERE id = ?", item.ID).
		Scan(&s.consultationID, &s.status, &s.rev, engine.ScanTime(&s.publishedAt), engine.ScanTime(&s.createdAt))
	return s, unknownItem(err)
}

// shownAs reports whether the item would be on the public page with that status.
func (s subject) shownAs(status models.Status) bool {
	return models.Contribution{Status: status, PublishedAt: s.publishedAt}.Shown()
}

// Decide implements models.ModerationStore. CodeNotFound for the consultation and
// for an item that is not in it; CodeInvalid for a decision on nothing.
func (s *Store) Decide(ctx context.Context, d models.Decision, jobs []models.Job) (models.Decision, error) {
	err := s.write(ctx, func(t *engine.Tx) error {
		if len(d.Items) == 0 {
			return models.Fail(models.CodeInvalid, "error.decision.empty")
		}
		visible, waited := false, make([]int64, len(d.Items))
		err := linkToChain(t, &d)
		for n, it := range d.Items {
			var shows bool
			if err == nil {
				shows, waited[n], err = decideItem(t, d, it)
			}
			visible = visible || shows
		}
		if err != nil {
			return err
		}
		if err = insertDecision(t, d, waited); err != nil {
			return err
		}
		if visible {
			err = seen(t, d.ConsultationID)
		}
		return errorOr(err, func() error { return addJobs(t, jobs) })
	})
	return d, err
}

// linkToChain sets number, time and hashes of d as the next decision of the chain.
func linkToChain(t *engine.Tx, d *models.Decision) error {
	d.At = t.Now
	err := t.Row("SELECT chain_length + 1, chain_head FROM consultations WHERE id = ?", d.ConsultationID).Scan(&d.Seq, &d.PrevHash)
	d.Hash = d.ChainHash()
	return engine.Missing(err, "error.consultation.unknown")
}

// insertDecision inserts d as linkToChain has completed it.
func insertDecision(t *engine.Tx, d models.Decision, waited []int64) error {
	err := t.Run(`INSERT INTO decisions (consultation_id, seq, action, reason, reason_salt, actor_id, undoes, at, prev_hash, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ConsultationID, d.Seq, d.Action, d.Reason, d.ReasonSalt, d.ActorID, d.Undoes, engine.Millis(d.At), d.PrevHash, d.Hash)
	for n, it := range d.Items {
		if err == nil {
			err = t.Run(`INSERT INTO decision_items (consultation_id, seq, position, kind, item_id, rev, from_status, to_status,
				digest, waited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				d.ConsultationID, d.Seq, n, it.Item.Kind, it.Item.ID, it.Rev, it.From, it.To, it.Digest, waited[n])
		}
	}
	if err != nil {
		return err
	}
	return t.Run("UPDATE consultations SET chain_length = ?, chain_head = ? WHERE id = ?", d.Seq, d.Hash, d.ConsultationID)
}

// decideItem moves one item if revision and status are still those decided on. It reports
// whether the public sees a difference and returns how long the item had waited for a
// moderator in milliseconds, -1 if it had not.
func decideItem(t *engine.Tx, d models.Decision, it models.DecisionItem) (shows bool, waited int64, err error) {
	s, err := subjectOf(t, it.Item)
	switch {
	case err != nil:
		return false, -1, err
	case s.consultationID != d.ConsultationID:
		return false, -1, models.Fail(models.CodeNotFound, "error.item.unknown")
	case s.status != it.From || s.rev != it.Rev:
		return false, -1, models.Fail(models.CodeConflict, "error.decision.changed",
			"item", it.Item.String(), "status", string(s.status), "rev", s.rev, "count", 1)
	}
	before := s.shownAs(it.From)
	if it.To == models.StatusPublished && s.publishedAt.IsZero() {
		s.publishedAt = t.Now
	}
	err = t.Run("UPDATE "+itemTables[it.Item.Kind]+` SET status = ?, reason = ?, withdrawn = max(withdrawn, ?), published_at = ?,
		decided_at = ? WHERE id = ?`,
		it.To, d.Reason, d.Action == models.ActionWithdraw, engine.Millis(s.publishedAt), engine.Millis(t.Now), it.Item.ID)
	if err != nil {
		return false, -1, err
	}
	if err = itemKinds[it.Item.Kind].moved(t, it, s); err != nil {
		return false, -1, err
	}
	if waited, err = requeue(t, d, it, s); err != nil {
		return false, -1, err
	}
	err = t.Run("UPDATE reports SET closed_by = ? WHERE kind = ? AND item_id = ? AND closed_by = 0", d.Seq, it.Item.Kind, it.Item.ID)
	return it.From != it.To && (before || s.shownAs(it.To)), waited, err
}

// requeue removes the decided item from the queue, or queues it again if it is pending.
func requeue(t *engine.Tx, d models.Decision, it models.DecisionItem, s subject) (int64, error) {
	waited, err := dequeue(t, it.Item)
	if err == nil && it.To == models.StatusPending {
		err = enqueue(t, it.Item, s.consultationID, s.createdAt, true)
	}
	if d.Action == models.ActionWithdraw {
		waited = -1 // withdrawn by its author: it says nothing about moderators
	}
	return waited, err
}

// step returns +1 for an item that becomes published, -1 for one that ceases to be, else 0.
func step(it models.DecisionItem) int64 {
	var n int64
	if it.To == models.StatusPublished {
		n++
	}
	if it.From == models.StatusPublished {
		n--
	}
	return n
}

// replyMoved shows or hides a reply that was decided on, counts it, and makes it searchable.
func replyMoved(t *engine.Tx, it models.DecisionItem, s subject) error {
	if err := t.Run("UPDATE replies SET shown = ? WHERE id = ?", s.shownAs(it.To), it.Item.ID); err != nil {
		return err
	}
	r, err := reply(t, it.Item.ID)
	if err != nil {
		return err
	}
	if n := step(it); n != 0 {
		if err = t.Run("UPDATE consultations SET reply_count = reply_count + ? WHERE id = ?", n, s.consultationID); err != nil {
			return err
		}
		if err = t.Run("UPDATE ideas SET reply_count = reply_count + ? WHERE id = ?", n, r.IdeaID); err != nil {
			return err
		}
	}
	return indexReply(t, r)
}

// ideaMoved numbers an idea that was decided on, if it is published for the first time,
// counts it, and makes it searchable.
func ideaMoved(t *engine.Tx, it models.DecisionItem, s subject) error {
	i, err := idea(t, it.Item.ID)
	if err != nil {
		return err
	}
	if it.To == models.StatusPublished && i.Number == 0 {
		if i.Number, err = nextNumber(t, s.consultationID); err != nil {
			return err
		}
		if err = t.Run("UPDATE ideas SET number = ? WHERE id = ?", i.Number, i.ID); err != nil {
			return err
		}
	}
	if n := step(it); n != 0 {
		if err = t.Run("UPDATE consultations SET idea_count = idea_count + ? WHERE id = ?", n, s.consultationID); err != nil {
			return err
		}
	}
	return indexIdea(t, i)
}

const decisionSelect = `SELECT consultation_id, seq, action, reason, reason_salt, actor_id, undoes, at, prev_hash, hash,
	(SELECT json_group_array(json_object('Item', json_object('Kind', kind, 'ID', item_id), 'Rev', rev, 'From', from_status,
		'To', to_status, 'Digest', digest)) FROM (SELECT * FROM decision_items AS i
		WHERE i.consultation_id = decisions.consultation_id AND i.seq = decisions.seq ORDER BY position))
	FROM decisions `

func scanDecision(row engine.Scanner) (d models.Decision, err error) {
	return d, row.Scan(&d.ConsultationID, &d.Seq, &d.Action, &d.Reason, &d.ReasonSalt, &d.ActorID, &d.Undoes, engine.ScanTime(&d.At),
		&d.PrevHash, &d.Hash, engine.ScanJSON(&d.Items))
}

// Decision implements models.ModerationStore.
func (s *Store) Decision(ctx context.Context, consultationID string, seq int64) (models.Decision, error) {
	d, err := scanDecision(s.db.Reader(ctx).Row(decisionSelect+"WHERE consultation_id = ? AND seq = ?", consultationID, seq))
	return d, engine.Wrap("decision", engine.Missing(err, "error.decision.missing"))
}

// Decisions implements models.ModerationStore; a limit of 0 is none.
func (s *Store) Decisions(ctx context.Context, consultationID string, after int64, limit int) ([]models.Decision, error) {
	if limit <= 0 {
		limit = -1
	}
	rows, err := s.db.Reader(ctx).Query(decisionSelect+"WHERE consultation_id = ? AND seq > ? ORDER BY seq LIMIT ?",
		consultationID, after, limit)
	list, err := engine.Collect(rows, err, scanDecision)
	return list, engine.Wrap("decisions", err)
}

// Waits implements models.ModerationStore. What came in by an import or was
// withdrawn by its author is left out.
func (s *Store) Waits(ctx context.Context, consultationID string, n int) ([]time.Duration, error) {
	rows, err := s.db.Reader(ctx).Query(`SELECT waited FROM decision_items WHERE consultation_id = ? AND waited >= 0
		ORDER BY seq DESC, position DESC LIMIT ?`, consultationID, n)
	list, err := engine.Collect(rows, err, func(row engine.Scanner) (time.Duration, error) {
		n, err := engine.One[int64](row)
		return time.Duration(n) * time.Millisecond, err
	})
	return list, engine.Wrap("waits", err)
}
