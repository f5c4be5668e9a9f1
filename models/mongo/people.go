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

// participant is its document. Its grants are sorted.
type participant struct {
	Doc                `bson:",inline"`
	models.Participant `bson:",inline"`
	Key                string // joining and id: lists go by it
	Staff              bool   // there are grants
}

// adminEverywhere is the role that somebody has to have.
var adminEverywhere = models.Grant{Role: models.RoleAdmin}

// addressee keeps an address for one account; its _id is the address's key.
type addressee struct {
	Doc         `bson:",inline"`
	Participant string
}

func newParticipant(p models.Participant) participant {
	d := participant{Doc{ID: p.ID}, p, key(p.CreatedAt, p.ID), false}
	d.grant(p.Grants)
	return d
}

// grant gives d these grants and no others.
func (d *participant) grant(grants []models.Grant) {
	d.Grants, d.Staff = append([]models.Grant{}, grants...), len(grants) > 0
	slices.SortFunc(d.Grants, func(a, b models.Grant) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.ConsultationID, b.ConsultationID))
	})
}

// Participant implements models.PeopleStore.
func (s *Store) Participant(ctx context.Context, id string) (models.Participant, error) {
	d, err := engine.Find[participant](s.read(ctx), "participants", "", id, "error.people.unknown")
	return d.Participant, err
}

// ParticipantByAddress implements models.PeopleStore.
func (s *Store) ParticipantByAddress(ctx context.Context, key string) (models.Participant, error) {
	held, found, err := engine.Get[addressee](s.read(ctx), "addresses", "", key)
	if err != nil || !found || key == "" {
		return models.Participant{}, engine.Missing(false, err, "error.people.unknown")
	}
	return s.Participant(ctx, held.Participant)
}

// EnsureParticipant implements models.PeopleStore.
func (s *Store) EnsureParticipant(ctx context.Context, p models.Participant, by models.AuditEntry) (kept models.Participant, err error) {
	err = s.put(ctx, "", nil, func(t *tx) error {
		d, created := ensure(t, p)
		before := len(d.Grants)
		addGrants(t, &d, p.Grants)
		kept = d.Participant
		if created || len(d.Grants) > before {
			by.Subject = models.AuditSubject{Kind: models.SubjectParticipant, ID: kept.ID}
			addAuditEntry(t, by)
		}
		return nil
	})
	return kept, err
}

// ensure finds the account by its address or adds p without grants.
func ensure(t *tx, p models.Participant) (d participant, created bool) {
	if p.AddressKey != "" {
		if held, found := engine.Look[addressee](t, "addresses", "", p.AddressKey); found {
			d, err := engine.Find[participant](t, "participants", "", held.Participant, "error.people.unknown")
			t.Refuse(err)
			return d, false
		}
		t.Insert("addresses", addressee{Doc{ID: p.AddressKey}, p.ID})
	}
	p.Grants, p.Number, p.CreatedAt = nil, 0, t.Now()
	d = newParticipant(p)
	t.Insert("participants", d)
	return d, true
}

// addGrants adds those that are not there; who becomes a moderator is numbered, and
// the votes of who is staff now are not counted any more.
func addGrants(t *tx, d *participant, grants []models.Grant) {
	for _, g := range grants {
		if slices.Contains(d.Grants, g) {
			continue
		}
		d.grant(append(d.Grants, g))
		if g.Role == models.RoleModerator && d.Number == 0 {
			q := engine.Query{Coll: "participants", Sort: eq("number", -1), Fields: eq("number", 1), Limit: 1}
			for _, last := range engine.List[participant](t, q) {
				d.Number = last.Number
			}
			d.Number++
		}
		t.Put("participants", *d)
		if g.Role != models.RoleParticipant {
			takeBackVotes(t, d.Doc.ID, g.ConsultationID)
		}
	}
}

// Participants implements models.PeopleStore.
func (s *Store) Participants(ctx context.Context, staffOnly bool, after string, limit int) ([]models.Participant, string, error) {
	var filter bson.D
	if staffOnly {
		filter = eq("staff", true)
	}
	return pageByKey(s.read(ctx), "participants", filter, after, limit,
		func(d participant) models.Participant { return d.Participant },
		func(p models.Participant) string { return cursor(p.CreatedAt, p.ID) })
}

