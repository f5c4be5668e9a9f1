package mongo

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// decision is its document. What it did to each item is beside it.
type decision struct {
	ID         string        `bson:"_id"` // consultation and seq
	C          string        `bson:"c"`
	Seq        int64         `bson:"seq"`
	Action     models.Action `bson:"action"`
	Reason     string        `bson:"reason"`
	ReasonSalt string        `bson:"reasonSalt"`
	ActorID    string        `bson:"actor"`
	Undoes     int64         `bson:"undoes"`
	At         time.Time     `bson:"at"`
	PrevHash   string        `bson:"prevHash"`
	Hash       string        `bson:"hash"`
}

// decided is what a decision did to one item.
type decided struct {
	ID       string        `bson:"_id"` // the decision's and the position
	C        string        `bson:"c"`
	Seq      int64         `bson:"seq"`
	Position int           `bson:"position"`
	Kind     models.Kind   `bson:"kind"`
	Item     string        `bson:"item"`
	Rev      int64         `bson:"rev"`
	From     models.Status `bson:"from"`
	To       models.Status `bson:"to"`
	Digest   string        `bson:"digest"`
	Waited   int64         `bson:"waited"` // for a moderator, in milliseconds; -1: it did not
}

func decisionID(c string, seq int64) string { return c + "." + hex(seq) }

// newDecision makes the documents of a decision.
func newDecision(d models.Decision, waited []int64) (decision, []any) {
	doc := decision{
		decisionID(d.ConsultationID, d.Seq), d.ConsultationID, d.Seq, d.Action, d.Reason, d.ReasonSalt, d.ActorID, d.Undoes,
		d.At, d.PrevHash, d.Hash,
	}
	items := make([]any, len(d.Items))
	for n, it := range d.Items {
		items[n] = decided{
			doc.ID + "." + hex(int64(n)), doc.C, doc.Seq, n, it.Item.Kind, it.Item.ID, it.Rev, it.From, it.To, it.Digest, waited[n],
		}
	}
	return doc, items
}

func (d decision) model() models.Decision {
	return models.Decision{
		ConsultationID: d.C, Seq: d.Seq, Action: d.Action, Reason: d.Reason, ReasonSalt: d.ReasonSalt, ActorID: d.ActorID,
		Undoes: d.Undoes, At: d.At, PrevHash: d.PrevHash, Hash: d.Hash,
	}
}

func (d decided) model() models.DecisionItem {
	return models.DecisionItem{Item: models.Item{Kind: d.Kind, ID: d.Item}, Rev: d.Rev, From: d.From, To: d.To, Digest: d.Digest}
}

// subject is the idea or reply that a decision or a report is about.
type subject struct {
	idea  *idea
	reply *reply
}

// subjectOf reads it; CodeNotFound error.item.unknown if it is not in the consultation.
func subjectOf(t *tx, c string, item models.Item) (s subject, err error) {
	var found bool
	if item.Kind == models.KindIdea {
		var d idea
		d, found, err = engine.Within[idea](t, "ideas", c, item.ID)
		s.idea, found = &d, found && d.ConsultationID == c
	} else {
		var d reply
		d, found, err = engine.Within[reply](t, "replies", c, item.ID)
		s.reply, found = &d, found && d.ConsultationID == c
	}
	return s, missing(found, err, "error.item.unknown")
}

func (s subject) contribution() *Contribution {
	if s.idea != nil {
		return &s.idea.Contribution
	}
	return &s.reply.Contribution
}

func (s subject) standing() *Standing {
	if s.idea != nil {
		return &s.idea.Standing
	}
	return &s.reply.Standing
}

func (s subject) status() models.Status { return s.contribution().Status }

// put writes it.
func (s subject) put(t *tx) error {
	if s.idea != nil {
		return t.Put("ideas", *s.idea)
	}
	return t.Put("replies", *s.reply)
}

