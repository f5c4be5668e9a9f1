package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// reply is its document.
type reply struct {
	Contribution `bson:",inline"`
	Standing     `bson:",inline"`
	IdeaID       string `bson:"idea"` // "": the consultation's own thread
	ParentID     string `bson:"parent"`
	ParentName   string `bson:"parentName"`
	Orphan       bool   `bson:"orphan"`
	Depth        int    `bson:"depth"`
	Seq          int64  `bson:"seq"`
	Path         string `bson:"path"`
	PathNew      string `bson:"pathNew"`
	Shown        bool   `bson:"shown"` // has a place on the public page
	Body         string `bson:"body"`
	BodyHTML     string `bson:"bodyHtml"`
}

// newReply makes the document of r as it is.
func newReply(r models.Reply) reply {
	d := reply{
		Contribution: Contribution(r.Contribution), IdeaID: r.IdeaID, ParentID: r.ParentID, ParentName: r.ParentName,
		Orphan: r.Orphan, Depth: r.Depth, Seq: r.Seq, Path: r.Path, PathNew: r.PathNew, Shown: r.Shown(),
		Body: r.Body, BodyHTML: r.BodyHTML,
	}
	d.Rev = max(d.Rev, 1)
	return d
}

func (d reply) item() models.Item { return models.Item{Kind: models.KindReply, ID: d.ID} }

// model returns the reply; number is that of its idea.
func (d reply) model(number int) models.Reply {
	return models.Reply{
		Contribution: models.Contribution(d.Contribution), IdeaID: d.IdeaID, IdeaNumber: number, ParentID: d.ParentID,
		ParentName: d.ParentName, Orphan: d.Orphan, Depth: d.Depth, Seq: d.Seq, Path: d.Path, PathNew: d.PathNew,
		Body: d.Body, BodyHTML: d.BodyHTML,
	}
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
	d, found, err := engine.Get[reply](s.read(ctx), "replies", id)
	if err != nil || !found {
		return models.Reply{}, missing(found, err, "error.reply.unknown")
	}
	number, err := numberOf(s.read(ctx), d.ConsultationID, d.IdeaID)
	return d.model(number), err
}

// AddReply implements models.ReplyStore.
func (s *Store) AddReply(ctx context.Context, r models.Reply, jobs []models.Job) (models.Reply, error) {
	needs := append(jobNeeds(jobs), engine.Ref{Coll: "replies", C: r.ConsultationID, ID: r.ID},
		engine.Ref{Coll: "replies", C: r.ConsultationID, ID: r.ParentID}, engine.Ref{Coll: "ideas", C: r.ConsultationID, ID: r.IdeaID})
	err := s.put(ctx, r.ConsultationID, needs, func(t *tx) error {
		c, err := rules(t, r.ConsultationID)
		if err != nil {
			return err
		}
		if err = c.model().Accepts(models.ActReply, t.Now()); err != nil {
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
		d.enqueue(d.item(), t.Now(), true)
		if err = t.Insert("replies", d); err != nil {
			return err
		}
		if err = t.Put("consultations", c); err != nil {
			return err
		}
		return addJobs(t, jobs)
	})
	return r, err
}

// attach reads the idea and the parent that r names, checks that r may stand there and
// returns the parent, nil at the root. CodeInvalid error.reply.parent.
func attach(t *tx, r *models.Reply) (*models.Reply, error) {
	var i *models.Idea
	var parent *models.Reply
	if r.IdeaID != "" {
		d, found, err := engine.Within[idea](t, "ideas", r.ConsultationID, r.IdeaID)
		if err != nil {
			return nil, err
		}
		if found {
			m := d.model()
			i = &m
		}
	}
	if r.ParentID != "" {
		d, found, err := engine.Within[reply](t, "replies", r.ConsultationID, r.ParentID)
		if err != nil {
			return nil, err
		}
		if found {
			m := d.model(r.IdeaNumber)
			parent = &m
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
		d, found, err := engine.Within[reply](t, "replies", c, r.ID)
		switch {
		case err != nil || !found:
			return missing(found, err, "error.reply.unknown")
		case d.Status != models.StatusPending:
			return models.Fail(models.CodeClosed, "error.edit.published")
		case d.Rev != r.Rev:
			return models.Fail(models.CodeConflict, "error.reply.changed")
		}
		if err = keepWording(t, d.item(), d.Contribution, "", d.Body); err != nil {
			return err
		}
		d.Body, d.BodyHTML, d.Rev, d.EditedAt = r.Body, r.BodyHTML, d.Rev+1, t.Now()
		number, err := numberOf(t, c, d.IdeaID)
		kept = d.model(number)
		return errorOr(err, func() error { return t.Put("replies", d) })
	})
	return kept, err
}
