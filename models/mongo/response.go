package mongo

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// response is its document; _id is the idea.
type response struct {
	IdeaID      string                  `bson:"_id"`
	C           string                  `bson:"c"`
	Decision    models.ResponseDecision `bson:"decision"`
	Reason      string                  `bson:"reason"`
	ReasonHTML  string                  `bson:"reasonHtml"`
	Owner       string                  `bson:"owner"`
	By          string                  `bson:"by"`
	DraftedBy   string                  `bson:"draftedBy"`
	PublishedBy string                  `bson:"publishedBy"`
	UpdatedAt   time.Time               `bson:"updatedAt"`
	PublishedAt time.Time               `bson:"publishedAt"`
	Published   bool                    `bson:"published"`
}

// DocKey implements engine.Document.
func (d response) DocKey() (c, id string) { return d.C, d.IdeaID }

func newResponse(r models.Response, c string) response {
	return response{
		r.IdeaID, c, r.Decision, r.Reason, r.ReasonHTML, r.Owner, r.By, r.DraftedBy, r.PublishedBy, r.UpdatedAt, r.PublishedAt,
		!r.PublishedAt.IsZero(),
	}
}

func (d response) model() *models.Response {
	return &models.Response{
		IdeaID: d.IdeaID, Decision: d.Decision, Reason: d.Reason, ReasonHTML: d.ReasonHTML, Owner: d.Owner, By: d.By,
		DraftedBy: d.DraftedBy, PublishedBy: d.PublishedBy, UpdatedAt: d.UpdatedAt, PublishedAt: d.PublishedAt,
	}
}

// PutResponse implements models.ResponseStore. CodeNotFound for the idea. Of a
// response that says who published it and not when, the time is the store's.
func (s *Store) PutResponse(ctx context.Context, r models.Response, mustAnswer []string, jobs []models.Job, by models.AuditEntry) error {
	id, err := s.consultationOf(ctx, "ideas", r.IdeaID, "error.idea.unknown")
	if err != nil {
		return err
	}
	return s.put(ctx, id, jobNeeds(jobs), func(t *tx) error {
		c, err := rules(t, id)
		if err != nil {
			return err
		}
		if c.State != models.StateSealed && c.State != models.StateAnswered {
			return models.Fail(models.CodeConflict, "error.response.not_sealed")
		}
		r := r
		if r.PublishedAt.IsZero() && r.PublishedBy != "" {
			r.PublishedAt = t.Now()
		}
		r.UpdatedAt = t.Now()
		old, _, err := engine.Within[response](t, "responses", id, r.IdeaID)
		if err != nil {
			return err
		}
		d := newResponse(r, id)
		if err = t.Put("responses", d); err != nil {
			return err
		}
		if old.Published || d.Published {
			c.Version++
		}
		if d.Published && c.State == models.StateSealed {
			err = answerIfDone(t, &c, mustAnswer)
		}
		if err == nil {
			err = t.Put("consultations", c)
		}
		if err == nil {
			err = addJobs(t, jobs)
		}
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}

// answerIfDone moves the consultation to answered when each idea of mustAnswer
// has a published response other than still considering.
func answerIfDone(t *tx, c *consultation, mustAnswer []string) error {
	answers, err := publicResponses(t, c.ID)
	if err != nil {
		return err
	}
	for _, id := range mustAnswer {
		if r := answers[id]; r == nil || r.Decision == models.ResponseConsidering {
			return nil
		}
	}
	c.State, c.AnsweredAt, c.Rev, c.Version = models.StateAnswered, t.Now(), c.Rev+1, c.Version+1
	return nil
}

// publicResponses returns the published responses by idea.
func publicResponses(r engine.Reader, consultationID string) (map[string]*models.Response, error) {
	found := map[string]*models.Response{}
	q := engine.Query{Coll: "responses", Filter: eq("c", consultationID, "published", true)}
	return found, engine.Each(r, q, func(d response) error {
		found[d.IdeaID] = d.model()
		return nil
	})
}

// Responses implements models.ResponseStore.
func (s *Store) Responses(ctx context.Context, consultationID string) (map[string]models.Response, error) {
	found := map[string]models.Response{}
	q := engine.Query{Coll: "responses", Filter: eq("c", consultationID)}
	return found, engine.Each(s.read(ctx), q, func(d response) error {
		found[d.IdeaID] = *d.model()
		return nil
	})
}
