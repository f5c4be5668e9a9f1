package mongo

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// enqueue puts an item before the moderators: it waits, or (waits false) is published and
// was reported. What is in the queue already stays where it is.
func (s *Standing) enqueue(item models.Item, since time.Time, waits bool) {
	if s.Queue == "" {
		s.Queue, s.Since, s.Waits = key(since, item.String()), since, waits
	}
}

// dequeue takes an item out and returns how long it had waited, in milliseconds; -1 if it
// did not wait.
func (s *Standing) dequeue(now time.Time) (waited int64) {
	waited = -1
	if s.Queue != "" && s.Waits {
		waited = max(0, now.Sub(s.Since).Milliseconds())
	}
	s.Queue, s.Since, s.Waits = "", time.Time{}, false
	return waited
}

// queued is an idea or a reply in the queue.
type queued struct {
	Standing
	idea  *idea
	reply *reply
}

func (v queued) item() models.Item {
	if v.idea != nil {
		return v.idea.item()
	}
	return v.reply.item()
}

// Queue implements models.ModerationStore.
func (s *Store) Queue(ctx context.Context, f models.QueueFilter) ([]models.QueueEntry, string, error) {
	after, err := parseQueueCursor(f.After)
	if err != nil {
		return nil, "", err
	}
	r := s.read(ctx)
	var list []queued
	for _, scope := range scopes(f) {
		some, err := queuedIn(r, append(scope, bson.E{Key: "q", Value: eq("$gt", after)}), more(f.Limit))
		if err != nil {
			return nil, "", err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b queued) int { return cmp.Compare(a.Queue, b.Queue) })
	list, next := page(list, f.Limit, func(v queued) string { return cursor(v.Since, v.item().String()) })
	var entries []models.QueueEntry
	for _, v := range list {
		e, err := queueEntry(r, v)
		if models.IsNotFound(err) { // its consultation is still coming in
			continue
		}
		if err != nil {
			return nil, "", err
		}
		entries = append(entries, e)
	}
	return entries, next, nil
}

func parseQueueCursor(after string) (string, error) {
	k, err := parseCursor(after, "")
	if err != nil || after == "" {
		return k, err
	}
	_, item, _ := strings.Cut(after, ".")
	if _, err := models.ParseItem(item); err != nil {
		return "", models.Fail(models.CodeInvalid, "error.cursor")
	}
	return k, nil
}

// scopes are the filters of all consultations, or of each that was named: one range of
// one index each.
func scopes(f models.QueueFilter) []bson.D {
	if f.ConsultationIDs == nil && len(f.Except) == 0 {
		return []bson.D{{}}
	}
	if f.ConsultationIDs == nil {
		return []bson.D{eq("c", eq("$nin", f.Except))}
	}
	ids := slices.DeleteFunc(slices.Clone(f.ConsultationIDs), func(id string) bool { return slices.Contains(f.Except, id) })
	slices.Sort(ids)
	return mapped(slices.Compact(ids), func(id string) bson.D { return eq("c", id) })
}

// queuedIn reads the first ideas and replies of a scope.
func queuedIn(r engine.Reader, filter bson.D, limit int64) (list []queued, err error) {
	q := engine.Query{Coll: "ideas", Filter: filter, Sort: eq("q", 1), Limit: limit}
	err = engine.Each(r, q, func(d idea) error {
		list = append(list, queued{Standing: d.Standing, idea: &d})
		return nil
	})
	if err != nil {
		return nil, err
	}
	q.Coll = "replies"
	err = engine.Each(r, q, func(d reply) error {
		list = append(list, queued{Standing: d.Standing, reply: &d})
		return nil
	})
	return list, err
}

// queueEntry adds an item's context.
func queueEntry(r engine.Reader, v queued) (models.QueueEntry, error) {
	e := models.QueueEntry{Item: v.item(), Since: v.Since}
	var err error
	if v.idea != nil {
		var i models.Idea
		i, err = withResponse(r, *v.idea)
		e.Text, e.IdeaTitle = i, i.Title
	} else {
		err = replyContext(r, v.reply, &e)
	}
	if err != nil {
		return e, err
	}
	e.ConsultationID = e.Contribution().ConsultationID
	if e.Since.IsZero() {
		e.Since = e.Contribution().CreatedAt
	}
	c, found, err := engine.First[consultation](r, engine.Query{Coll: "consultations", Filter: eq("_id", e.ConsultationID)})
	if err != nil || !found {
		return e, missing(found, err, "error.consultation.unknown")
	}
	e.Slug, e.Title = c.Slug, c.text().Title
	if e.Reports, err = openReports(r, e.ConsultationID, e.Item); err != nil {
		return e, err
	}
	e.Record, err = authorRecord(r, e.Contribution())
	return e, err
}