// EditParticipant implements models.PeopleStore.
func (s *Store) EditParticipant(ctx context.Context, p models.Participant) error {
	return changeOne(ctx, s, "participants", p.ID, "error.people.unknown", func(t *tx, d participant) error {
		d.Name, d.Capacity, d.Band, d.Language = p.Name, p.Capacity, p.Band, p.Language
		t.Put("participants", d)
		return nil
	})
}

// RevokeGrant implements models.PeopleStore.
func (s *Store) RevokeGrant(ctx context.Context, participantID string, g models.Grant, by models.AuditEntry) error {
	return changeOne(ctx, s, "participants", participantID, "error.people.unknown", func(t *tx, d participant) error {
		if !slices.Contains(d.Grants, g) {
			return models.Fail(models.CodeNotFound, "error.people.no_grant")
		}
		if g == adminEverywhere {
			n, err := engine.Count(t, "participants", eq("staff", true, "grants", g))
			if err == nil && n < 2 {
				err = models.Fail(models.CodeConflict, "error.people.last_admin")
			}
			if err != nil {
				return err
			}
		}
		d.grant(slices.DeleteFunc(slices.Clone(d.Grants), func(x models.Grant) bool { return x == g }))
		t.Put("participants", d)
		expireLinks(t, d.AddressKey, g)
		addAuditEntry(t, by)
		return nil
	})
}

// expireLinks ends the unused sign-in links of an address that were made with a role.
func expireLinks(t *tx, addressKey string, g models.Grant) {
	if addressKey == "" {
		return
	}
	made := eq("addresskey", addressKey, "purpose", models.PurposeSignIn, "usedat", int64(0), "grant", g, "expiresat", eq("$gt", t.Now()))
	for _, d := range engine.List[link](t, engine.Query{Coll: "links", Filter: made}) {
		d.ExpiresAt = t.Now()
		t.Put("links", d)
	}
}

// session is its document; its _id is the hash of its token.
type session struct {
	Doc            `bson:",inline"`
	models.Session `bson:",inline"`
}

func newSession(v models.Session) session { return session{Doc{ID: v.TokenHash}, v} }

// Session implements models.PeopleStore.
func (s *Store) Session(ctx context.Context, tokenHash string) (models.Session, models.Participant, error) {
	d, found, err := engine.Get[session](s.read(ctx), "sessions", "", tokenHash)
	var now time.Time
	if err == nil && found {
		now, err = s.Now(ctx)
	}
	if err != nil || !now.Before(d.ExpiresAt) {
		return models.Session{}, models.Participant{}, engine.Missing(false, err, "error.session.unknown")
	}
	p, err := engine.Find[participant](s.read(ctx), "participants", "", d.ParticipantID, "error.session.unknown")
	if err != nil {
		return models.Session{}, models.Participant{}, err
	}
	return d.Session, p.Participant, nil
}

// AddSession implements models.PeopleStore.
func (s *Store) AddSession(ctx context.Context, v models.Session, by *models.AuditEntry) error {
	return changeOne(ctx, s, "participants", v.ParticipantID, "error.people.unknown", func(t *tx, _ participant) error {
		insertSession(t, v)
		if by != nil {
			addAuditEntry(t, *by)
		}
		return nil
	})
}

func insertSession(t *tx, v models.Session) {
	if v.ExpiresAt.IsZero() {
		v.ExpiresAt = t.Now().Add(models.SessionLife * time.Second)
	}
	v.CreatedAt = t.Now()
	t.Insert("sessions", newSession(v))
}

// EndSession implements models.PeopleStore.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	return s.endSessions(ctx, eq("_id", tokenHash))
}

// EndSessions implements models.PeopleStore.
func (s *Store) EndSessions(ctx context.Context, participantID string) error {
	return s.endSessions(ctx, eq("participantid", participantID))
}

func (s *Store) endSessions(ctx context.Context, which bson.D) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		for _, d := range engine.List[session](t, engine.Query{Coll: "sessions", Filter: which}) {
			t.Delete("sessions", "", d.ID)
		}
		return nil
	})
}
