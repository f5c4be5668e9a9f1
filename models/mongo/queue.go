package mongo

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// queued is an idea or a reply in the queue.
type queued struct {
	key   string
	since time.Time
	idea  *idea
	reply *reply
}

func (v queued) item() models.Item {
	if v.idea != nil {
		return v.idea.model().Item()
	}
	return v.reply.model(0).Item()
}

// Queue implements models.ModerationStore.
func (s *Store) Queue(ctx context.Context, f models.QueueFilter) ([]models.QueueEntry, string, error) {
	after, err := parseQueueCursor(f.After)
	if err != nil {
		return nil, "", err
	}
	var list []queued
	for _, scope := range scopes(f) {
		some, err := s.queuedIn(ctx, append(scope, field{Key: "q", Value: eq("$gt", after)}), more(f.Limit))
		if err != nil {
			return nil, "", err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b queued) int { return cmp.Compare(a.key, b.key) })
	list, next := page(list, f.Limit, func(v queued) string { return cursor(v.since, v.item().String()) })
	entries := make([]models.QueueEntry, len(list))
	for n, v := range list {
		if entries[n], err = s.queueEntry(ctx, v); err != nil {
			return nil, "", err
		}
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
	if f.ConsultationIDs == nil {
		return []bson.D{{}}
	}
	ids := slices.Clone(f.ConsultationIDs)
	slices.Sort(ids)
	return mapped(slices.Compact(ids), func(id string) bson.D { return eq("c", id) })
}

// queuedIn reads the first ideas and replies of a scope.
func (s *Store) queuedIn(ctx context.Context, filter bson.D, limit int64) (list []queued, err error) {
	err = each(ctx, s, query{coll: "ideas", filter: filter, sort: eq("q", 1), limit: limit}, func(d idea) error {
		list = append(list, queued{key: d.Standing.Queue, since: d.Standing.Since, idea: &d})
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, s, query{coll: "replies", filter: filter, sort: eq("q", 1), limit: limit}, func(d reply) error {
		list = append(list, queued{key: d.Standing.Queue, since: d.Standing.Since, reply: &d})
		return nil
	})
	return list, err
}

// queueEntry adds an item's context.
func (s *Store) queueEntry(ctx context.Context, v queued) (models.QueueEntry, error) {
	e := models.QueueEntry{Item: v.item(), Since: v.since}
	var at standing
	var err error
	if v.idea != nil {
		i, err := s.withResponse(ctx, *v.idea)
		if err != nil {
			return e, err
		}
		e.Idea, e.IdeaTitle, at = &i, i.Title, v.idea.Standing
	} else {
		if err = s.replyContext(ctx, v.reply, &e); err != nil {
			return e, err
		}
		at = v.reply.Standing
	}
	e.ConsultationID = e.Contribution().ConsultationID
	if e.Since.IsZero() {
		e.Since = e.Contribution().CreatedAt
	}
	c, found, err := first[consultation](ctx, s, "consultations", eq("_id", e.ConsultationID), nil, withoutEntries)
	if err != nil {
		return e, missing(found, err, "error.consultation.unknown")
	}
	e.Slug, e.Title = c.Slug, c.text().Title
	if e.Reports, err = s.openReports(ctx, e.Item, at.LastSeq); err != nil {
		return e, err
	}
	e.Record, err = s.authorRecord(ctx, e.Contribution())
	return e, err
}

// replyContext adds what the reply answers and where.
func (s *Store) replyContext(ctx context.Context, d *reply, e *models.QueueEntry) error {
	var number int
	if d.IdeaID != "" {
		i, _, err := first[idea](ctx, s, "ideas", eq("c", d.Item.ConsultationID, "_id", d.IdeaID), nil, eq("number", 1, "title", 1))
		if err != nil {
			return err
		}
		number, e.IdeaTitle = i.Number, i.Title
	}
	r := d.model(number)
	e.Reply = &r
	if d.ParentID == "" {
		return nil
	}
	p, found, err := within[reply](ctx, s, "replies", d.Item.ConsultationID, d.ParentID)
	if err != nil || !found {
		return missing(found, err, "error.reply.unknown")
	}
	parent := p.model(number)
	e.Parent = &parent
	return nil
}

// authorRecord counts what became of the author's other items; a guest has no record.
func (s *Store) authorRecord(ctx context.Context, c models.Contribution) (r models.AuthorRecord, err error) {
	if c.ParticipantID == "" {
		return r, nil
	}
	for _, coll := range []string{"replies", "ideas"} {
		q := query{coll: coll, filter: eq("participant", c.ParticipantID), fields: eq("status", 1, "withdrawn", 1)}
		err = each(ctx, s, q, func(d contribution) error {
			if d.ID == c.ID {
				return nil
			}
			switch d.Status {
			case models.StatusPublished:
				r.Published++
			case models.StatusRejected, models.StatusSpam:
				r.Refused++
			case models.StatusRemoved, models.StatusErased:
				if !d.Withdrawn {
					r.Refused++
				}
			}
			return nil
		})
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// QueueLength implements models.ModerationStore.
func (s *Store) QueueLength(ctx context.Context, f models.QueueFilter) (n int64, err error) {
	for _, scope := range scopes(f) {
		for _, coll := range []string{"ideas", "replies"} {
			some, err := s.count(ctx, coll, append(scope, field{Key: "q", Value: eq("$gt", "")}))
			if err != nil {
				return 0, err
			}
			n += some
		}
	}
	return n, nil
}

// Queued implements models.ModerationStore.
func (s *Store) Queued(ctx context.Context, consultationIDs []string) (bool, error) {
	for _, scope := range scopes(models.QueueFilter{ConsultationIDs: consultationIDs}) {
		for _, coll := range []string{"ideas", "replies"} {
			_, found, err := first[struct{}](ctx, s, coll, append(scope, field{Key: "q", Value: eq("$gt", "")}), nil, eq("_id", 1))
			if err != nil || found {
				return found, err
			}
		}
	}
	return false, nil
}

// QueueEntry implements models.ModerationStore.
func (s *Store) QueueEntry(ctx context.Context, item models.Item) (models.QueueEntry, error) {
	v := queued{}
	var found bool
	var err error
	if item.Kind == models.KindIdea {
		var d idea
		d, found, err = get[idea](ctx, s, "ideas", item.ID)
		v.idea, v.since = &d, d.Standing.Since
		err = missing(found, err, "error.item.unknown")
	} else {
		var d reply
		d, found, err = get[reply](ctx, s, "replies", item.ID)
		v.reply, v.since = &d, d.Standing.Since
		err = missing(found, err, "error.reply.unknown")
	}
	if err != nil {
		return models.QueueEntry{}, err
	}
	return s.queueEntry(ctx, v)
}
