package mongo

import (
	"context"
	"errors"

	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// AddImport implements models.ImportStore. The organiser's ideas and what d publishes
// are published, all else waits in the queue from now on; dates are those of the source.
// CodeInvalid error.reply.parent for a reply that comes before its parent.
func (s *Store) AddImport(ctx context.Context, c models.Consultation, ideas []models.Idea, replies []models.Reply, d models.Decision) (added bool, err error) {
	err = s.act(ctx, func(a *act) error {
		if c.CreatedAt.IsZero() {
			c.CreatedAt = a.now
		}
		in, err := a.prepare(c, ideas, replies, d)
		if err != nil {
			return err
		}
		source := sourceKey(c.Source, c.SourceID)
		if c.SourceID != "" {
			if err = a.reserve(source, c.ID); errors.Is(err, errTaken) {
				return nil
			}
		}
		if err == nil {
			err = a.reserve(slugKey(c.Slug), c.ID)
		}
		if err == nil {
			err = a.arrive(in.c, kindImport, func() error { return a.fill(in) })
		}
		if err != nil && c.SourceID != "" && !unknown(err) {
			err = errors.Join(err, s.sweepArrival(a.ctx, reservation{ID: source, C: c.ID, Op: a.id}))
		}
		added = err == nil
		return err
	})
	return added && err == nil, err
}

// imported are the documents of an import.
type imported struct {
	c        consultation
	ideas    []idea
	replies  []reply
	decision *decision
}

// prepare makes the documents: those that wait get their place in the queue only when
// the consultation is there.
func (a *act) prepare(c models.Consultation, ideas []models.Idea, replies []models.Reply, d models.Decision) (imported, error) {
	in := imported{c: newConsultation(c, a.id)}
	public := map[models.Item]bool{}
	for _, it := range d.Items {
		public[it.Item] = it.To == models.StatusPublished
	}
	a.prepareIdeas(&in, ideas, public)
	if err := a.prepareReplies(&in, replies, public); err != nil {
		return in, err
	}
	if len(d.Items) == 0 {
		return in, nil
	}
	d.ConsultationID = c.ID
	linkToChain(&d, in.c, a.now)
	doc := newDecision(d, a.id)
	doc.Moves, doc.Threads = []move{}, []thread{}
	in.decision = &doc
	in.c.ChainLength, in.c.ChainHead = d.Seq, d.Hash
	return in, nil
}

// arriveIn gives an imported text its status and dates.
func (a *act) arriveIn(c *models.Contribution, consultationID string, public bool) {
	created := c.CreatedAt
	fresh(c, a.now)
	c.ConsultationID = consultationID
	if !created.IsZero() {
		c.CreatedAt = created
	}
	if public {
		c.Status, c.PublishedAt = models.StatusPublished, c.CreatedAt
	}
}

func (a *act) prepareIdeas(in *imported, ideas []models.Idea, public map[models.Item]bool) {
	for _, i := range ideas {
		shown := i.Organiser || public[i.Item()]
		a.arriveIn(&i.Contribution, in.c.ID, shown)
		i.Number = 0
		if shown {
			in.c.IdeaCount++
			i.Number = int(in.c.IdeaCount)
		}
		d := newIdea(i, a.id)
		if _, decided := public[i.Item()]; decided {
			d.Standing.LastSeq = 1
		}
		in.ideas = append(in.ideas, d)
	}
}

func (a *act) prepareReplies(in *imported, replies []models.Reply, public map[models.Item]bool) error {
	placed := make(map[string]*models.Reply, len(replies))
	counts := map[string]int64{}
	for n := range replies {
		r := replies[n]
		parent := placed[r.ParentID]
		if r.ParentID != "" && parent == nil {
			return models.Fail(models.CodeInvalid, "error.reply.parent")
		}
		a.arriveIn(&r.Contribution, in.c.ID, public[r.Item()])
		r.Place(parent, int64(n)+1)
		placed[r.ID] = &r
		d := newReply(r, a.id)
		if _, decided := public[r.Item()]; decided {
			d.Standing.LastSeq = 1
		}
		if r.Status == models.StatusPublished {
			counts[r.IdeaID]++
			in.c.ReplyCount++
		}
		in.replies = append(in.replies, d)
	}
	for n := range in.ideas {
		in.ideas[n].ReplyCount = counts[in.ideas[n].Item.ID]
	}
	in.c.ReplySeq = int64(len(replies))
	return nil
}

// fill adds what belongs to the consultation.
func (a *act) fill(in imported) error {
	if err := insertAll(a, "ideas", in.ideas); err != nil {
		return err
	}
	if err := insertAll(a, "replies", in.replies); err != nil || in.decision == nil {
		return err
	}
	d, parts := in.decision.split()
	if err := insertAll(a, "decisionParts", parts); err != nil {
		return err
	}
	_, err := a.s.insert(a.ctx, "decisions", d.ID, a.id, d)
	return err
}

// followImport puts what waits into the queue, makes the rest searchable and settles
// the reservations.
func (s *Store) followImport(ctx context.Context, id string, e entry, late bool) error {
	for _, k := range []models.Kind{models.KindIdea, models.KindReply} {
		if err := s.queueWaiting(ctx, id, k, e); err != nil {
			return err
		}
	}
	if err := s.indexThreads(ctx, id); err != nil {
		return err
	}
	c, err := s.rules(ctx, id)
	if err != nil {
		return err
	}
	if err = s.settleReservation(ctx, sourceKey(c.Source, c.SourceID), id); err != nil {
		return err
	}
	return s.followTexts(ctx, id, e, late)
}

// queueWaiting gives what waits its place in the queue, from the time of the import on.
func (s *Store) queueWaiting(ctx context.Context, id string, k models.Kind, e entry) error {
	q := query{coll: collOf(k), filter: eq("c", id, "status", models.StatusPending), fields: eq("_id", 1)}
	list, err := all[contribution](ctx, s, q)
	if err != nil {
		return err
	}
	changes := mapped(list, func(d contribution) driver.WriteModel {
		var at standing
		at.place(models.Item{Kind: k, ID: d.ID}, e.At, true)
		return driver.NewUpdateOneModel().SetFilter(eq("c", id, "_id", d.ID, "status", models.StatusPending)).
			SetUpdate(eq("$set", eq("q", at.Queue, "since", at.Since, "waits", true)))
	})
	_, err = s.bulk(ctx, collOf(k), changes)
	return err
}
