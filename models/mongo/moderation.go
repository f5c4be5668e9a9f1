package mongo

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// decision is its document. What it did to each item is beside it.
type decision struct {
	Doc             `bson:",inline"` // consultation and seq
	models.Decision `bson:",inline"`
}

// decided is what a decision did to one item.
type decided struct {
	Doc                 `bson:",inline"` // the decision's and the position
	models.DecisionItem `bson:",inline"`
	Seq                 int64
	Position            int
	Waited              int64 // for a moderator, in milliseconds; -1: it did not
}

func newDecision(d models.Decision, waited []int64) (decision, []engine.Document) {
	items := make([]engine.Document, len(d.Items))
	id := d.ConsultationID + "." + hex(d.Seq)
	for n, it := range d.Items {
		items[n] = decided{docIn(d.ConsultationID, id+"."+hex(int64(n))), it, d.Seq, n, waited[n]}
	}
	d.Items = nil
	return decision{docIn(d.ConsultationID, id), d}, items
}

// Decide implements models.ModerationStore. CodeNotFound for the consultation and
// for an item that is not in it; CodeInvalid for a decision on nothing.
func (s *Store) Decide(ctx context.Context, d models.Decision, jobs []models.Job) (models.Decision, error) {
	needs := jobNeeds(jobs)
	for _, it := range d.Items {
		needs = append(needs, ref{Coll: collOf[it.Item.Kind], C: d.ConsultationID, ID: it.Item.ID},
			ref{Coll: "search", C: d.ConsultationID, ID: it.Item.String()})
	}
	err := s.change(ctx, d.ConsultationID, needs, func(t *tx, c *consultation) error {
		if len(d.Items) == 0 {
			return models.Fail(models.CodeInvalid, "error.decision.empty")
		}
		linkToChain(&d, c, t.Now())
		visible, waited := false, make([]int64, len(d.Items))
		for n, it := range d.Items {
			var shows bool
			shows, waited[n] = decideItem(t, c, d, it)
			visible = visible || shows
		}
		if visible {
			c.Version++
		}
		doc, items := newDecision(d, waited)
		t.Insert("decisions", doc)
		for _, it := range items {
			t.Insert("decided", it)
		}
		addJobs(t, jobs)
		return nil
	})
	return d, err
}

// linkToChain returns d its place in the chain, number, time and hashes, and moves the
// chain's end in c.
func linkToChain(d *models.Decision, c *consultation, now time.Time) {
	d.At, d.Seq, d.PrevHash = now, c.ChainLength+1, c.ChainHead
	d.Hash = d.ChainHash()
	c.ChainLength, c.ChainHead = d.Seq, d.Hash
}

// decideItem moves one item, if it still is what was decided on. It reports whether
// a stranger sees a difference, and how long the item had waited for a moderator (-1: not).
func decideItem(t *tx, c *consultation, d models.Decision, it models.DecisionItem) (shows bool, waited int64) {
	s, err := subjectOf(t, d.ConsultationID, it.Item)
	if err == nil && (s.Status != it.From || s.Rev != it.Rev) {
		err = models.Fail(models.CodeConflict, "error.decision.changed",
			"item", it.Item.String(), "status", string(s.Status), "rev", s.Rev, "count", 1)
	}
	t.Refuse(err)
	before := s.Shown()
	if it.To == models.StatusPublished && s.PublishedAt.IsZero() {
		s.PublishedAt = t.Now()
	}
	s.Status, s.Reason, s.Withdrawn = it.To, d.Reason, s.Withdrawn || d.Action == models.ActionWithdraw
	s.DecidedAt, s.LastSeq = t.Now(), d.Seq
	waited = s.dequeue(t.Now())
	if it.To == models.StatusPending {
		s.enqueue(it.Item, s.CreatedAt, true)
	}
	if d.Action == models.ActionWithdraw {
		waited = -1 // its author's own act is no measure of moderators
	}
	move(t, c, s, it)
	for _, r := range engine.List[report](t, openReports(d.ConsultationID, it.Item)) {
		r.ClosedBy = d.Seq
		t.Put("reports", r)
	}
	return it.From != it.To && (before || s.Shown()), waited
}

// move writes an item that was decided on, with what is counted of it and searched.
func move(t *tx, c *consultation, s subject, it models.DecisionItem) {
	var n int64 // what becomes or ceases to be published
	if it.To == models.StatusPublished {
		n++
	}
	if it.From == models.StatusPublished {
		n--
	}
	if i := s.idea; i != nil {
		if it.To == models.StatusPublished && i.Number == 0 {
			c.LastNumber++
			i.Number = c.LastNumber
		}
		c.IdeaCount += n
		s.put(t)
		indexItem(t, i.Status, ideaWords(*i))
		return
	}
	s.reply.OnPage = s.Shown()
	c.ReplyCount += n
	s.put(t)
	if n != 0 && s.reply.IdeaID != "" {
		i, err := ideaIn(t, s.ConsultationID, s.reply.IdeaID)
		t.Refuse(err)
		i.ReplyCount += n
		t.Put("ideas", i)
	}
	indexItem(t, s.Status, replyWords(*s.reply))
}

// Decision implements models.ModerationStore.
func (s *Store) Decision(ctx context.Context, consultationID string, seq int64) (models.Decision, error) {
	list, err := s.Decisions(ctx, consultationID, seq-1, 1)
	if err != nil || len(list) == 0 || list[0].Seq != seq {
		return models.Decision{}, engine.Missing(false, err, "error.decision.missing")
	}
	return list[0], nil
}

// Decisions implements models.ModerationStore; a limit of 0 is none.
func (s *Store) Decisions(ctx context.Context, consultationID string, after int64, limit int) ([]models.Decision, error) {
	docs, err := engine.All[decision](s.read(ctx), engine.Query{
		Coll: "decisions", Filter: eq("c", consultationID, "seq", eq("$gt", after)), Sort: eq("seq", 1), Limit: int64(max(limit, 0)),
	})
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	list := mapped(docs, func(d decision) models.Decision { return d.Decision })
	items, err := decidedIn(s.read(ctx), consultationID, list[0].Seq, list[len(list)-1].Seq)
	for _, d := range items {
		it := &list[d.Seq-list[0].Seq]
		it.Items = append(it.Items, d.DecisionItem)
	}
	return list, err
}

// decidedIn returns what the decisions from one to another did, in their order.
func decidedIn(r engine.Reader, c string, from, to int64) ([]decided, error) {
	return engine.All[decided](r, engine.Query{
		Coll: "decided", Filter: eq("c", c, "seq", eq("$gte", from, "$lte", to)), Sort: eq("seq", 1, "position", 1),
	})
}

// Waits implements models.ModerationStore. What came in by an import or was
// withdrawn by its author is left out.
func (s *Store) Waits(ctx context.Context, consultationID string, n int) ([]time.Duration, error) {
	if n <= 0 {
		return nil, ctx.Err()
	}
	list, err := engine.All[decided](s.read(ctx), engine.Query{
		Coll: "decided", Filter: eq("c", consultationID, "waited", eq("$gte", int64(0))), Sort: eq("seq", -1, "position", -1),
		Fields: eq("waited", 1), Limit: int64(n),
	})
	return mapped(list, func(d decided) time.Duration { return time.Duration(d.Waited) * time.Millisecond }), err
}
