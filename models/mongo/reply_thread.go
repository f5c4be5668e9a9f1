package mongo

import (
	"context"

	"folkmoot/models"
)

// slice is the part of a thread after a place: one range of one index.
func slice(q models.ThreadQuery, limit int64) query {
	by := "path"
	if q.Newest {
		by = "pathNew"
	}
	return query{
		coll: "replies", filter: eq("c", q.ConsultationID, "idea", q.IdeaID, "shown", true, by, eq("$gt", q.After)),
		sort: eq(by, 1), limit: limit,
	}
}

// Thread implements models.ReplyStore. A reply that is no longer published comes
// as a gap, without its text.
func (s *Store) Thread(ctx context.Context, q models.ThreadQuery) (models.Thread, error) {
	limit := min(q.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	docs, err := all[reply](ctx, s, slice(q, int64(limit)+1))
	if err != nil || len(docs) == 0 {
		return models.Thread{}, err
	}
	number, err := s.numberOf(ctx, q.ConsultationID, q.IdeaID)
	th := models.Thread{Read: len(docs)}
	list := mapped(docs, func(d reply) models.Reply {
		if q.Page {
			return d.shown(number).ForPage()
		}
		return d.shown(number)
	})
	th.Replies, th.Next = page(list, limit, func(r models.Reply) string { return place(r, q.Newest) })
	return th, err
}

// shown gives a reply as a stranger may see it.
func (d reply) shown(number int) models.Reply {
	r := d.model(number)
	if r.Status != models.StatusPublished {
		r.Body, r.BodyHTML = "", ""
	}
	return r
}

// place is what a cursor of a thread names.
func place(r models.Reply, newest bool) string {
	if newest {
		return r.PathNew
	}
	return r.Path
}

// ThreadBefore implements models.ReplyStore.
func (s *Store) ThreadBefore(ctx context.Context, r models.Reply, newest bool) (string, bool, error) {
	d, found, err := get[reply](ctx, s, "replies", r.ID)
	if err != nil || !found || !d.Shown {
		return "", false, err
	}
	by := "path"
	if newest {
		by = "pathNew"
	}
	filter := eq("c", d.Item.ConsultationID, "idea", d.IdeaID, "shown", true, by, eq("$lt", place(d.model(0), newest)))
	before, _, err := first[reply](ctx, s, "replies", filter, eq(by, -1), eq(by, 1))
	return place(before.model(0), newest), err == nil, err
}

// EachReply implements models.ReplyStore.
func (s *Store) EachReply(ctx context.Context, consultationID string, fn func(models.Reply) error) error {
	threads := []idea{{}}
	numbered, err := all[idea](ctx, s, query{
		coll: "ideas", filter: eq("c", consultationID, "number", eq("$gt", 0)), sort: eq("number", 1), fields: eq("number", 1),
	})
	if err != nil {
		return err
	}
	for _, i := range append(threads, numbered...) {
		after := func(place string) query {
			return slice(models.ThreadQuery{ConsultationID: consultationID, IdeaID: i.Item.ID, After: place}, 0)
		}
		err := batches(ctx, s, after, func(d reply) string { return d.Path },
			func(d reply) error { return fn(d.shown(i.Number)) })
		if err != nil {
			return err
		}
	}
	return nil
}
