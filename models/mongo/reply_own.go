package mongo

import (
	"cmp"
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// ownWaiting lists an author's waiting texts of one kind, the newest first, and counts
// all of them.
func ownWaiting[T any](r engine.Reader, coll string, q models.OwnQuery, further bson.D, place func(T) models.OwnPlace) (list []T, total int64, err error) {
	for _, whose := range ownership(q.Author) {
		filter := append(append(whose, eq("c", q.ConsultationID, "status", models.StatusPending)...), further...)
		n, err := engine.Count(r, coll, filter)
		if err != nil {
			return nil, 0, err
		}
		total += n
		if at := q.Before; at != (models.OwnPlace{}) {
			filter = append(filter, eq("$or", bson.A{eq("createdAt", eq("$lt", at.At)), eq("createdAt", at.At, "_id", eq("$lt", at.ID))})...)
		}
		if n == 0 {
			continue
		}
		some, err := engine.All[T](r, engine.Query{Coll: coll, Filter: filter, Sort: eq("createdAt", -1, "_id", -1), Limit: int64(q.Limit)})
		if err != nil {
			return nil, 0, err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b T) int {
		return cmp.Or(place(b).At.Compare(place(a).At), cmp.Compare(place(b).ID, place(a).ID))
	})
	return list[:min(len(list), q.Limit)], total, nil
}

// OwnReplies implements models.ReplyStore.
func (s *Store) OwnReplies(ctx context.Context, q models.OwnQuery) ([]models.Reply, int64, error) {
	docs, total, err := ownWaiting(s.read(ctx), "replies", q, eq("idea", q.IdeaID), func(d reply) models.OwnPlace {
		return models.OwnPlace{At: d.CreatedAt, ID: d.ID}
	})
	if err != nil || len(docs) == 0 {
		return nil, total, err
	}
	number, err := numberOf(s.read(ctx), q.ConsultationID, q.IdeaID)
	if err != nil {
		return nil, total, err
	}
	list := mapped(docs, func(d reply) models.Reply { return d.model(number) })
	for i := range list {
		if list[i].ParentID == "" {
			continue
		}
		parent, err := s.Reply(ctx, list[i].ParentID)
		if err != nil {
			return nil, total, err
		}
		if parent.Status != models.StatusPublished {
			list[i].ParentName = ""
		}
	}
	return list, total, nil
}

// OwnIdeas implements models.IdeaStore.
func (s *Store) OwnIdeas(ctx context.Context, q models.OwnQuery) ([]models.Idea, int64, error) {
	docs, total, err := ownWaiting(s.read(ctx), "ideas", q, nil, func(d idea) models.OwnPlace {
		return models.OwnPlace{At: d.CreatedAt, ID: d.ID}
	})
	return mapped(docs, idea.model), total, err
}