// replyContext adds what the reply answers and where.
func replyContext(r engine.Reader, d *reply, e *models.QueueEntry) error {
	var number int
	if d.IdeaID != "" {
		i, _, err := engine.First[idea](r, engine.Query{
			Coll: "ideas", Filter: eq("c", d.ConsultationID, "_id", d.IdeaID), Fields: eq("number", 1, "title", 1),
		})
		if err != nil {
			return err
		}
		number, e.IdeaTitle = i.Number, i.Title
	}
	m := d.model(number)
	e.Text = m
	if d.ParentID == "" {
		return nil
	}
	p, found, err := engine.Within[reply](r, "replies", d.ConsultationID, d.ParentID)
	parent := p.model(number)
	e.Parent = &parent
	return missing(found, err, "error.reply.unknown")
}

// authorRecord counts what became of the author's other items; a guest has no record.
func authorRecord(r engine.Reader, c models.Contribution) (record models.AuthorRecord, err error) {
	if c.ParticipantID == "" {
		return record, nil
	}
	for _, coll := range []string{"replies", "ideas"} {
		q := engine.Query{Coll: coll, Filter: eq("participant", c.ParticipantID), Fields: eq("status", 1, "withdrawn", 1)}
		err = engine.Each(r, q, func(d Contribution) error {
			switch {
			case d.ID == c.ID:
			case d.Status == models.StatusPublished:
				record.Published++
			case d.Status == models.StatusRejected, d.Status == models.StatusSpam,
				(d.Status == models.StatusRemoved || d.Status == models.StatusErased) && !d.Withdrawn:
				record.Refused++
			}
			return nil
		})
		if err != nil {
			return record, err
		}
	}
	return record, nil
}

// QueueLength implements models.ModerationStore.
func (s *Store) QueueLength(ctx context.Context, f models.QueueFilter) (n int64, err error) {
	for _, scope := range scopes(f) {
		for _, coll := range []string{"ideas", "replies"} {
			some, err := engine.Count(s.read(ctx), coll, append(scope, bson.E{Key: "q", Value: eq("$gt", "")}))
			if err != nil {
				return 0, err
			}
			n += some
		}
	}
	return n, nil
}

// Queued implements models.ModerationStore. Each text that comes in asks for it, so one
// read serves all that wait for it.
func (s *Store) Queued(ctx context.Context, consultationIDs []string) (bool, error) {
	of := strings.Join(consultationIDs, " ")
	if consultationIDs == nil {
		of = "all"
	}
	return s.queues.Do(ctx, of, func(ctx context.Context) (bool, error) {
		for _, scope := range scopes(models.QueueFilter{ConsultationIDs: consultationIDs}) {
			for _, coll := range []string{"ideas", "replies"} {
				some, err := engine.Exists(s.read(ctx), coll, append(scope, bson.E{Key: "q", Value: eq("$gt", "")}))
				if err != nil || some {
					return some, err
				}
			}
		}
		return false, nil
	})
}

