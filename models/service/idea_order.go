package service

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/models"
)

// The orders of ideas.
const (
	OrderShuffled = "shuffled"
	OrderNumber   = "number"
	OrderNewest   = "newest"
)

// orderLife is how long a cursor goes on in the shuffled order in which it was
// given. Who comes back later begins anew, in the order of that hour.
const orderLife = 24 * time.Hour

// ideaOrder is one order of the ideas of a consultation. Where an idea stands follows
// from its number and its time alone, so that another one moves none of them.
type ideaOrder struct {
	consultationID string
	name           string
	hour           time.Time // that of the shuffle
}

// orderOf reads an order: "shuffled" (or ""), anew each hour; "number"; "newest".
// CodeInvalid for another.
func orderOf(consultationID, name string, now time.Time) (ideaOrder, error) {
	switch name {
	case OrderShuffled, "":
		return ideaOrder{consultationID, OrderShuffled, now.UTC().Truncate(time.Hour)}, nil
	case OrderNumber, OrderNewest:
		return ideaOrder{consultationID, name, time.Time{}}, nil
	}
	return ideaOrder{}, models.Fail(models.CodeInvalid, "error.order.unknown")
}

// sort puts places into the order.
func (o ideaOrder) sort(places []models.IdeaPlace) {
	keys := make(map[int]uint64, len(places))
	for _, p := range places {
		keys[p.Number] = o.key(p)
	}
	slices.SortFunc(places, func(a, b models.IdeaPlace) int { return o.compare(a, b, keys[a.Number], keys[b.Number]) })
}

// after returns those of the sorted places that stand after p, whether or not p is
// still among them.
func (o ideaOrder) after(places []models.IdeaPlace, p models.IdeaPlace) []models.IdeaPlace {
	key := o.key(p)
	i, _ := slices.BinarySearchFunc(places, p, func(at, p models.IdeaPlace) int {
		if o.compare(at, p, o.key(at), key) <= 0 {
			return -1
		}
		return 1
	})
	return places[i:]
}

func (o ideaOrder) compare(a, b models.IdeaPlace, keyA, keyB uint64) int {
	if o.name == OrderNewest {
		return cmp.Or(b.PublishedAt.Compare(a.PublishedAt), cmp.Compare(b.Number, a.Number))
	}
	return cmp.Or(cmp.Compare(keyA, keyB), cmp.Compare(a.Number, b.Number))
}

// key is by what an idea is shuffled: a digest of consultation, hour and number, the
// same on every machine; else 0.
func (o ideaOrder) key(p models.IdeaPlace) uint64 {
	if o.name != OrderShuffled {
		return 0
	}
	seed := fmt.Appendf(nil, "folkmoot-order-2 %s %d %d", o.consultationID, o.hour.Unix(), p.Number)
	sum := sha256.Sum256(seed)
	return binary.BigEndian.Uint64(sum[:])
}

// cursor names the place p in the order, for who wants to go on after it.
func (o ideaOrder) cursor(p models.IdeaPlace) string {
	return o.bound() + fmt.Sprintf("%d|%d|%d", o.hour.Unix(), p.PublishedAt.UnixMilli(), p.Number)
}

// bound is what a cursor is bound to: consultation and order.
func (o ideaOrder) bound() string { return o.consultationID + "|" + o.name + "|" }

// at reads what cursor wrote, and returns the order in which it was given: a shuffled
// one goes on as it was, when the hour has turned too. ok is false for what is no
// cursor of this order.
func (o ideaOrder) at(cursor string) (then ideaOrder, p models.IdeaPlace, ok bool) {
	rest, ok := strings.CutPrefix(cursor, o.bound())
	var hour, published int64
	if _, err := fmt.Sscanf(rest, "%d|%d|%d", &hour, &published, &p.Number); err != nil || !ok {
		return o, models.IdeaPlace{}, false
	}
	p.PublishedAt = time.UnixMilli(published).UTC()
	if o.name == OrderShuffled {
		o.hour = time.Unix(hour, 0).UTC()
	}
	return o, p, true
}
