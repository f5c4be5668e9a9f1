package sqlite

import (
	"context"

	"folkmoot/models"
)

// storedResponse is a response as ideaSelect reads it, with times as stored.
type storedResponse struct {
	models.Response
	Updated, Published int64
}

// response gives it with its times; nil for nil.
func (r *storedResponse) response() *models.Response {
	if r == nil {
		return nil
	}
	r.UpdatedAt, r.PublishedAt = fromMS(r.Updated), fromMS(r.Published)
	return &r.Response
}

// PutResponse implements models.ResponseStore. CodeNotFound for the idea. Of a
// response that says who published it and not when, the time is the store's.
func (s *Store) PutResponse(ctx context.Context, r models.Response, mustAnswer []string, jobs []models.Job) error {
	return s.put(ctx, func(t *tx) error {
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
			r.PublishedAt = t.now
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
		return errorOr(err, func() error { return addJobs(t, jobs) })
	})
}

func upsertResponse(t *tx, consultationID string, r models.Response) error {
	return t.run(`INSERT INTO responses (idea_id, consultation_id, decision, reason, reason_html, owner, due, drafted_by,
		published_by, updated_at, published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET decision = excluded.decision, reason = excluded.reason, reason_html = excluded.reason_html,
		owner = excluded.owner, due = excluded.due, drafted_by = excluded.drafted_by, published_by = excluded.published_by,
		updated_at = excluded.updated_at, published_at = excluded.published_at`,
		r.IdeaID, consultationID, r.Decision, r.Reason, r.ReasonHTML, r.Owner, r.By, r.DraftedBy, r.PublishedBy,
		ms(t.now), ms(r.PublishedAt))
}

// answerIfDone moves the consultation to answered when each idea of mustAnswer
// has a published response other than still considering.
func answerIfDone(t *tx, consultationID string, mustAnswer []string) error {
	open, err := one[int64](t.row(`SELECT count(*) FROM json_each(?) AS m WHERE NOT EXISTS (
		SELECT 1 FROM responses WHERE idea_id = m.value AND published_at > 0 AND decision <> 'considering')`, toJSON(mustAnswer)))
	if err != nil || open > 0 {
		return err
	}
	return t.run(`UPDATE consultations SET state = 'answered', answered_at = ?, rev = rev + 1, version = version + 1
		WHERE id = ? AND state = 'sealed'`, ms(t.now), consultationID)
}

// Responses implements models.ResponseStore.
func (s *Store) Responses(ctx context.Context, consultationID string) (map[string]models.Response, error) {
	found := map[string]models.Response{}
	rows, err := s.reader(ctx).query(`SELECT idea_id, decision, reason, reason_html, owner, due, drafted_by, published_by,
		updated_at, published_at FROM responses WHERE consultation_id = ?`, consultationID)
	err = each(rows, err, func(row scanner) error {
		var r models.Response
		err := row.Scan(&r.IdeaID, &r.Decision, &r.Reason, &r.ReasonHTML, &r.Owner, &r.By, &r.DraftedBy, &r.PublishedBy,
			at(&r.UpdatedAt), at(&r.PublishedAt))
		found[r.IdeaID] = r
		return err
	})
	return found, wrap("responses", err)
}
