package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// subject is what a decision has to know of an item.
type subject struct {
	Item     contribution `bson:",inline"`
	Standing standing     `bson:",inline"`
	IdeaID   string       `bson:"idea"`   // of a reply: in whose thread it is
	Number   int          `bson:"number"` // of an idea
}

var subjectFields = eq("c", 1, "status", 1, "rev", 1, "v", 1, "withdrawn", 1, "createdAt", 1, "publishedAt", 1,
	"q", 1, "waits", 1, "since", 1, "idea", 1, "number", 1)

// move is what a decision makes of one item: all that changes, and the version at
// which it does.
type move struct {
	Kind        models.Kind   `bson:"kind"`
	ID          string        `bson:"id"`
	V           int64         `bson:"v"`
	Status      models.Status `bson:"status"`
	Withdrawn   bool          `bson:"withdrawn"`
	PublishedAt time.Time     `bson:"publishedAt"`
	Shown       bool          `bson:"shown"`
	Number      int           `bson:"number"`
	Queue       string        `bson:"q"`
	Waits       bool          `bson:"waits"`
	Since       time.Time     `bson:"since"`
}

// thread is by how much a decision moves the number of an idea's replies.
type thread struct {
	Idea string `bson:"idea"`
	N    int64  `bson:"n"`
}

// Decide implements models.ModerationStore. CodeNotFound for the consultation and
// for an item that is not in it; CodeInvalid for a decision on nothing.
func (s *Store) Decide(ctx context.Context, d models.Decision, jobs []models.Job) (models.Decision, error) {
	if len(d.Items) == 0 {
		return d, models.Fail(models.CodeInvalid, "error.decision.empty")
	}
	err := s.act(ctx, func(a *act) error {
		e := &entry{Kind: kindDecide, Lock: true}
		e.Items = mapped(d.Items, func(i models.DecisionItem) string { return i.Item.String() })
		check := func(c consultation) error {
			e.Ref = decisionID(c.ID, c.ChainLength+1)
			_, err := a.plan(d) // what is refused need not wait for its turn
			return err
		}
		err := a.run(d.ConsultationID, e, check, func(c consultation) error {
			plan, err := a.plan(d)
			if err != nil {
				return err
			}
			linkToChain(&d, c, a.now)
			return a.insertDecision(d, plan, jobs)
		})
		if err == nil {
			a.tellDeferred(jobs)
		}
		return err
	})
	return d, err
}

// insertDecision is the act. What is in its place while this act has the lock was left
// by one that was taken for dead, and stands for nothing.
func (a *act) insertDecision(d models.Decision, plan *planning, jobs []models.Job) error {
	doc := newDecision(d, a.id)
	for n := range doc.Items {
		doc.Items[n].Waited = plan.waited[n]
	}
	doc.Moves, doc.Threads, doc.Jobs = plan.moves(), plan.threads, toJSON(jobs)
	doc.Ideas, doc.Replies, doc.Seen = plan.ideas, plan.replies, plan.seen
	there, err := a.s.insert(a.ctx, "decisions", doc.ID, a.id, doc)
	if err != nil || !there {
		return err
	}
	if err = a.s.remove(a.ctx, "decisions", eq("c", doc.C, "_id", doc.ID, "op", eq("$ne", a.id)), false); err != nil {
		return err
	}
	if there, err = a.s.insert(a.ctx, "decisions", doc.ID, a.id, doc); err == nil && there {
		err = errBusy(nil)
	}
	return err
}

// planning works out what a decision does.
type planning struct {
	*act
	decision models.Decision
	order    []models.Item
	subjects map[models.Item]*subject
	waited   []int64
	threads  []thread
	ideas    int64
	replies  int64
	seen     bool
	number   int // the last one given, 0: none yet
}

