package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// copyID is the document that marks a store into which another one is being copied.
const copyID = "copy"

type mark struct {
	Doc             `bson:",inline"`
	models.CopyMark `bson:",inline"`
}

// Settle implements models.CopyStore: a write is done as a whole or not at all, but a
// node that plays, or an import that comes in, is at work for longer. What is left of an
// import that was given up is taken out.
func (s *Store) Settle(ctx context.Context) error {
	now, err := s.db.Clock.Ask(ctx)
	if err == nil {
		err = s.dropArrivals(ctx, now)
	}
	if err != nil {
		return err
	}
	plays, comes := eq("_id", stagingID, "until", eq("$gt", now)), eq("_id", eq("$gt", "arrival ", "$lt", "arrival!"))
	busy, err := engine.Exists(s.read(ctx), "site", eq("$or", bson.A{plays, comes}))
	if err == nil && busy {
		err = models.Fail(models.CodeConflict, "error.copy.busy")
	}
	return err
}

// CopyMark implements models.CopyStore.
func (s *Store) CopyMark(ctx context.Context) (models.CopyMark, error) {
	m, _, err := engine.Get[mark](s.read(ctx), "site", "", copyID)
	return m.CopyMark, err
}

// unfinished refuses a store that holds half a copy.
func (s *Store) unfinished(ctx context.Context) error {
	m, err := s.CopyMark(ctx)
	if err != nil {
		return err
	}
	return m.Unfinished()
}

// BeginCopy implements models.CopyStore.
func (s *Store) BeginCopy(ctx context.Context, m models.CopyMark) error {
	there, err := s.db.InsertOne(ctx, "site", mark{Doc{ID: copyID}, m})
	if err == nil && there {
		err = models.Fail(models.CodeConflict, "error.copy.filled")
	}
	return err
}

// CopyIn implements models.CopyStore: documents of their own, in steps that may be
// repeated, and then the mark.
func (s *Store) CopyIn(ctx context.Context, list []models.CopyRecord) error {
	if len(list) == 0 {
		return nil
	}
	var b batch
	for _, r := range list {
		if err := s.copyIn(ctx, &b, r); err != nil {
			return err
		}
	}
	if err := b.send(ctx, s.db); err != nil {
		return err
	}
	last := list[len(list)-1]
	_, err := s.db.UpdateOne(ctx, "site", eq("_id", copyID), eq("$set", eq("kind", last.CopyKind(), "after", last.CopyKey())))
	return err
}

// EndCopy implements models.CopyStore.
func (s *Store) EndCopy(ctx context.Context) error {
	return s.db.DeleteMany(ctx, "site", eq("_id", copyID))
}
