package sqlite

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// participantColumns read a whole participant of the table p, the grants as one JSON list.
const participantColumns = `p.id, p.name, p.address, p.address_key, p.capacity, p.band, p.number, p.language, p.created_at,
	(SELECT json_group_array(json_object('Role', role, 'ConsultationID', consultation_id))
		FROM grants WHERE participant_id = p.id)`

const participantSelect = "SELECT " + participantColumns + " FROM participants AS p "

func participantDest(p *models.Participant) []any {
	return []any{
		&p.ID, &p.Name, &p.Address, &p.AddressKey, &p.Capacity, &p.Band, &p.Number, &p.Language, engine.ScanTime(&p.CreatedAt), engine.ScanJSON(&p.Grants),
	}
}

func scanParticipant(row engine.Scanner) (p models.Participant, err error) {
	return p, row.Scan(participantDest(&p)...)
}

func participant(q engine.Queries, id string) (models.Participant, error) {
	p, err := scanParticipant(q.Row(participantSelect+"WHERE p.id = ?", id))
	return p, engine.Missing(err, "error.people.unknown")
}

func participantByAddress(q engine.Queries, key string) (models.Participant, error) {
	p, err := scanParticipant(q.Row(participantSelect+"WHERE p.address_key = ? AND p.address_key <> ''", key))
	return p, engine.Missing(err, "error.people.unknown")
}

// Participant implements models.PeopleStore.
func (s *Store) Participant(ctx context.Context, id string) (models.Participant, error) {
	p, err := engine.Cached(s.db.Cache(), "participant "+id, engine.FixedTopic[models.Participant](engine.AnyTopic), func() (models.Participant, error) {
		return participant(s.db.Reader(ctx), id)
	})
	p.Grants = slices.Clone(p.Grants)
	return p, engine.Wrap("participant", err)
}

// ParticipantByAddress implements models.PeopleStore.
func (s *Store) ParticipantByAddress(ctx context.Context, key string) (models.Participant, error) {
	p, err := participantByAddress(s.db.Reader(ctx), key)
	return p, engine.Wrap("participant by address", err)
}

// EnsureParticipant implements models.PeopleStore.
func (s *Store) EnsureParticipant(ctx context.Context, p models.Participant, by models.AuditEntry) (models.Participant, error) {
	var kept models.Participant
	err := s.write(ctx, func(t *engine.Tx) error {
		var created bool
		var err error
		if kept, created, err = ensure(t, p); err != nil {
			return err
		}
		before := len(kept.Grants)
		if err = addGrants(t, kept.ID, p.Grants); err != nil {
			return err
		}
		if kept, err = participant(t, kept.ID); err != nil || !created && len(kept.Grants) == before {
			return err
		}
		by.Subject = models.AuditSubject{Kind: models.SubjectParticipant, ID: kept.ID}
		return addAuditEntry(t, by)
	})
	return kept, err
}

