package mongo

import (
	"context"
	"time"

	"folkmoot/models"
)

// copyID is the document that marks a store into which another one is being copied.
const copyID = "copy"

// mark is models.CopyMark as it is stored.
type mark struct {
	ID      string          `bson:"_id"`
	Source  string          `bson:"source"`
	BegunAt time.Time       `bson:"begunAt"`
	Kind    models.CopyKind `bson:"kind"`
	After   string          `bson:"after"`
}

// Settle implements models.CopyStore: it sweeps until nothing is on its way any more,
// but for what is only old. CodeConflict error.copy.busy if that does not end.
func (s *Store) Settle(ctx context.Context) error {
	begun := time.Now()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		busy, err := s.settleOnce(ctx)
		switch {
		case err != nil || !busy:
			return err
		case time.Since(begun) >= s.settling:
			return models.Fail(models.CodeConflict, "error.copy.busy")
		}
		if err = sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// settleOnce finishes what can be finished and tells whether something is left. What a
// node plays at times of its own is nobody else's to finish.
func (s *Store) settleOnce(ctx context.Context) (busy bool, err error) {
	now, err := s.clock.ask(ctx)
	if err != nil {
		return false, err
	}
	if busy, err = s.played(ctx, now); busy || err != nil {
		return busy, err
	}
	if err = s.finish(ctx, now); err != nil {
		return false, err
	}
	return s.underWay(ctx)
}

// underWay tells whether anything is written of which not all is done.
func (s *Store) underWay(ctx context.Context) (bool, error) {
	for _, at := range []struct {
		coll, name string
		value      any
	}{
		{"consultations", "inflight.at", eq("$gt", int64(0))},
		{"ideas", "dirty", true},
		{"links", "unsettled", true},
		{"links", "todo", true},
		{"participants", "todo", true},
		{"reports", "unfiled", true},
		{"reservations", "arriving", true},
	} {
		if some, err := s.has(ctx, at.coll, eq(at.name, at.value)); some || err != nil {
			return some, err
		}
	}
	return false, nil
}

// CopyMark implements models.CopyStore.
func (s *Store) CopyMark(ctx context.Context) (models.CopyMark, error) {
	m, _, err := get[mark](ctx, s, "site", copyID)
	return models.CopyMark{Source: m.Source, BegunAt: m.BegunAt, Kind: m.Kind, After: m.After}, err
}

// unfinished refuses a store that holds half a copy.
func (s *Store) unfinished(ctx context.Context) error {
	m, err := s.CopyMark(ctx)
	return errorOr(err, m.Unfinished)
}

// BeginCopy implements models.CopyStore.
func (s *Store) BeginCopy(ctx context.Context, m models.CopyMark) error {
	there, err := s.insert(ctx, "site", copyID, "", mark{copyID, m.Source, m.BegunAt, m.Kind, m.After})
	if err == nil && there {
		err = models.Fail(models.CodeConflict, "error.copy.filled")
	}
	return err
}

// CopyIn implements models.CopyStore: documents of their own, and then the mark.
func (s *Store) CopyIn(ctx context.Context, list []models.CopyRecord) error {
	if len(list) == 0 {
		return nil
	}
	b := batch{}
	for _, r := range list {
		if err := s.copyIn(ctx, &b, r); err != nil {
			return err
		}
	}
	for _, coll := range b.colls {
		if _, err := s.bulk(ctx, coll.name, coll.changes); err != nil {
			return err
		}
	}
	last := list[len(list)-1]
	_, err := s.update(ctx, "site", eq("_id", copyID), eq("$set", eq("kind", last.CopyKind(), "after", last.CopyKey())))
	return err
}

// EndCopy implements models.CopyStore.
func (s *Store) EndCopy(ctx context.Context) error {
	return s.remove(ctx, "site", eq("_id", copyID), false)
}
