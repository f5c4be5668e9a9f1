package mongo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// participant is its document.
type participant struct {
	ID         string          `bson:"_id"`
	Key        string          `bson:"key"` // joining and id: lists go by it
	Op         string          `bson:"op"`  // of who added it
	Name       string          `bson:"name"`
	Address    string          `bson:"address"`
	AddressKey string          `bson:"addressKey"`
	Capacity   models.Capacity `bson:"capacity"`
	Band       models.Band     `bson:"band"`
	Grants     []grant         `bson:"grants"`
	Staff      bool            `bson:"staff"` // there are grants
	Admin      bool            `bson:"admin"` // one of them is admin everywhere
	Duties     []duty          `bson:"duties"`
	Todo       bool            `bson:"todo"` // there are duties
	Number     int             `bson:"number"`
	Language   string          `bson:"language"`
	CreatedAt  time.Time       `bson:"createdAt"`
}

type grant struct {
	Role           models.Role `bson:"role"`
	ConsultationID string      `bson:"c"`
}

func (d participant) model() models.Participant {
	p := models.Participant{
		ID: d.ID, Name: d.Name, Address: d.Address, AddressKey: d.AddressKey, Capacity: d.Capacity, Band: d.Band,
		Number: d.Number, Language: d.Language, CreatedAt: d.CreatedAt, Grants: []models.Grant{},
	}
	for _, g := range d.Grants {
		p.Grants = append(p.Grants, models.Grant(g))
	}
	slices.SortFunc(p.Grants, func(a, b models.Grant) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.ConsultationID, b.ConsultationID))
	})
	return p
}

func (s *Store) participant(ctx context.Context, filter bson.D) (models.Participant, error) {
	d, found, err := first[participant](ctx, s, "participants", filter, nil, nil)
	if err != nil || !found {
		return models.Participant{}, missing(found, err, "error.people.unknown")
	}
	return d.model(), nil
}

// Participant implements models.PeopleStore.
func (s *Store) Participant(ctx context.Context, id string) (models.Participant, error) {
	return s.participant(ctx, eq("_id", id))
}

// ParticipantByAddress implements models.PeopleStore.
func (s *Store) ParticipantByAddress(ctx context.Context, key string) (models.Participant, error) {
	if key == "" {
		return models.Participant{}, missing(false, ctx.Err(), "error.people.unknown")
	}
	return s.participant(ctx, eq("addressKey", key))
}

// EnsureParticipant implements models.PeopleStore.
func (s *Store) EnsureParticipant(ctx context.Context, p models.Participant) (kept models.Participant, err error) {
	err = s.act(ctx, func(a *act) error {
		a.commit()
		kept, _, err = s.ensure(a.ctx, p, a.id, a.now)
		if err != nil || len(p.Grants) == 0 {
			return err
		}
		a.commit()
		if err = a.addGrants(kept.ID, p.Grants); err != nil {
			return err
		}
		kept, err = s.Participant(a.ctx, kept.ID)
		return err
	})
	return kept, err
}

// addressee keeps an address for one account; its _id is the address's key.
type addressee struct {
	ID          string `bson:"_id"`
	Participant string `bson:"participant"`
}

// ensure finds the account by its address or adds p, without grants. It may be called
// again for an operation, and then says the same.
func (s *Store) ensure(ctx context.Context, p models.Participant, op string, now time.Time) (kept models.Participant, created bool, err error) {
	id := p.ID
	if p.AddressKey != "" {
		if id, err = s.keepAddress(ctx, p); err != nil {
			return kept, false, err
		}
	}
	d, there, err := get[participant](ctx, s, "participants", id)
	if err != nil || there {
		return d.model(), d.Op == op, err
	}
	d = participant{
		ID: id, Key: key(now, id), Op: op, Name: p.Name, Address: p.Address, AddressKey: p.AddressKey,
		Capacity: p.Capacity, Band: p.Band, Grants: []grant{}, Duties: []duty{}, Language: p.Language, CreatedAt: now,
	}
	if there, err = s.insert(ctx, "participants", id, op, d); err != nil || !there {
		return d.model(), err == nil, err
	}
	d, _, err = get[participant](ctx, s, "participants", id)
	return d.model(), false, err
}

// keepAddress gives the id of the account that has the address: p's, if it is the first.
func (s *Store) keepAddress(ctx context.Context, p models.Participant) (string, error) {
	held, found, err := get[addressee](ctx, s, "addresses", p.AddressKey)
	if err != nil || found {
		return held.Participant, err
	}
	taken, err := s.insert(ctx, "addresses", p.AddressKey, "", addressee{p.AddressKey, p.ID})
	if err != nil || !taken {
		return p.ID, err
	}
	held, _, err = get[addressee](ctx, s, "addresses", p.AddressKey)
	return held.Participant, err
}

// Participants implements models.PeopleStore.
func (s *Store) Participants(ctx context.Context, staffOnly bool, after string, limit int) ([]models.Participant, string, error) {
	from, err := parseCursor(after, "")
	if err != nil {
		return nil, "", err
	}
	filter := eq("key", eq("$gt", from))
	if staffOnly {
		filter = eq("staff", true, "key", eq("$gt", from))
	}
	docs, err := all[participant](ctx, s, query{coll: "participants", filter: filter, sort: eq("key", 1), limit: more(limit)})
	if err != nil {
		return nil, "", err
	}
	list, next := page(mapped(docs, participant.model), limit, func(p models.Participant) string { return cursor(p.CreatedAt, p.ID) })
	return list, next, nil
}

// EditParticipant implements models.PeopleStore.
func (s *Store) EditParticipant(ctx context.Context, p models.Participant) error {
	return s.act(ctx, func(a *act) error {
		a.commit()
		found, err := s.update(a.ctx, "participants", eq("_id", p.ID),
			eq("$set", eq("name", p.Name, "capacity", p.Capacity, "band", p.Band, "language", p.Language)))
		return missing(found, err, "error.people.unknown")
	})
}