// Decide implements models.ModerationStore. CodeNotFound for the consultation and
// for an item that is not in it; CodeInvalid for a decision on nothing.
func (s *Store) Decide(ctx context.Context, d models.Decision, jobs []models.Job) (models.Decision, error) {
	needs := jobNeeds(jobs)
	for _, it := range d.Items {
		needs = append(needs, engine.Ref{Coll: collOf(it.Item.Kind), C: d.ConsultationID, ID: it.Item.ID})
	}
	err := s.put(ctx, d.ConsultationID, needs, func(t *tx) error {
		if len(d.Items) == 0 {
			return models.Fail(models.CodeInvalid, "error.decision.empty")
		}
		c, err := rules(t, d.ConsultationID)
		if err != nil {
			return err
		}
		linkToChain(&d, &c, t.Now())
		visible, waited := false, make([]int64, len(d.Items))
		for n, it := range d.Items {
			var shows bool
			if shows, waited[n], err = decideItem(t, &c, d, it); err != nil {
				return err
			}
			visible = visible || shows
		}
		if visible {
			c.Version++
		}
		if err = addDecision(t, d, waited); err != nil {
			return err
		}
		if err = t.Put("consultations", c); err != nil {
			return err
		}
		return addJobs(t, jobs)
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

func addDecision(t *tx, d models.Decision, waited []int64) error {
	doc, items := newDecision(d, waited)
	if err := t.Add("decisions", doc); err != nil {
		return err
	}
	return t.Add("decided", items...)
}

// decideItem moves one item, if it still is what was decided on. It reports whether
// a stranger sees a difference, and how long the item had waited for a moderator (-1: not).
func decideItem(t *tx, c *consultation, d models.Decision, it models.DecisionItem) (shows bool, waited int64, err error) {
	s, err := subjectOf(t, c.ID, it.Item)
	if err != nil {
		return false, -1, err
	}
	text, at := s.contribution(), s.standing()
	if text.Status != it.From || text.Rev != it.Rev {
		return false, -1, models.Fail(models.CodeConflict, "error.decision.changed",
			"item", it.Item.String(), "status", string(text.Status), "rev", text.Rev, "count", 1)
	}
	before := text.shown()
	if it.To == models.StatusPublished && text.PublishedAt.IsZero() {
		text.PublishedAt = t.Now()
	}
	text.Status, text.Reason, text.Withdrawn = it.To, d.Reason, text.Withdrawn || d.Action == models.ActionWithdraw
	at.DecidedAt, at.LastSeq = t.Now(), d.Seq
	waited = at.dequeue(t.Now())
	if it.To == models.StatusPending {
		at.enqueue(it.Item, text.CreatedAt, true)
	}
	if d.Action == models.ActionWithdraw {
		waited = -1 // its author's own act is no measure of moderators
	}
	move := moveReply
	if s.idea != nil {
		move = moveIdea
	}
	if err = move(t, c, s, it); err != nil {
		return false, -1, err
	}
	err = t.UpdateAll("reports", eq("c", c.ID, "item", it.Item.String(), "closedBy", int64(0)), eq("$set", eq("closedBy", d.Seq)))
	return it.From != it.To && (before || text.shown()), waited, err
}

// step is +1 for what becomes published, -1 for what ceases to be, else 0.
func step(it models.DecisionItem) int64 {
	var n int64
	if it.To == models.StatusPublished {
		n++
	}
	if it.From == models.StatusPublished {
		n--
	}
	return n
}

func moveReply(t *tx, c *consultation, s subject, it models.DecisionItem) error {
	s.reply.Shown = s.reply.shown()
	c.ReplyCount += step(it)
	if err := t.Put("replies", *s.reply); err != nil {
		return err
	}
	if n := step(it); n != 0 && s.reply.IdeaID != "" {
		i, found, err := engine.Within[idea](t, "ideas", c.ID, s.reply.IdeaID)
		if err != nil || !found {
			return missing(found, err, "error.idea.unknown")
		}
		i.ReplyCount += n
		if err := t.Put("ideas", i); err != nil {
			return err
		}
	}
	return indexReply(t, *s.reply)
}

func moveIdea(t *tx, c *consultation, s subject, it models.DecisionItem) error {
	if it.To == models.StatusPublished && s.idea.Number == 0 {
		c.LastNumber++
		s.idea.Number = c.LastNumber
	}
	c.IdeaCount += step(it)
	if err := t.Put("ideas", *s.idea); err != nil {
		return err
	}
	return indexIdea(t, *s.idea)
}

// Decision implements models.ModerationStore.
func (s *Store) Decision(ctx context.Context, consultationID string, seq int64) (models.Decision, error) {
	list, err := s.Decisions(ctx, consultationID, seq-1, 1)
	found := len(list) > 0 && list[0].Seq == seq
	if err != nil || !found {
		return models.Decision{}, missing(found, err, "error.decision.missing")
	}
	return list[0], nil
}

// Decisions implements models.ModerationStore; a limit of 0 is none.
func (s *Store) Decisions(ctx context.Context, consultationID string, after int64, limit int) ([]models.Decision, error) {
	q := engine.Query{
		Coll: "decisions", Filter: eq("c", consultationID, "seq", eq("$gt", after)), Sort: eq("seq", 1), Limit: int64(max(limit, 0)),
	}
	docs, err := engine.All[decision](s.read(ctx), q)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	list := mapped(docs, decision.model)
	err = eachDecided(s.read(ctx), consultationID, list[0].Seq, list[len(list)-1].Seq, func(d decided) {
		it := &list[d.Seq-list[0].Seq]
		it.Items = append(it.Items, d.model())
	})
	return list, err
}

// eachDecided calls fn for what the decisions from one to another did, in their order.
func eachDecided(r engine.Reader, c string, from, to int64, fn func(decided)) error {
	q := engine.Query{
		Coll: "decided", Filter: eq("c", c, "seq", eq("$gte", from, "$lte", to)), Sort: eq("seq", 1, "position", 1),
	}
	return engine.Each(r, q, func(d decided) error {
		fn(d)
		return nil
	})
}

// Waits implements models.ModerationStore. What came in by an import or was
// withdrawn by its author is left out.
func (s *Store) Waits(ctx context.Context, consultationID string, n int) ([]time.Duration, error) {
	if n <= 0 {
		return nil, ctx.Err()
	}
	q := engine.Query{
		Coll: "decided", Filter: eq("c", consultationID, "waited", eq("$gte", int64(0))), Sort: eq("seq", -1, "position", -1),
		Fields: eq("waited", 1), Limit: int64(n),
	}
	list, err := engine.All[decided](s.read(ctx), q)
	return mapped(list, func(d decided) time.Duration { return time.Duration(d.Waited) * time.Millisecond }), err
}
