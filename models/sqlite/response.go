package sqlite

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// storedResponse is a response as ideaSelect reads it, with times as stored.
type storedResponse struct {
	models.Response
	Updated, Published int64
}

// response returns it with its times; nil for nil.
func (r *storedResponse) response() *models.Response {
	if r == nil {
		return nil
	}
	r.UpdatedAt, r.PublishedAt = engine.FromMillis(r.Updated), engine.FromMillis(r.Published)
	return &r.Response
}

// PutResponse implements models.ResponseStore. CodeNotFound for the idea. Of a
// response that says who published it and not when, the time is the store's.
func (s *Store) PutResponse(ctx context.Context, r models.Response, mustAnswer []string, jobs []models.Job, by models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		i, err := idea(t, r.IdeaID)
		if err != nil {
			return err
		}
		c, err := rules(t, i.ConsultationID)
		if err != nil {
			return err
		}
		if c.State != models.StateSealed && c.State != models.StateAnswered {
			return models.Fail(models.CodeConflict, "error.response.not_sealed")
		}
		if r.PublishedAt.IsZero() && r.PublishedBy != "" {
			r.PublishedAt = t.Now
		}
		if err = upsertResponse(t, c.ID, r); err != nil {
			return err
		}
		if i.Response != nil || !r.PublishedAt.IsZero() {
			err = seen(t, c.ID)
		}
		if err == nil && !r.PublishedAt.IsZero() && c.State == models.StateSealed {
			err = answerIfDone(t, c.ID, mustAnswer)
		}
		if err == nil {
			err = addJobs(t, jobs)
		}
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}

func upsertResponse(t *engine.Tx, consultationID string, r models.Response) error {
	return t.Run(`INSERT INTO responses (idea_id, consultation_id, decision, reason, reason_html, owner, due, drafted_by,
		published_by, updated_at, published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET decision = excluded.decision, reason = excluded.reason, reason_html = excluded.reason_html,
		owner = excluded.owner, due = excluded.due, drafted_by = excluded.drafted_by, published_by = excluded.published_by,
		updated_at = excluded.updated_at, published_at = excluded.published_at`,
		r.IdeaID, consultationID, r.Decision, r.Reason, r.ReasonHTML, r.Owner, r.By, r.DraftedBy, r.PublishedBy,
		engine.Millis(t.Now), engine.Millis(r.PublishedAt))
}

// answerIfDone moves the consultation to answered when each idea of mustAnswer
// has a published response other than still considering.
func answerIfDone(t *engine.Tx, consultationID string, mustAnswer []string) error {
	open, err := engine.One[int64](t.Row(`SELECT count(*) FROM json_each(?) AS m WHERE NOT EXISTS (
		SELECT 1 FROM responses WHERE idea_id = m.value AND published_at > 0 AND decision <> 'considering')`, engine.JSON(mustAnswer)))
	if err != nil || open > 0 {
		return err
	}
	return t.Run(`UPDATE consultations SET state = 'answered', answered_at = ?, rev = rev + 1, version = version + 1
		WHERE id = ? AND state = 'sealed'`, engine.Millis(t.Now), consultationID)
}

// Responses implements models.ResponseStore.
func (s *Store) Responses(ctx context.Context, consultationID string) (map[string]models.Response, error) {
	found := map[string]models.Response{}
	rows, err := s.db.Reader(ctx).Query(`SELECT idea_id, decision, reason, reason_html, owner, due, drafted_by, published_by,
		updated_at, published_at FROM responses WHERE consultation_id = ?`, consultationID)
	err = engine.Each(rows, err, func(row engine.Scanner) error {
		var r models.Response
		err := row.Scan(&r.IdeaID, &r.Decision, &r.Reason, &r.ReasonHTML, &r.Owner, &r.By, &r.DraftedBy, &r.PublishedBy,
			engine.ScanTime(&r.UpdatedAt), engine.ScanTime(&r.PublishedAt))
		found[r.IdeaID] = r
		return err
	})
	return found, engine.Wrap("responses", err)
}
