package mongo

import (
	"context"
	"errors"
	"slices"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/models"
)

// arrivalTime is how long a consultation may take to come in with all that belongs
// to it; afterwards it is taken for one that never comes.
const arrivalTime = 2 * time.Minute

// reservation keeps a slug, or the source of an import, for one consultation.
type reservation struct {
	ID       string    `bson:"_id"`
	C        string    `bson:"c"`
	Op       string    `bson:"op"`
	Arriving bool      `bson:"arriving"` // the consultation, or its edit, is on its way
	Until    time.Time `bson:"until"`    // after which it is not, or it is there
}

func slugKey(slug string) string { return "slug " + slug }

func sourceKey(source, id string) string { return "source " + source + " " + id }

// errTaken is what reserve gives for a key that is another's.
var errTaken = models.Fail(models.CodeConflict, "error.consultation.slug")

// reserve keeps the key for the consultation, until it is there or gives up. Who else
// is on the way with the same key is waited for. errTaken.
func (a *act) reserve(id, consultationID string) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		mine := reservation{id, consultationID, a.id, true, a.now.Add(arrivalTime + slack)}
		there, err := a.s.insert(a.ctx, "reservations", id, a.id, mine)
		if err != nil || !there {
			return err
		}
		held, found, err := get[reservation](a.ctx, a.s, "reservations", id)
		if err != nil {
			return err
		}
		if found {
			free, err := a.vacate(held, mine)
			if err != nil || free {
				return err
			}
		}
		if err := a.wait(pause); err != nil {
			return err
		}
	}
}

// vacate takes the reservation over if its holder does not use it: free is true. It is
// errTaken if the holder does; while that is open, neither.
func (a *act) vacate(held, mine reservation) (free bool, err error) {
	if held.Arriving && a.now.Before(held.Until) {
		return false, nil
	}
	used, err := a.s.usesReservation(a.ctx, held)
	switch {
	case err != nil:
		return false, err
	case used:
		return false, errTaken
	case held.Arriving && !used:
		return false, a.s.sweepArrival(a.ctx, held)
	}
	return a.s.swap(a.ctx, "reservations", held.ID, a.id, eq("_id", held.ID, "op", held.Op),
		eq("$set", eq("c", mine.C, "op", a.id, "arriving", true, "until", mine.Until)))
}

// usesReservation tells whether the consultation is there under that slug or source.
func (s *Store) usesReservation(ctx context.Context, r reservation) (bool, error) {
	c, err := s.rules(ctx, r.C)
	if models.IsNotFound(err) {
		return false, nil
	}
	return r.ID == slugKey(c.Slug) || r.ID == sourceKey(c.Source, c.SourceID), err
}

// settleReservation notes that the consultation is there.
func (s *Store) settleReservation(ctx context.Context, id, consultationID string) error {
	_, err := s.update(ctx, "reservations", eq("_id", id, "c", consultationID),
		eq("$set", eq("arriving", false, "until", time.Time{})))
	return err
}

// release gives up what this act has reserved.
func (a *act) release(id string) error {
	return a.s.remove(a.ctx, "reservations", eq("_id", id, "op", a.id), false)
}

// arrive adds a consultation, whose slug is reserved: fill adds what belongs to it,
// then it is there, with an entry for what follows.
func (a *act) arrive(d consultation, k kind, fill func() error) error {
	a.commitFor(arrivalTime)
	e := entry{Op: a.id, Kind: k, At: a.now, Until: a.now.Add(arrivalTime + slack), Rev: d.Rev, Items: []string{textsItem}}
	d.Inflight = []entry{e}
	err := fill()
	if err == nil {
		var there bool
		if there, err = a.s.insert(a.ctx, "consultations", d.ID, a.id, d); there {
			err = errTaken
		}
	}
	if err != nil {
		return a.depart(d, err)
	}
	return a.follow(d.ID, e)
}

// depart takes back what was added of a consultation that cannot come in.
func (a *act) depart(d consultation, cause error) error {
	if unknown(cause) {
		return cause // the sweep finds out whether it is there
	}
	a.commit()
	err := a.s.clear(a.ctx, d.ID, a.id)
	if err == nil {
		err = a.s.sweepArrival(a.ctx, reservation{ID: slugKey(d.Slug), C: d.ID, Op: a.id})
	}
	if err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

// clear takes out what an operation added for a consultation that did not come in.
func (s *Store) clear(ctx context.Context, consultationID, op string) error {
	for _, coll := range []string{"ideas", "replies", "decisions", "decisionParts"} {
		if err := s.remove(ctx, coll, eq("c", consultationID, "op", op), true); err != nil {
			return err
		}
	}
	return nil
}

// sweepArrival ends the reservation of what did not come in time: what came of it
// goes, and then the reservation.
func (s *Store) sweepArrival(ctx context.Context, r reservation) error {
	used, err := s.usesReservation(ctx, r)
	if err != nil {
		return err
	}
	if used {
		return s.settleReservation(ctx, r.ID, r.C)
	}
	there, err := s.has(ctx, "consultations", eq("_id", r.C))
	if err == nil && !there {
		err = s.clear(ctx, r.C, r.Op)
	}
	if err != nil {
		return err
	}
	return s.remove(ctx, "reservations", eq("_id", r.ID, "op", r.Op), false)
}

// stored is a document whose _id is a text.
type stored interface{ docID() string }

// insertAll adds documents of an act, some at a time. CodeConflict error.store.conflict
// if one is there already.
func insertAll[T stored](a *act, coll string, list []T) error {
	const some = 200
	for part := range slices.Chunk(list, some) {
		var there bool
		err := a.s.write(a.ctx, "insert "+coll, func(ctx context.Context) error {
			_, err := a.s.in(coll).InsertMany(ctx, part, options.InsertMany().SetOrdered(false))
			if there = driver.IsDuplicateKeyError(err); there {
				return nil
			}
			return err
		})
		if err == nil && there { // mine, after a lost answer?
			var own int64
			own, err = a.s.count(a.ctx, coll, eq("_id", eq("$in", mapped(part, T.docID)), "op", a.id))
			if err == nil && own < int64(len(part)) {
				err = models.Fail(models.CodeConflict, "error.store.conflict")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
