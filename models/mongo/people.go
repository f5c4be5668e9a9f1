package mongo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// participant is its document.
type participant struct {
	ID         string          `bson:"_id"`
	Key        string          `bson:"key"` // joining and id: lists go by it
	Name       string          `bson:"name"`
	Address    string          `bson:"address"`
	AddressKey string          `bson:"addressKey"`
	Capacity   models.Capacity `bson:"capacity"`
	Band       models.Band     `bson:"band"`
	Grants     []grant         `bson:"grants"`
	Staff      bool            `bson:"staff"` // there are grants
	Number     int             `bson:"number"`
	Language   string          `bson:"language"`
	CreatedAt  time.Time       `bson:"createdAt"`
}

// DocKey implements engine.Document.
func (d participant) DocKey() (c, id string) { return "", d.ID }

type grant struct {
	Role           models.Role `bson:"role"`
	ConsultationID string      `bson:"c"`
}

// adminEverywhere is the role that somebody has to have.
var adminEverywhere = grant{Role: models.RoleAdmin}

// addressee keeps an address for one account; its _id is the address's key.
type addressee struct {
	ID          string `bson:"_id"`
	Participant string `bson:"participant"`
}

// DocKey implements engine.Document.
func (d addressee) DocKey() (c, id string) { return "", d.ID }

// roles is the document of the site on which all changes of roles collide.
type roles struct {
	ID         string `bson:"_id"`
	Admins     int    `bson:"admins"`     // who is admin everywhere
	LastNumber int    `bson:"lastNumber"` // of a moderator
}

// DocKey implements engine.Document.
func (d roles) DocKey() (c, id string) { return "", d.ID }

func rolesOf(t *tx) (roles, error) {
	d, found, err := engine.Get[roles](t, "site", rolesID)
	if !found {
		d = roles{ID: rolesID}
	}
	return d, err
}

