package mongo

import (
	"context"

	"folkmoot/models"
)

// reply is its document.
type reply struct {
	Item       contribution `bson:",inline"`
	Standing   standing     `bson:",inline"`
	IdeaID     string       `bson:"idea"` // "": the consultation's own thread
	ParentID   string       `bson:"parent"`
	ParentName string       `bson:"parentName"`
	Orphan     bool         `bson:"orphan"`
	Depth      int          `bson:"depth"`
	Seq        int64        `bson:"seq"`
	Path       string       `bson:"path"`
	PathNew    string       `bson:"pathNew"`
	Shown      bool         `bson:"shown"` // has a place on the public page
	Body       string       `bson:"body"`
	BodyHTML   string       `bson:"bodyHtml"`
}

func (d reply) docID() string { return d.Item.ID }

// newReply makes the document of r as it is.
func newReply(r models.Reply, op string) reply {
	d := reply{
		Item: contribution(r.Contribution), Standing: standing{V: 1, Op: op}, IdeaID: r.IdeaID, ParentID: r.ParentID,
		ParentName: r.ParentName, Orphan: r.Orphan, Depth: r.Depth, Seq: r.Seq, Path: r.Path, PathNew: r.PathNew,
		Shown: r.Shown(), Body: r.Body, BodyHTML: r.BodyHTML,
	}
	d.Item.Rev = max(d.Item.Rev, 1)
	return d
}

// model gives the reply; number is that of its idea.
func (d reply) model(number int) models.Reply {
	return models.Reply{
		Contribution: models.Contribution(d.Item), IdeaID: d.IdeaID, IdeaNumber: number, ParentID: d.ParentID,
		ParentName: d.ParentName, Orphan: d.Orphan, Depth: d.Depth, Seq: d.Seq, Path: d.Path, PathNew: d.PathNew,
		Body: d.Body, BodyHTML: d.BodyHTML,
	}
}

// numberOf gives the idea's number, 0 for none and for none that is there.
func (s *Store) numberOf(ctx context.Context, consultationID, ideaID string) (int, error) {
	if ideaID == "" {
		return 0, nil
	}
	i, _, err := first[idea](ctx, s, "ideas", eq("c", consultationID, "_id", ideaID), nil, eq("number", 1))
	return i.Number, err
}

// reply reads one by id; CodeNotFound error.reply.unknown.
func (s *Store) reply(ctx context.Context, id string) (models.Reply, error) {
	d, found, err := get[reply](ctx, s, "replies", id)
	if err != nil || !found {
		return models.Reply{}, missing(found, err, "error.reply.unknown")
	}
	number, err := s.numberOf(ctx, d.Item.ConsultationID, d.IdeaID)
	return d.model(number), err
}

// Reply implements models.ReplyStore.
func (s *Store) Reply(ctx context.Context, id string) (models.Reply, error) { return s.reply(ctx, id) }

// AddReply implements models.ReplyStore.
func (s *Store) AddReply(ctx context.Context, r models.Reply, jobs []models.Job) (models.Reply, error) {
	err := s.act(ctx, func(a *act) error {
		e := &entry{Kind: kindReply, Ref: r.ID, Jobs: toJSON(jobs)}
		var parent *models.Reply
		fits := func(c consultation) (err error) {
			if err = c.model().Accepts(models.ActReply, a.now); err == nil {
				parent, err = a.attach(&r)
			}
			return err
		}
		err := a.run(r.ConsultationID, e, fits, func(c consultation) error {
			fresh(&r.Contribution, a.now)
			r.Place(parent, c.ReplySeq)
			d := newReply(r, a.id)
			d.Standing.place(r.Item(), a.now, true)
			return insertAll(a, "replies", []reply{d})
		})
		if err == nil {
			a.tellDeferred(jobs)
		}
		return err
	})
	return r, err
}