// plan reads the items and refuses the decision if one is not what was decided on.
func (a *act) plan(d models.Decision) (*planning, error) {
	p := &planning{act: a, decision: d, subjects: map[models.Item]*subject{}, waited: make([]int64, len(d.Items))}
	for _, k := range []models.Kind{models.KindReply, models.KindIdea} {
		if err := p.read(k); err != nil {
			return nil, err
		}
	}
	for n, it := range d.Items {
		if err := p.move(n, it); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *planning) read(k models.Kind) error {
	var ids []string
	for _, it := range p.decision.Items {
		if it.Item.Kind == k {
			ids = append(ids, it.Item.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	q := query{coll: collOf(k), filter: eq("c", p.decision.ConsultationID, "_id", eq("$in", ids)), fields: subjectFields}
	return each(p.ctx, p.s, q, func(s subject) error {
		p.subjects[models.Item{Kind: k, ID: s.Item.ID}] = &s
		return nil
	})
}

// move works out what becomes of the nth item.
func (p *planning) move(n int, it models.DecisionItem) error {
	s := p.subjects[it.Item]
	switch {
	case s == nil:
		return models.Fail(models.CodeNotFound, "error.item.unknown")
	case s.Item.Status != it.From || s.Item.Rev != it.Rev:
		return models.Fail(models.CodeConflict, "error.decision.changed",
			"item", it.Item.String(), "status", string(s.Item.Status), "rev", s.Item.Rev, "count", 1)
	}
	before := s.shownAs(it.From)
	if it.To == models.StatusPublished && s.Item.PublishedAt.IsZero() {
		s.Item.PublishedAt = p.now
	}
	s.Item.Status = it.To
	s.Item.Withdrawn = s.Item.Withdrawn || p.decision.Action == models.ActionWithdraw
	p.waited[n] = p.requeue(s, it)
	p.seen = p.seen || it.From != it.To && (before || s.shownAs(it.To))
	p.order = append(p.order, it.Item)
	return p.countItem(s, it)
}

// shownAs tells whether the item would have a place on the public page.
func (s *subject) shownAs(status models.Status) bool {
	return models.Contribution{Status: status, PublishedAt: s.Item.PublishedAt}.Shown()
}

// requeue takes the item out of the queue, or back into it when it waits again, and
// gives how long it had waited for a moderator (-1: not).
func (p *planning) requeue(s *subject, it models.DecisionItem) int64 {
	waited := int64(-1)
	if s.Standing.Queue != "" && s.Standing.Waits && p.decision.Action != models.ActionWithdraw { // its author's own act is no measure
		waited = max(0, p.now.Sub(s.Standing.Since).Milliseconds())
	}
	s.Standing.Queue, s.Standing.Waits, s.Standing.Since = "", false, time.Time{}
	if it.To == models.StatusPending {
		s.Standing.place(it.Item, s.Item.CreatedAt, true)
	}
	return waited
}

// countItem adds what the item moves of the counters, and gives an idea its number.
func (p *planning) countItem(s *subject, it models.DecisionItem) error {
	n := step(it)
	if it.Item.Kind == models.KindReply {
		p.replies += n
		if s.IdeaID != "" && n != 0 {
			p.threads = append(p.threads, thread{s.IdeaID, n})
		}
		return nil
	}
	p.ideas += n
	if it.To != models.StatusPublished || s.Number > 0 {
		return nil
	}
	if p.number == 0 {
		next, err := p.s.nextNumber(p.ctx, p.decision.ConsultationID)
		if err != nil {
			return err
		}
		p.number = next - 1
	}
	p.number++
	s.Number = p.number
	return nil
}

// step is +1 for what becomes published, -1 for what ceases to be, else 0.
func step(it models.DecisionItem) (n int64) {
	if it.To == models.StatusPublished {
		n++
	}
	if it.From == models.StatusPublished {
		n--
	}
	return n
}

// moves gives what changes of each item, once.
func (p *planning) moves() (list []move) {
	done := map[models.Item]bool{}
	for _, item := range p.order {
		if done[item] {
			continue
		}
		done[item] = true
		s := p.subjects[item]
		list = append(list, move{
			item.Kind, item.ID, s.Standing.V, s.Item.Status, s.Item.Withdrawn, s.Item.PublishedAt, s.shownAs(s.Item.Status), s.Number,
			s.Standing.Queue, s.Standing.Waits, s.Standing.Since,
		})
	}
	return list
}

// followDecision moves the items and all that is counted from them.
func (s *Store) followDecision(ctx context.Context, consultationID string, e entry, _ bool) error {
	d, found, err := within[decision](ctx, s, "decisions", consultationID, e.Ref)
	if err != nil || !found {
		return err
	}
	if err = s.moveItems(ctx, d); err != nil {
		return err
	}
	for _, t := range d.sums() {
		_, err = s.update(ctx, "ideas", eq("_id", t.Idea, "c", d.C, "replySeq", eq("$lt", d.Seq)),
			eq("$inc", eq("replyCount", t.N), "$set", eq("replySeq", d.Seq)))
		if err != nil {
			return err
		}
	}
	if err = s.drainDecision(ctx, d); err != nil {
		return err
	}
	inc := eq("ideaCount", d.Ideas, "replyCount", d.Replies)
	if d.Seen {
		inc = append(inc, field{Key: "version", Value: int64(1)})
	}
	return s.complete(ctx, consultationID, e.Op, inc, eq("chainLength", d.Seq, "chainHead", d.Hash))
}

// sums adds up the threads by idea.
func (d decision) sums() (list []thread) {
	at := map[string]int{}
	for _, t := range d.Threads {
		if i, ok := at[t.Idea]; ok {
			list[i].N += t.N
			continue
		}
		at[t.Idea] = len(list)
		list = append(list, t)
	}
	return list
}

// moveItems moves each item that is still at the version that was decided on, and lets
// what is searched follow.
func (s *Store) moveItems(ctx context.Context, d decision) error {
	changes := map[models.Kind][]driver.WriteModel{}
	for _, m := range d.Moves {
		changes[m.Kind] = append(changes[m.Kind],
			driver.NewUpdateOneModel().SetFilter(eq("c", d.C, "_id", m.ID, "v", m.V)).SetUpdate(m.change(d)))
	}
	for k, list := range changes {
		if _, err := s.bulk(ctx, collOf(k), list); err != nil {
			return err
		}
	}
	return s.indexItems(ctx, d.C, mapped(d.Moves, func(m move) models.Item { return models.Item{Kind: m.Kind, ID: m.ID} }))
}

func (m move) change(d decision) bson.D {
	set := eq("status", m.Status, "reason", d.Reason, "withdrawn", m.Withdrawn, "publishedAt", m.PublishedAt, "decidedAt", d.At,
		"lastSeq", d.Seq, "q", m.Queue, "waits", m.Waits, "since", m.Since, "op", d.Op)
	if m.Kind == models.KindIdea {
		set = append(set, field{Key: "number", Value: m.Number})
	} else {
		set = append(set, field{Key: "shown", Value: m.Shown})
	}
	return eq("$set", set, "$inc", eq("v", int64(1)))
}

// drainDecision makes jobs of what the decision leaves to do. Then neither they nor
// their tokens stay with it.
func (s *Store) drainDecision(ctx context.Context, d decision) error {
	jobs, err := fromJSON[[]models.Job](d.Jobs)
	if err != nil || len(jobs) == 0 {
		return err
	}
	if err = s.addJobs(ctx, jobs, d.At); err != nil {
		return err
	}
	_, err = s.update(ctx, "decisions", eq("c", d.C, "_id", d.ID), eq("$set", eq("jobs", "")))
	return err
}
