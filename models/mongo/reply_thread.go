package mongo

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// pathOf returns what a thread is sorted by, the name of the field and its value in r.
func pathOf(r models.Reply, newest bool) (field, value string) {
	if newest {
		return "pathnew", r.PathNew
	}
	return "path", r.Path
}

// slice is the part of a thread after a place: one range of one index.
func slice(q models.ThreadQuery, limit int64) engine.Query {
	by, _ := pathOf(models.Reply{}, q.Newest)
	return engine.Query{
		Coll: "replies", Filter: eq("c", q.ConsultationID, "ideaid", q.IdeaID, "onpage", true, by, eq("$gt", q.After)),
		Sort: eq(by, 1), Limit: limit,
	}
}

// Thread implements models.ReplyStore. A reply that is no longer published comes
// as a gap, without its text.
func (s *Store) Thread(ctx context.Context, q models.ThreadQuery) (models.Thread, error) {
	limit := min(q.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	docs, err := engine.All[reply](s.read(ctx), slice(q, int64(limit)+1))
	if err != nil || len(docs) == 0 {
		return models.Thread{}, err
	}
	number, err := numberOf(s.read(ctx), q.ConsultationID, q.IdeaID)
	th := models.Thread{Read: len(docs)}
	list := mapped(docs, func(d reply) models.Reply {
		if q.Page {
			return d.forStranger(number).ForPage()
		}
		return d.forStranger(number)
	})
	th.Replies, th.Next = page(list, limit, func(r models.Reply) string {
		_, path := pathOf(r, q.Newest)
		return path
	})
	return th, err
}

// forStranger returns a reply as a stranger may see it.
func (d reply) forStranger(number int) models.Reply {
	r := d.model(number)
	if r.Status != models.StatusPublished {
		r.Body, r.BodyHTML = "", ""
	}
	return r
}

// ThreadBefore implements models.ReplyStore.
func (s *Store) ThreadBefore(ctx context.Context, r models.Reply, newest bool) (string, bool, error) {
	d, found, err := engine.Get[reply](s.read(ctx), "replies", "", r.ID)
	if err != nil || !found || !d.OnPage {
		return "", false, err
	}
	by, at := pathOf(d.Reply, newest)
	filter := eq("c", d.C, "ideaid", d.IdeaID, "onpage", true, by, eq("$lt", at))
	before, _, err := engine.First[reply](s.read(ctx), engine.Query{Coll: "replies", Filter: filter, Sort: eq(by, -1), Fields: eq(by, 1)})
	_, at = pathOf(before.Reply, newest)
	return at, err == nil, err
}

// EachReply implements models.ReplyStore. Short threads are read together, so that the
// queries go by the number of replies, not of ideas.
func (s *Store) EachReply(ctx context.Context, consultationID string, fn func(models.Reply) error) error {
	q := numberedIdeas(consultationID, 0, eq("number", 1, "replycount", 1))
	q.Filter = append(q.Filter, eq("replycount", eq("$gt", 0))...)
	ideas, err := engine.All[idea](s.read(ctx), q)
	own := idea{Idea: models.Idea{ReplyCount: engine.BatchSize}} // however many there are
	threads := append([]idea{own}, ideas...)
	for n := 0; err == nil && n < len(threads); {
		first, replies := n, threads[n].ReplyCount
		for n++; n < len(threads) && replies+threads[n].ReplyCount <= engine.BatchSize; n++ {
			replies += threads[n].ReplyCount
		}
		err = s.eachInThreads(ctx, consultationID, threads[first:n], fn)
	}
	return err
}

// eachInThreads calls fn with the shown replies of ideas of a consultation.
func (s *Store) eachInThreads(ctx context.Context, consultationID string, ideas []idea, fn func(models.Reply) error) error {
	if len(ideas) == 1 {
		q := slice(models.ThreadQuery{ConsultationID: consultationID, IdeaID: ideas[0].Doc.ID}, 0)
		return engine.Each(s.read(ctx), q, func(d reply) error { return fn(d.forStranger(ideas[0].Number)) })
	}
	number := map[string]int{}
	for _, i := range ideas {
		number[i.Doc.ID] = i.Number
	}
	docs, err := engine.All[reply](s.read(ctx), engine.Query{Coll: "replies", Filter: eq(
		"c", consultationID, "ideaid", eq("$in", slices.Collect(maps.Keys(number))), "onpage", true)})
	if err != nil {
		return err
	}
	slices.SortFunc(docs, func(a, b reply) int {
		return cmp.Or(cmp.Compare(number[a.IdeaID], number[b.IdeaID]), cmp.Compare(a.Path, b.Path))
	})
	for _, d := range docs {
		if err := fn(d.forStranger(number[d.IdeaID])); err != nil {
			return err
		}
	}
	return nil
}
