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
	if !s.Queued {
		s.Queue, s.Queued, s.Since, s.Waits = key(since, item.String()), true, since, waits
	}
}

// dequeue takes an item out and returns how long it had waited, in milliseconds; -1 if it
// did not wait.
func (s *Standing) dequeue(now time.Time) (waited int64) {
	waited = -1
	if s.Queued && s.Waits {
		waited = max(0, now.Sub(s.Since).Milliseconds())
	}
	s.Queue, s.Queued, s.Since, s.Waits = "", false, time.Time{}, false
	return waited
}

// Queue implements models.ModerationStore.
func (s *Store) Queue(ctx context.Context, f models.QueueFilter) ([]models.QueueEntry, string, error) {
	after, err := parseCursor(f.After, "")
	if _, item, ok := strings.Cut(f.After, "."); ok && err == nil {
		_, err = models.ParseItem(item)
	}
	if err != nil {
		return nil, "", models.Fail(models.CodeInvalid, "error.cursor")
	}
	r := s.read(ctx)
	var list []subject
	for _, scope := range inQueue(f, after) {
		some, err := queuedIn(r, scope, more(f.Limit))
		if err != nil {
			return nil, "", err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, byPlace)
	list, next := page(list, f.Limit, func(v subject) string { return cursor(v.Since, v.item().String()) })
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

// inQueue returns the filters of what is in the queue after a place, in all consultations
// or in each that is named: one range of one index each.
func inQueue(f models.QueueFilter, after string) []bson.D {
	queued := eq("$gt", after)
	switch {
	case f.ConsultationIDs == nil && len(f.Except) == 0:
		return []bson.D{eq("q", queued)}
	case f.ConsultationIDs == nil:
		return []bson.D{eq("c", eq("$nin", f.Except), "q", queued)}
	}
	ids := slices.DeleteFunc(slices.Clone(f.ConsultationIDs), func(id string) bool { return slices.Contains(f.Except, id) })
	slices.Sort(ids)
	return mapped(slices.Compact(ids), func(id string) bson.D { return eq("c", id, "q", queued) })
}

// queuedIn reads the first ideas and replies of a scope.
func queuedIn(r engine.Reader, filter bson.D, limit int64) (list []subject, err error) {
	q := engine.Query{Coll: "ideas", Filter: filter, Sort: eq("q", 1), Limit: limit}
	ideas, err := engine.All[*idea](r, q)
	if err != nil {
		return nil, err
	}
	q.Coll = "replies"
	replies, err := engine.All[*reply](r, q)
	return append(mapped(ideas, (*idea).subject), mapped(replies, (*reply).subject)...), err
}

func queueEntry(r engine.Reader, v subject) (models.QueueEntry, error) {
	e := models.QueueEntry{Item: v.item(), ConsultationID: v.ConsultationID, Since: v.Since}
	if e.Since.IsZero() {
		e.Since = v.CreatedAt
	}
	if v.idea != nil {
		i := v.idea.model()
		e.Text, e.IdeaTitle = i, i.Title
	} else if err := replyContext(r, v.reply, &e); err != nil {
		return e, err
	}
	c, err := engine.Find[consultation](r, "consultations", "", e.ConsultationID, "error.consultation.unknown")
	if err != nil {
		return e, err
	}
	e.Slug, e.Title = c.Slug, c.Texts[c.Language].Title
	reports, err := engine.All[report](r, openReports(e.ConsultationID, e.Item))
	e.Reports = mapped(reports, func(d report) models.Report { return d.Report })
	if err == nil {
		e.Record, err = authorRecord(r, e.Contribution())
	}
	return e, err
}

func replyContext(r engine.Reader, d *reply, e *models.QueueEntry) error {
	var of idea
	var err error
	if d.IdeaID != "" {
		of, _, err = engine.Get[idea](r, "ideas", d.C, d.IdeaID)
	}
	m := d.model(of.Number)
	e.Text, e.IdeaTitle = m, of.Title
	if err != nil || d.ParentID == "" {
		return err
	}
	p, err := engine.Find[reply](r, "replies", d.C, d.ParentID, "error.reply.unknown")
	parent := p.model(of.Number)
	e.Parent = &parent
	return err
}

// authorRecord counts what became of the author's other items; a guest has no record.
func authorRecord(r engine.Reader, c models.Contribution) (record models.AuthorRecord, err error) {
	if c.ParticipantID == "" {
		return record, nil
	}
	for _, coll := range itemColls {
		list, err := engine.All[reply](r, engine.Query{
			Coll: coll, Filter: eq(ofText("participantid"), c.ParticipantID),
			Fields: eq(ofText("status"), 1, ofText("withdrawn"), 1),
		})
		if err != nil {
			return record, err
		}
		for _, d := range list {
			switch {
			case d.Doc.ID == c.ID:
			case d.Status == models.StatusPublished:
				record.Published++
			case d.Status == models.StatusRejected, d.Status == models.StatusSpam,
				(d.Status == models.StatusRemoved || d.Status == models.StatusErased) && !d.Withdrawn:
				record.Refused++
			}
		}
	}
	return record, nil
}

// QueueLength implements models.ModerationStore.
func (s *Store) QueueLength(ctx context.Context, f models.QueueFilter) (n int64, err error) {
	for _, scope := range inQueue(f, "") {
		for _, coll := range itemColls {
			some, err := engine.Count(s.read(ctx), coll, scope)
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
func (s *Store) Queued(ctx context.Context, f models.QueueFilter) (bool, error) {
	of := strings.Join(f.ConsultationIDs, " ")
	if f.ConsultationIDs == nil {
		of = "all"
	}
	of += " but " + strings.Join(f.Except, " ")
	_, some, err := s.queues.Do(ctx, of, "", func(ctx context.Context, _ []string) (map[string]bool, error) {
		for _, scope := range inQueue(f, "") {
			for _, coll := range itemColls {
				some, err := engine.Exists(s.read(ctx), coll, scope)
				if err != nil || some {
					return map[string]bool{"": true}, err
				}
			}
		}
		return nil, nil
	})
	return some, err
}

func byPlace(a, b subject) int { return cmp.Compare(a.Queue, b.Queue) }

// Undecided implements models.ModerationStore.
func (s *Store) Undecided(ctx context.Context, consultationID string) ([]models.Undecided, error) {
	r := s.read(ctx)
	list, err := queuedIn(r, eq("c", consultationID, "q", eq("$gt", "")), 0)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, byPlace)
	ideas, err := engine.All[idea](r, numberedIdeas(consultationID, 0, eq("number", 1)))
	if err != nil {
		return nil, err
	}
	open, err := engine.All[report](r, engine.Query{Coll: "reports", Filter: eq("c", consultationID, "closedby", int64(0))})
	if err != nil {
		return nil, err
	}
	numbers, reports := map[string]int{}, map[models.Item]int{}
	for _, i := range ideas {
		numbers[i.ID] = i.Number
	}
	for _, d := range open {
		reports[d.Item]++
	}
	undecided := []models.Undecided{}
	for _, v := range list {
		item := v.item()
		of := item.ID
		if v.reply != nil {
			of = v.reply.IdeaID
		}
		undecided = append(undecided, models.Undecided{Item: item.String(), Idea: numbers[of], Since: v.Since, Reports: reports[item]})
	}
	return undecided, nil
}

// QueueEntry implements models.ModerationStore.
func (s *Store) QueueEntry(ctx context.Context, item models.Item) (models.QueueEntry, error) {
	v, err := subjectOf(s.read(ctx), "", item)
	if err != nil {
		return models.QueueEntry{}, err
	}
	return queueEntry(s.read(ctx), v)
}

type report struct {
	Doc           `bson:",inline"`
	models.Report `bson:",inline"`
	Key           string // creation and id: lists go by it
}

func newReport(r models.Report) report {
	return report{docIn(r.ConsultationID, r.ID), r, key(r.CreatedAt, r.ID)}
}

// openReports finds the reports on an item that no decision has closed.
func openReports(consultationID string, item models.Item) engine.Query {
	filter := eq("c", consultationID, "item", item, "closedby", int64(0))
	return engine.Query{Coll: "reports", Filter: filter, Sort: eq("key", 1)}
}

// AddReport implements models.ModerationStore.
func (s *Store) AddReport(ctx context.Context, r models.Report, jobs []models.Job) error {
	if !r.Item.Kind.Valid() {
		return models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	c, err := s.consultationOf(ctx, collOf[r.Item.Kind], r.Item.ID, "error.item.unknown")
	if err != nil {
		return err
	}
	return s.put(ctx, c, jobNeeds(jobs), func(t *tx) error {
		at, err := subjectOf(t, c, r.Item)
		if err != nil {
			return err
		}
		if at.Status != models.StatusPublished {
			return models.Fail(models.CodeNotFound, "error.item.unknown")
		}
		r.ConsultationID, r.CreatedAt, r.ClosedBy = c, t.Now(), 0
		t.Insert("reports", newReport(r))
		at.enqueue(r.Item, t.Now(), false)
		at.put(t)
		addJobs(t, jobs)
		return nil
	})
}
