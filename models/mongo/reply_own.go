package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// ownWaiting lists an author's waiting texts of one kind, the newest first, and counts
// all of them.
func ownWaiting[T any](r engine.Reader, coll string, q models.OwnQuery, further bson.D) (list []T, total int64, err error) {
	theirs := bson.A{}
	if q.Author.ParticipantID != "" {
		theirs = append(theirs, eq(ofText("participantid"), q.Author.ParticipantID))
	}
	if q.Author.Guest != "" {
		theirs = append(theirs, eq(ofText("guest"), q.Author.Guest, ofText("participantid"), ""))
	}
	if len(theirs) == 0 {
		return nil, 0, nil
	}
	filter := append(eq("c", q.ConsultationID, ofText("status"), models.StatusPending, "$or", theirs), further...)
	if total, err = engine.Count(r, coll, filter); err != nil || total == 0 {
		return nil, 0, err
	}
	if at := q.Before; at != (models.OwnPlace{}) {
		earlier := eq(ofText("createdat"), eq("$lt", at.At))
		before := eq(ofText("createdat"), at.At, "_id", eq("$lt", at.ID))
		filter = append(filter, eq("$and", bson.A{eq("$or", bson.A{earlier, before})})...)
	}
	list, err = engine.All[T](r, engine.Query{
		Coll: coll, Filter: filter, Sort: eq(ofText("createdat"), -1, "_id", -1), Limit: int64(q.Limit),
	})
	return list, total, err
}

// OwnReplies implements models.ReplyStore.
func (s *Store) OwnReplies(ctx context.Context, q models.OwnQuery) ([]models.Reply, int64, error) {
	docs, total, err := ownWaiting[reply](s.read(ctx), "replies", q, eq("ideaid", q.IdeaID))
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
	docs, total, err := ownWaiting[idea](s.read(ctx), "ideas", q, nil)
	return mapped(docs, idea.model), total, err
}
