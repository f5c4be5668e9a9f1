package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// response is its document; _id is the idea.
type response struct {
	IdeaID      string                  `bson:"_id"`
	C           string                  `bson:"c"`
	Op          string                  `bson:"op"`
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

func (d response) model() *models.Response {
	return &models.Response{
		IdeaID: d.IdeaID, Decision: d.Decision, Reason: d.Reason, ReasonHTML: d.ReasonHTML, Owner: d.Owner, By: d.By,
		DraftedBy: d.DraftedBy, PublishedBy: d.PublishedBy, UpdatedAt: d.UpdatedAt, PublishedAt: d.PublishedAt,
	}
}

// PutResponse implements models.ResponseStore. CodeNotFound for the idea. Of a
// response that says who published it and not when, the time is the store's.
func (s *Store) PutResponse(ctx context.Context, r models.Response, mustAnswer []string, jobs []models.Job) error {
	return s.act(ctx, func(a *act) error {
		i, found, err := first[idea](a.ctx, s, "ideas", eq("_id", r.IdeaID), nil, eq("c", 1))
		if err != nil || !found {
			return missing(found, err, "error.idea.unknown")
		}
		e := &entry{
			Kind: kindResponse, Ref: r.IdeaID, Items: []string{"response-" + r.IdeaID}, Jobs: toJSON(jobs), Must: mustAnswer,
		}
		err = a.run(i.Item.ConsultationID, e, func(c consultation) error { return a.checkResponse(c, r, e) },
			func(c consultation) error { return a.writeResponse(c, r) })
		if err == nil {
			a.tellDeferred(jobs)
		}
		return err
	})
}

// checkResponse refuses one to what is not sealed, and notes whether a stranger sees it.
func (a *act) checkResponse(c consultation, r models.Response, e *entry) error {
	if c.State != models.StateSealed && c.State != models.StateAnswered {
		return models.Fail(models.CodeConflict, "error.response.not_sealed")
	}
	old, _, err := get[response](a.ctx, a.s, "responses", r.IdeaID)
	e.Seen = old.Published || !r.PublishedAt.IsZero() || r.PublishedBy != ""
	return err
}

// writeResponse is the act.
func (a *act) writeResponse(c consultation, r models.Response) error {
	if r.PublishedAt.IsZero() && r.PublishedBy != "" {
		r.PublishedAt = a.now
	}
	d := response{
		r.IdeaID, c.ID, a.id, r.Decision, r.Reason, r.ReasonHTML, r.Owner, r.By, r.DraftedBy, r.PublishedBy, a.now,
		r.PublishedAt, !r.PublishedAt.IsZero(),
	}
	there, err := a.s.insert(a.ctx, "responses", d.IdeaID, a.id, d)
	if err != nil || !there {
		return err
	}
	// The entry holds the response alone, so nobody else replaces it meanwhile.
	return a.s.write(a.ctx, "update responses", func(ctx context.Context) error {
		_, err := a.s.in("responses").ReplaceOne(ctx, eq("_id", d.IdeaID, "c", d.C), d)
		return err
	})
}

// followResponse moves the consultation to answered, if that was the last answer.
func (s *Store) followResponse(ctx context.Context, consultationID string, e entry, _ bool) error {
	var inc, set bson.D
	if e.Seen {
		inc = eq("version", int64(1))
	}
	answered, err := s.allAnswered(ctx, consultationID, e)
	if err != nil {
		return err
	}
	if err = s.drain(ctx, e); err != nil {
		return err
	}
	if answered {
		inc = eq("version", int64(2), "rev", int64(1))
		set = eq("state", models.StateAnswered, "answeredAt", e.At)
	}
	return s.complete(ctx, consultationID, e.Op, inc, set)
}

// allAnswered tells whether the consultation becomes answered with this response: it is
// published, and each idea that must have one has one other than still considering.
func (s *Store) allAnswered(ctx context.Context, consultationID string, e entry) (bool, error) {
	c, err := s.rules(ctx, consultationID)
	if err != nil || c.State != models.StateSealed {
		return false, err
	}
	answers, err := s.publicResponses(ctx, consultationID)
	if err != nil || answers[e.Ref] == nil {
		return false, err
	}
	for _, id := range e.Must {
		if r := answers[id]; r == nil || r.Decision == models.ResponseConsidering {
			return false, nil
		}
	}
	return true, nil
}

// publicResponses gives the published responses by idea.
func (s *Store) publicResponses(ctx context.Context, consultationID string) (map[string]*models.Response, error) {
	found := map[string]*models.Response{}
	q := query{coll: "responses", filter: eq("c", consultationID, "published", true)}
	return found, each(ctx, s, q, func(d response) error {
		found[d.IdeaID] = d.model()
		return nil
	})
}

// Responses implements models.ResponseStore.
func (s *Store) Responses(ctx context.Context, consultationID string) (map[string]models.Response, error) {
	found := map[string]models.Response{}
	return found, each(ctx, s, query{coll: "responses", filter: eq("c", consultationID)}, func(d response) error {
		found[d.IdeaID] = *d.model()
		return nil
	})
}