// ensure finds the account by its address or adds p without grants.
func ensure(t *engine.Tx, p models.Participant) (kept models.Participant, created bool, err error) {
	kept, err = participantByAddress(t, p.AddressKey)
	if models.IsNotFound(err) {
		created = true
		err = t.Run(`INSERT INTO participants (id, name, address, address_key, mail_key, capacity, band, number,
			language, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
			p.ID, p.Name, p.Address, p.AddressKey, recipientKey(p.Address), p.Capacity, p.Band, p.Language, engine.Millis(t.Now))
		if err == nil {
			kept, err = participant(t, p.ID)
		}
	}
	return kept, created, err
}

// addGrants inserts the grants that do not exist yet. A new moderator gets a number, and
// the votes of new staff are taken back.
func addGrants(t *engine.Tx, id string, grants []models.Grant) error {
	for _, g := range grants {
		n, err := t.Exec("INSERT INTO grants (participant_id, role, consultation_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			id, g.Role, g.ConsultationID)
		if err == nil && g.Role == models.RoleModerator {
			err = t.Run(`UPDATE participants SET number = (SELECT coalesce(max(number), 0) + 1 FROM participants)
				WHERE id = ? AND number = 0`, id)
		}
		if err == nil && n > 0 && g.Role != models.RoleParticipant {
			err = takeBackVotes(t, id, g.ConsultationID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Participants implements models.PeopleStore.
func (s *Store) Participants(ctx context.Context, staffOnly bool, after string, limit int) ([]models.Participant, string, error) {
	since, id, err := engine.ParseCursor(after, math.MinInt64)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Reader(ctx).Query(participantSelect+`WHERE (p.created_at, p.id) > (?, ?)
		AND (? = 0 OR EXISTS (SELECT 1 FROM grants WHERE participant_id = p.id))
		ORDER BY p.created_at, p.id LIMIT ?`, since, id, staffOnly, engine.PageLimit(limit))
	list, err := engine.Collect(rows, err, scanParticipant)
	if err != nil {
		return nil, "", engine.Wrap("participants", err)
	}
	list, next := engine.Page(list, limit, func(p models.Participant) string { return engine.Cursor(p.CreatedAt, p.ID) })
	return list, next, nil
}

// EditParticipant implements models.PeopleStore.
func (s *Store) EditParticipant(ctx context.Context, p models.Participant) error {
	return s.write(ctx, func(t *engine.Tx) error {
		n, err := t.Exec("UPDATE participants SET name = ?, capacity = ?, band = ?, language = ? WHERE id = ?",
			p.Name, p.Capacity, p.Band, p.Language, p.ID)
		if err == nil && n == 0 {
			err = models.Fail(models.CodeNotFound, "error.people.unknown")
		}
		return err
	})
}

// RevokeGrant implements models.PeopleStore.
func (s *Store) RevokeGrant(ctx context.Context, participantID string, g models.Grant, by models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		p, err := participant(t, participantID)
		if err != nil {
			return err
		}
		n, err := t.Exec("DELETE FROM grants WHERE participant_id = ? AND role = ? AND consultation_id = ?",
			p.ID, g.Role, g.ConsultationID)
		if err == nil && n == 0 {
			err = models.Fail(models.CodeNotFound, "error.people.no_grant")
		}
		if err == nil && g == (models.Grant{Role: models.RoleAdmin}) {
			err = checkAdminLeft(t)
		}
		if err != nil {
			return err
		}
		err = t.Run(`UPDATE links SET expires_at = ?1 WHERE address_key = ?2 AND address_key <> '' AND purpose = 'sign_in'
			AND used_at = 0 AND role = ?3 AND expires_at > ?1`, engine.Millis(t.Now), p.AddressKey, engine.JSON(g))
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}

// checkAdminLeft refuses to leave the site without an admin.
func checkAdminLeft(q engine.Queries) error {
	left, err := engine.One[bool](q.Row("SELECT EXISTS (SELECT 1 FROM grants WHERE role = 'admin' AND consultation_id = '')"))
	if err == nil && !left {
		err = models.Fail(models.CodeConflict, "error.people.last_admin")
	}
	return err
}

// Session implements models.PeopleStore.
func (s *Store) Session(ctx context.Context, tokenHash string) (models.Session, models.Participant, error) {
	v, err := engine.Cached(s.db.Cache(), "session "+tokenHash, engine.FixedTopic[visit](engine.AnyTopic), func() (v visit, err error) {
		err = s.db.Reader(ctx).Row("SELECT s.token_hash, s.participant_id, s.created_at, s.expires_at, "+participantColumns+`
			FROM sessions AS s JOIN participants AS p ON p.id = s.participant_id WHERE s.token_hash = ?`, tokenHash).
			Scan(append([]any{&v.TokenHash, &v.ParticipantID, engine.ScanTime(&v.CreatedAt), engine.ScanTime(&v.ExpiresAt)}, participantDest(&v.who)...)...)
		return v, err
	})
	if err == nil && !s.now().Before(v.ExpiresAt) {
		v, err = visit{}, sql.ErrNoRows
	}
	v.who.Grants = slices.Clone(v.who.Grants)
	return v.Session, v.who, engine.Wrap("session", engine.Missing(err, "error.session.unknown"))
}

// visit is a session with its participant.
type visit struct {
	models.Session
	who models.Participant
}

// AddSession implements models.PeopleStore.
func (s *Store) AddSession(ctx context.Context, v models.Session, by *models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		if _, err := participant(t, v.ParticipantID); err != nil {
			return err
		}
		if err := insertSession(t, v); err != nil || by == nil {
			return err
		}
		return addAuditEntry(t, *by)
	})
}

// insertSession inserts a session that begins now and deletes expired ones.
func insertSession(t *engine.Tx, v models.Session) error {
	if err := t.Run("DELETE FROM sessions WHERE expires_at <= ?", engine.Millis(t.Now)); err != nil {
		return err
	}
	v.CreatedAt = t.Now
	if v.ExpiresAt.IsZero() {
		v.ExpiresAt = t.Now.Add(models.SessionLife * time.Second)
	}
	err := t.Run("INSERT INTO sessions (token_hash, participant_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
		v.TokenHash, v.ParticipantID, engine.Millis(v.CreatedAt), engine.Millis(v.ExpiresAt))
	if engine.IsDuplicate(err) {
		return engine.Refusal(models.CodeConflict, "error.store.conflict", "session", err)
	}
	return err
}

// EndSession implements models.PeopleStore.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	return s.write(ctx, func(t *engine.Tx) error { return t.Run("DELETE FROM sessions WHERE token_hash = ?", tokenHash) })
}

// EndSessions implements models.PeopleStore.
func (s *Store) EndSessions(ctx context.Context, participantID string) error {
	return s.write(ctx, func(t *engine.Tx) error { return t.Run("DELETE FROM sessions WHERE participant_id = ?", participantID) })
}
