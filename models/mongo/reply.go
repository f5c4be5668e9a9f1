package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

type reply struct {
	Doc          `bson:",inline"`
	models.Reply `bson:",inline"`
	Standing     `bson:",inline"`
	OnPage       bool // has a place on the public page
}

func newReply(r models.Reply) reply {
	r.Rev, r.IdeaNumber = max(r.Rev, 1), 0
	return reply{Doc: docIn(r.ConsultationID, r.ID), Reply: r, OnPage: r.Shown()}
}

// model returns the reply; number is that of its idea.
func (d reply) model(number int) models.Reply {
	d.IdeaNumber = number
	return d.Reply
}

// numberOf returns the idea's number, 0 for none and for none that is there.
func numberOf(r engine.Reader, consultationID, ideaID string) (int, error) {
	if ideaID == "" {
		return 0, nil
	}
	i, _, err := engine.First[idea](r, engine.Query{Coll: "ideas", Filter: eq("c", consultationID, "_id", ideaID), Fields: eq("number", 1)})
	return i.Number, err
}

// Reply implements models.ReplyStore.
func (s *Store) Reply(ctx context.Context, id string) (models.Reply, error) {
	d, err := engine.Find[reply](s.read(ctx), "replies", "", id, "error.reply.unknown")
	if err != nil {
		return models.Reply{}, err
	}
	number, err := numberOf(s.read(ctx), d.C, d.IdeaID)
	return d.model(number), err
}

// AddReply implements models.ReplyStore.
func (s *Store) AddReply(ctx context.Context, r models.Reply, jobs []models.Job) (models.Reply, error) {
	needs := append(jobNeeds(jobs),
		ref{Coll: "replies", C: r.ConsultationID, ID: r.ParentID}, ref{Coll: "ideas", C: r.ConsultationID, ID: r.IdeaID})
	err := s.change(ctx, r.ConsultationID, needs, func(t *tx, c *consultation) error {
		if err := c.Accepts(models.ActReply, t.Now()); err != nil {
			return err
		}
		fresh(&r.Contribution, t)
		parent, err := attach(t, &r)
		if err != nil {
			return err
		}
		c.ReplySeq++
		r.Place(parent, c.ReplySeq)
		d := newReply(r)
		d.enqueue(d.Item(), t.Now(), true)
		t.Insert("replies", d)
		addJobs(t, jobs)
		return nil
	})
	return r, err
}

// attach reads the idea and the parent that r names, checks that r may stand there and
// returns the parent, nil at the root. CodeInvalid error.reply.parent.
func attach(t *tx, r *models.Reply) (*models.Reply, error) {
	var i *models.Idea
	var parent *models.Reply
	if r.IdeaID != "" {
		if d, found := engine.Look[idea](t, "ideas", r.ConsultationID, r.IdeaID); found {
			i = &d.Idea
		}
	}
	if r.ParentID != "" {
		if d, found := engine.Look[reply](t, "replies", r.ConsultationID, r.ParentID); found {
			parent = &d.Reply
		}
	}
	return parent, r.Attach(i, parent)
}

// EditReply implements models.ReplyStore. What waits is on no page and not
// searchable, so nothing else follows.
func (s *Store) EditReply(ctx context.Context, r models.Reply) (kept models.Reply, err error) {
	c, err := s.consultationOf(ctx, "replies", r.ID, "error.reply.unknown")
	if err != nil {
		return models.Reply{}, err
	}
	err = s.put(ctx, c, nil, func(t *tx) error {
		d, err := engine.Find[reply](t, "replies", c, r.ID, "error.reply.unknown")
		switch {
		case err != nil:
			return err
		case d.Status != models.StatusPending:
			return models.Fail(models.CodeClosed, "error.edit.published")
		case d.Rev != r.Rev:
			return models.Fail(models.CodeConflict, "error.reply.changed")
		}
		keepWording(t, d.Item(), d.Contribution, "", d.Body)
		d.Body, d.BodyHTML, d.Rev, d.EditedAt = r.Body, r.BodyHTML, d.Rev+1, t.Now()
		number, err := numberOf(t, c, d.IdeaID)
		kept = d.model(number)
		t.Put("replies", d)
		return err
	})
	return kept, err
}