// attach reads the idea and the parent that r names, checks that r may stand there and
// returns the parent, nil at the root. CodeInvalid error.reply.parent.
func (a *act) attach(r *models.Reply) (*models.Reply, error) {
	var i *models.Idea
	var parent *models.Reply
	if r.IdeaID != "" {
		d, found, err := within[idea](a.ctx, a.s, "ideas", r.ConsultationID, r.IdeaID)
		if err != nil {
			return nil, err
		}
		if found {
			i = &models.Idea{Contribution: models.Contribution(d.Item), Number: d.Number}
		}
	}
	if r.ParentID != "" {
		d, found, err := within[reply](a.ctx, a.s, "replies", r.ConsultationID, r.ParentID)
		if err != nil {
			return nil, err
		}
		if found {
			p := d.model(r.IdeaNumber)
			parent = &p
		}
	}
	return parent, r.Attach(i, parent)
}

// OwnReplies implements models.ReplyStore.
func (s *Store) OwnReplies(ctx context.Context, q models.OwnQuery) ([]models.Reply, int64, error) {
	docs, total, err := ownWaiting(ctx, s, "replies", q, eq("idea", q.IdeaID), func(d reply) models.OwnPlace {
		return models.OwnPlace{At: d.Item.CreatedAt, ID: d.Item.ID}
	})
	if err != nil || len(docs) == 0 {
		return nil, total, err
	}
	number, err := s.numberOf(ctx, q.ConsultationID, q.IdeaID)
	var list []models.Reply
	for _, d := range docs {
		list = append(list, d.model(number))
	}
	return list, total, err
}

// EditReply implements models.ReplyStore.
func (s *Store) EditReply(ctx context.Context, r models.Reply) (kept models.Reply, err error) {
	err = s.act(ctx, func(a *act) error {
		old, err := a.replyToEdit(r)
		if err != nil {
			return err
		}
		e := &entry{Kind: kindEditReply, Ref: r.ID, Items: holdsItem(r.Item())}
		err = a.run(old.Item.ConsultationID, e, freely, func(consultation) error {
			if old, err = a.replyToEdit(r); err != nil {
				return err
			}
			return a.replaceReply(old, r)
		})
		if err == nil {
			kept, err = s.reply(a.ctx, r.ID)
		}
		return err
	})
	return kept, err
}

func (a *act) replaceReply(old reply, r models.Reply) error {
	err := a.s.keepWording(a.ctx, wording{
		C: old.Item.ConsultationID, Item: r.Item().String(), Rev: old.Item.Rev, Body: old.Body, At: a.now,
	})
	if err != nil {
		return err
	}
	set := eq("body", r.Body, "bodyHtml", r.BodyHTML, "editedAt", a.now, "op", a.id)
	return a.replaceText("replies", old.Item, old.Standing, set, "error.reply.changed")
}

// replyToEdit reads the reply and refuses one that does not wait or changed since.
func (a *act) replyToEdit(r models.Reply) (reply, error) {
	old, found, err := get[reply](a.ctx, a.s, "replies", r.ID)
	switch {
	case err != nil || !found:
		return old, missing(found, err, "error.reply.unknown")
	case old.Item.Status != models.StatusPending:
		return old, models.Fail(models.CodeClosed, "error.edit.published")
	case old.Item.Rev != r.Rev:
		return old, models.Fail(models.CodeConflict, "error.reply.changed")
	}
	return old, nil
}

// UnpublishedOwn implements models.ReplyStore.
func (s *Store) UnpublishedOwn(ctx context.Context, consultationID string, a models.Author) (n int64, err error) {
	for _, whose := range ownership(a) {
		for _, coll := range []string{"replies", "ideas"} {
			for _, status := range []models.Status{models.StatusPending, models.StatusRejected} {
				some, err := s.count(ctx, coll, append(eq("c", consultationID, "status", status), whose...))
				if err != nil {
					return 0, err
				}
				n += some
			}
		}
	}
	return n, nil
}