// Undecided implements models.ModerationStore.
func (s *Store) Undecided(ctx context.Context, consultationID string) ([]models.Undecided, error) {
	r := s.read(ctx)
	list, err := queuedIn(r, eq("c", consultationID, "q", eq("$gt", "")), 0)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b queued) int { return cmp.Compare(a.Queue, b.Queue) })
	numbers, reports := map[string]int{}, map[string]int{}
	q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID, "number", eq("$gt", 0)), Fields: eq("number", 1)}
	err = engine.Each(r, q, func(d idea) error { numbers[d.ID] = d.Number; return nil })
	if err != nil {
		return nil, err
	}
	q = engine.Query{Coll: "reports", Filter: eq("c", consultationID), Fields: eq("item", 1, "closedBy", 1)}
	err = engine.Each(r, q, func(d report) error {
		if d.ClosedBy == 0 {
			reports[d.Item]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	undecided := []models.Undecided{}
	for _, v := range list {
		item := v.item()
		of := item.ID
		if v.reply != nil {
			of = v.reply.IdeaID
		}
		undecided = append(undecided, models.Undecided{
			Item: item.String(), Idea: numbers[of], Since: v.Since, Reports: reports[item.String()],
		})
	}
	return undecided, nil
}

// QueueEntry implements models.ModerationStore.
func (s *Store) QueueEntry(ctx context.Context, item models.Item) (models.QueueEntry, error) {
	if !item.Kind.Valid() {
		return models.QueueEntry{}, models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	v := queued{}
	var found bool
	var err error
	unknown := "error.item.unknown"
	if item.Kind == models.KindIdea {
		var d idea
		d, found, err = engine.Get[idea](s.read(ctx), "ideas", item.ID)
		v.idea, v.Standing = &d, d.Standing
	} else {
		var d reply
		d, found, err = engine.Get[reply](s.read(ctx), "replies", item.ID)
		v.reply, v.Standing, unknown = &d, d.Standing, "error.reply.unknown"
	}
	if err != nil || !found {
		return models.QueueEntry{}, missing(found, err, unknown)
	}
	return queueEntry(s.read(ctx), v)
}

// report is its document.
type report struct {
	ID        string      `bson:"_id"`
	C         string      `bson:"c"`
	Item      string      `bson:"item"`
	Kind      models.Kind `bson:"kind"`
	ItemID    string      `bson:"itemId"`
	Reason    string      `bson:"reason"`
	Reference string      `bson:"reference"`
	Network   string      `bson:"network"`
	CreatedAt time.Time   `bson:"createdAt"`
	Key       string      `bson:"key"`      // creation and id: lists go by it
	ClosedBy  int64       `bson:"closedBy"` // Seq of the decision that closed it; 0: open
}

// DocKey implements engine.Document.
func (d report) DocKey() (c, id string) { return d.C, d.ID }

func newReport(r models.Report) report {
	return report{
		ID: r.ID, C: r.ConsultationID, Item: r.Item.String(), Kind: r.Item.Kind, ItemID: r.Item.ID, Reason: r.Reason,
		Reference: r.Reference, Network: r.Network, CreatedAt: r.CreatedAt, Key: key(r.CreatedAt, r.ID), ClosedBy: r.ClosedBy,
	}
}

func (d report) model() models.Report {
	return models.Report{
		ID: d.ID, Item: models.Item{Kind: d.Kind, ID: d.ItemID}, ConsultationID: d.C, Reason: d.Reason,
		Reference: d.Reference, Network: d.Network, CreatedAt: d.CreatedAt, ClosedBy: d.ClosedBy,
	}
}

// AddReport implements models.ModerationStore.
func (s *Store) AddReport(ctx context.Context, r models.Report, jobs []models.Job) error {
	if !r.Item.Kind.Valid() {
		return models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	c, err := s.consultationOf(ctx, collOf(r.Item.Kind), r.Item.ID, "error.item.unknown")
	if err != nil {
		return err
	}
	return s.put(ctx, c, jobNeeds(jobs), func(t *tx) error {
		at, err := subjectOf(t, c, r.Item)
		if err != nil {
			return err
		}
		if at.status() != models.StatusPublished {
			return models.Fail(models.CodeNotFound, "error.item.unknown")
		}
		r.ConsultationID, r.CreatedAt, r.ClosedBy = c, t.Now(), 0
		if err = t.Insert("reports", newReport(r)); err != nil {
			return err
		}
		at.standing().enqueue(r.Item, t.Now(), false)
		if err = at.put(t); err != nil {
			return err
		}
		return addJobs(t, jobs)
	})
}

// openReports lists the reports on an item that no decision has closed.
func openReports(r engine.Reader, consultationID string, item models.Item) ([]models.Report, error) {
	q := engine.Query{Coll: "reports", Filter: eq("c", consultationID, "item", item.String(), "closedBy", int64(0)), Sort: eq("key", 1)}
	list, err := engine.All[report](r, q)
	return mapped(list, report.model), err
}
