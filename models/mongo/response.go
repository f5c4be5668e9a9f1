package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// PutResponse implements models.ResponseStore. CodeNotFound for the idea. Of a
// response that says who published it and not when, the time is the store's.
func (s *Store) PutResponse(ctx context.Context, r models.Response, mustAnswer []string, jobs []models.Job, by models.AuditEntry) error {
	id, err := s.consultationOf(ctx, "ideas", r.IdeaID, "error.idea.unknown")
	if err != nil {
		return err
	}
	return s.change(ctx, id, jobNeeds(jobs), func(t *tx, c *consultation) error {
		if c.State != models.StateSealed && c.State != models.StateAnswered {
			return models.Fail(models.CodeConflict, "error.response.not_sealed")
		}
		d, err := ideaIn(t, id, r.IdeaID)
		if err != nil {
			return err
		}
		r := r
		if r.PublishedAt.IsZero() && r.PublishedBy != "" {
			r.PublishedAt = t.Now()
		}
		r.UpdatedAt = t.Now()
		if d.model().Response != nil || !r.PublishedAt.IsZero() {
			c.Version++
		}
		d.Response = &r
		t.Put("ideas", d)
		if !r.PublishedAt.IsZero() && c.State == models.StateSealed {
			if err = answerIfDone(t, c, mustAnswer); err != nil {
				return err
			}
		}
		addJobs(t, jobs)
		addAuditEntry(t, by)
		return nil
	})
}

// answerIfDone moves the consultation to answered when each idea of mustAnswer
// has a published response other than still considering.
func answerIfDone(t *tx, c *consultation, mustAnswer []string) error {
	answers, err := responses(t, c.Doc.ID)
	if err != nil {
		return err
	}
	for _, id := range mustAnswer {
		if r := answers[id]; r.PublishedAt.IsZero() || r.Decision == models.ResponseConsidering {
			return nil
		}
	}
	c.State, c.AnsweredAt, c.Rev, c.Version = models.StateAnswered, t.Now(), c.Rev+1, c.Version+1
	return nil
}

// Responses implements models.ResponseStore.
func (s *Store) Responses(ctx context.Context, consultationID string) (map[string]models.Response, error) {
	return responses(s.read(ctx), consultationID)
}

func responses(r engine.Reader, consultationID string) (map[string]models.Response, error) {
	found := map[string]models.Response{}
	q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID, "response.ideaid", eq("$gt", "")), Fields: eq("response", 1)}
	return found, engine.Each(r, q, func(d idea) error {
		found[d.ID] = *d.Response
		return nil
	})
}