func newParticipant(p models.Participant) participant {
	d := participant{
		ID: p.ID, Key: key(p.CreatedAt, p.ID), Name: p.Name, Address: p.Address, AddressKey: p.AddressKey, Capacity: p.Capacity,
		Band: p.Band, Grants: []grant{}, Staff: len(p.Grants) > 0, Number: p.Number, Language: p.Language, CreatedAt: p.CreatedAt,
	}
	for _, g := range p.Grants {
		d.Grants = append(d.Grants, grant(g))
	}
	return d
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

// Participant implements models.PeopleStore.
func (s *Store) Participant(ctx context.Context, id string) (models.Participant, error) {
	d, found, err := engine.Get[participant](s.read(ctx), "participants", id)
	if err != nil || !found {
		return models.Participant{}, missing(found, err, "error.people.unknown")
	}
	return d.model(), nil
}

// ParticipantByAddress implements models.PeopleStore.
func (s *Store) ParticipantByAddress(ctx context.Context, key string) (models.Participant, error) {
	held, found, err := engine.Get[addressee](s.read(ctx), "addresses", key)
	if err != nil || !found || key == "" {
		return models.Participant{}, missing(false, err, "error.people.unknown")
	}
	return s.Participant(ctx, held.Participant)
}

// EnsureParticipant implements models.PeopleStore.
func (s *Store) EnsureParticipant(ctx context.Context, p models.Participant, by models.AuditEntry) (kept models.Participant, err error) {
	needs := []engine.Ref{{Coll: "addresses", ID: p.AddressKey}, {Coll: "participants", ID: p.ID}}
	err = s.put(ctx, "", needs, func(t *tx) error {
		d, created, err := ensure(t, p)
		if err != nil {
			return err
		}
		before := len(d.Grants)
		err = addGrants(t, &d, p.Grants)
		kept = d.model()
		if err != nil || !created && len(d.Grants) == before {
			return err
		}
		by.Subject = models.AuditSubject{Kind: models.SubjectParticipant, ID: d.ID}
		return addAuditEntry(t, by)
	})
	return kept, err
}

// ensure finds the account by its address or adds p without grants.
func ensure(t *tx, p models.Participant) (d participant, created bool, err error) {
	held, found := addressee{}, false
	if p.AddressKey != "" {
		held, found, err = engine.Get[addressee](t, "addresses", p.AddressKey)
	}
	if err == nil && found {
		if d, found, err = engine.Get[participant](t, "participants", held.Participant); !found {
			err = missing(found, err, "error.people.unknown")
		}
	} else if err == nil {
		created, d = true, newParticipant(models.Participant{
			ID: p.ID, Name: p.Name, Address: p.Address, AddressKey: p.AddressKey, Capacity: p.Capacity, Band: p.Band,
			Language: p.Language, CreatedAt: t.Now(),
		})
		err = t.Insert("participants", d)
		if err == nil && p.AddressKey != "" {
			err = t.Insert("addresses", addressee{p.AddressKey, p.ID})
		}
	}
	return d, created, err
}

// addGrants adds those that are not there; who becomes a moderator is numbered, and
// the votes of who is staff now are not counted any more.
func addGrants(t *tx, d *participant, grants []models.Grant) error {
	for _, g := range grants {
		if slices.Contains(d.Grants, grant(g)) {
			continue
		}
		r, err := rolesOf(t)
		if err != nil {
			return err
		}
		d.Grants, d.Staff = append(slices.Clone(d.Grants), grant(g)), true
		if grant(g) == adminEverywhere {
			r.Admins++
		}
		if g.Role == models.RoleModerator && d.Number == 0 {
			r.LastNumber++
			d.Number = r.LastNumber
		}
		if err = t.Put("site", r); err != nil {
			return err
		}
		if err = t.Put("participants", *d); err != nil {
			return err
		}
		if g.Role == models.RoleParticipant {
			continue
		}
		if err = takeBackVotes(t, d.ID, g.ConsultationID); err != nil {
			return err
		}
	}
	return nil
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
	docs, err := engine.All[participant](s.read(ctx), engine.Query{Coll: "participants", Filter: filter, Sort: eq("key", 1), Limit: more(limit)})
	if err != nil {
		return nil, "", err
	}
	list, next := page(mapped(docs, participant.model), limit, func(p models.Participant) string { return cursor(p.CreatedAt, p.ID) })
	return list, next, nil
}

// changeParticipant runs fn on a participant; CodeNotFound.
func (s *Store) changeParticipant(ctx context.Context, id string, fn func(t *tx, d participant) error) error {
	return s.put(ctx, "", []engine.Ref{{Coll: "participants", ID: id}}, func(t *tx) error {
		d, found, err := engine.Get[participant](t, "participants", id)
		if err != nil || !found {
			return missing(found, err, "error.people.unknown")
		}
		return fn(t, d)
	})
}

// EditParticipant implements models.PeopleStore.
func (s *Store) EditParticipant(ctx context.Context, p models.Participant) error {
	return s.changeParticipant(ctx, p.ID, func(t *tx, d participant) error {
		d.Name, d.Capacity, d.Band, d.Language = p.Name, p.Capacity, p.Band, p.Language
		return t.Put("participants", d)
	})
}

// RevokeGrant implements models.PeopleStore.
func (s *Store) RevokeGrant(ctx context.Context, participantID string, g models.Grant, by models.AuditEntry) error {
	return s.changeParticipant(ctx, participantID, func(t *tx, d participant) error {
		if !slices.Contains(d.Grants, grant(g)) {
			return models.Fail(models.CodeNotFound, "error.people.no_grant")
		}
		r, err := rolesOf(t)
		if err != nil {
			return err
		}
		if grant(g) == adminEverywhere {
			r.Admins--
			if r.Admins < 1 {
				return models.Fail(models.CodeConflict, "error.people.last_admin")
			}
		}
		d.Grants = slices.DeleteFunc(slices.Clone(d.Grants), func(x grant) bool { return x == grant(g) })
		d.Staff = len(d.Grants) > 0
		if err = t.Put("site", r); err != nil {
			return err
		}
		if err = t.Put("participants", d); err != nil {
			return err
		}
		if err = expireLinks(t, d.AddressKey, g); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
}

// expireLinks ends the unused sign-in links of an address that were made with a role.
func expireLinks(t *tx, addressKey string, g models.Grant) error {
	if addressKey == "" {
		return nil
	}
	return t.UpdateAll("links", eq(
		"addressKey", addressKey, "purpose", models.PurposeSignIn, "usedAt", int64(0), "grant", grant(g), "expiresAt", eq("$gt", t.Now()),
	), eq("$set", eq("expiresAt", t.Now())))
}

// session is its document; its _id is the hash of its token.
type session struct {
	ID          string    `bson:"_id"`
	Participant string    `bson:"participant"`
	CreatedAt   time.Time `bson:"createdAt"`
	ExpiresAt   time.Time `bson:"expiresAt"`
}

// DocKey implements engine.Document.
func (d session) DocKey() (c, id string) { return "", d.ID }

func (d session) model() models.Session {
	return models.Session{TokenHash: d.ID, ParticipantID: d.Participant, CreatedAt: d.CreatedAt, ExpiresAt: d.ExpiresAt}
}

// Session implements models.PeopleStore.
func (s *Store) Session(ctx context.Context, tokenHash string) (models.Session, models.Participant, error) {
	d, found, err := engine.Get[session](s.read(ctx), "sessions", tokenHash)
	var now time.Time
	if err == nil && found {
		now, err = s.Now(ctx)
	}
	if err != nil || !now.Before(d.ExpiresAt) {
		return models.Session{}, models.Participant{}, missing(false, err, "error.session.unknown")
	}
	p, found, err := engine.Get[participant](s.read(ctx), "participants", d.Participant)
	if err != nil || !found {
		return models.Session{}, models.Participant{}, missing(found, err, "error.session.unknown")
	}
	return d.model(), p.model(), nil
}

// AddSession implements models.PeopleStore.
func (s *Store) AddSession(ctx context.Context, v models.Session, by *models.AuditEntry) error {
	return s.changeParticipant(ctx, v.ParticipantID, func(t *tx, _ participant) error {
		if err := insertSession(t, v); err != nil || by == nil {
			return err
		}
		return addAuditEntry(t, *by)
	})
}

// insertSession inserts a session that begins now.
func insertSession(t *tx, v models.Session) error {
	if v.ExpiresAt.IsZero() {
		v.ExpiresAt = t.Now().Add(models.SessionLife * time.Second)
	}
	return t.Insert("sessions", session{v.TokenHash, v.ParticipantID, t.Now(), v.ExpiresAt})
}

// EndSession implements models.PeopleStore.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	return s.endSessions(ctx, eq("_id", tokenHash))
}

// EndSessions implements models.PeopleStore.
func (s *Store) EndSessions(ctx context.Context, participantID string) error {
	return s.endSessions(ctx, eq("participant", participantID))
}

func (s *Store) endSessions(ctx context.Context, which bson.D) error {
	return s.put(ctx, "", nil, func(t *tx) error { return t.DeleteAll("sessions", which) })
}
