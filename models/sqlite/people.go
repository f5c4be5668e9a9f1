package sqlite

import (
	"context"
	"database/sql"
	"math"
	"slices"

	"folkmoot/models"
)

// participantColumns read a whole participant of the table p, the grants as one JSON list.
const participantColumns = `p.id, p.name, p.address, p.address_key, p.capacity, p.band, p.number, p.language, p.created_at,
	(SELECT json_group_array(json_object('Role', role, 'ConsultationID', consultation_id))
		FROM grants WHERE participant_id = p.id)`

const participantSelect = "SELECT " + participantColumns + " FROM participants AS p "

func participantDest(p *models.Participant) []any {
	return []any{
		&p.ID, &p.Name, &p.Address, &p.AddressKey, &p.Capacity, &p.Band, &p.Number, &p.Language, at(&p.CreatedAt), asJSON(&p.Grants),
	}
}

func scanParticipant(row scanner) (p models.Participant, err error) {
	return p, row.Scan(participantDest(&p)...)
}

func participant(q queries, id string) (models.Participant, error) {
	p, err := scanParticipant(q.row(participantSelect+"WHERE p.id = ?", id))
	return p, missing(err, "error.people.unknown")
}

func participantByAddress(q queries, key string) (models.Participant, error) {
	p, err := scanParticipant(q.row(participantSelect+"WHERE p.address_key = ? AND p.address_key <> ''", key))
	return p, missing(err, "error.people.unknown")
}

// Participant implements models.PeopleStore.
func (s *Store) Participant(ctx context.Context, id string) (models.Participant, error) {
	p, err := remember(s.memo, "participant "+id, about[models.Participant](anyTopic), func() (models.Participant, error) {
		return participant(s.reader(ctx), id)
	})
	p.Grants = slices.Clone(p.Grants)
	return p, wrap("participant", err)
}

// ParticipantByAddress implements models.PeopleStore.
func (s *Store) ParticipantByAddress(ctx context.Context, key string) (models.Participant, error) {
	p, err := participantByAddress(s.reader(ctx), key)
	return p, wrap("participant by address", err)
}

// EnsureParticipant implements models.PeopleStore.
func (s *Store) EnsureParticipant(ctx context.Context, p models.Participant) (models.Participant, error) {
	var kept models.Participant
	err := s.put(ctx, func(t *tx) (err error) {
		kept, _, err = ensure(t, p)
		return err
	})
	return kept, err
}

// ensure finds the account by its address or adds p, and adds p's grants.
func ensure(t *tx, p models.Participant) (kept models.Participant, created bool, err error) {
	kept, err = participantByAddress(t, p.AddressKey)
	if models.IsNotFound(err) {
		kept, created = p, true
		err = t.run(`INSERT INTO participants (id, name, address, address_key, mail_key, capacity, band, number,
			language, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
			p.ID, p.Name, p.Address, p.AddressKey, recipientKey(p.Address), p.Capacity, p.Band, p.Language, ms(t.now))
	}
	if err != nil {
		return kept, created, err
	}
	if err = addGrants(t, kept.ID, p.Grants); err != nil {
		return kept, created, err
	}
	kept, err = participant(t, kept.ID)
	return kept, created, err
}

// addGrants adds those that are not there; who becomes a moderator is numbered, and
// the votes of who is staff now are not counted any more.
func addGrants(t *tx, id string, grants []models.Grant) error {
	for _, g := range grants {
		n, err := t.exec("INSERT INTO grants (participant_id, role, consultation_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			id, g.Role, g.ConsultationID)
		if err == nil && g.Role == models.RoleModerator {
			err = t.run(`UPDATE participants SET number = (SELECT coalesce(max(number), 0) + 1 FROM participants)
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
	since, id, err := parseCursor(after, math.MinInt64)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.reader(ctx).query(participantSelect+`WHERE (p.created_at, p.id) > (?, ?)
		AND (? = 0 OR EXISTS (SELECT 1 FROM grants WHERE participant_id = p.id))
		ORDER BY p.created_at, p.id LIMIT ?`, since, id, staffOnly, more(limit))
	list, err := collect(rows, err, scanParticipant)
	if err != nil {
		return nil, "", wrap("participants", err)
	}
	list, next := page(list, limit, func(p models.Participant) string { return cursor(p.CreatedAt, p.ID) })
	return list, next, nil
}

// EditParticipant implements models.PeopleStore.
func (s *Store) EditParticipant(ctx context.Context, p models.Participant) error {
	return s.put(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE participants SET name = ?, capacity = ?, band = ?, language = ? WHERE id = ?",
			p.Name, p.Capacity, p.Band, p.Language, p.ID)
		if err == nil && n == 0 {
			err = models.Fail(models.CodeNotFound, "error.people.unknown")
		}
		return err
	})
}

// RevokeGrant implements models.PeopleStore.
func (s *Store) RevokeGrant(ctx context.Context, participantID string, g models.Grant) error {
	return s.put(ctx, func(t *tx) error {
		p, err := participant(t, participantID)
		if err != nil {
			return err
		}
		n, err := t.exec("DELETE FROM grants WHERE participant_id = ? AND role = ? AND consultation_id = ?",
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
		return t.run(`UPDATE links SET expires_at = ?1 WHERE address_key = ?2 AND address_key <> '' AND purpose = 'sign_in'
			AND used_at = 0 AND role = ?3 AND expires_at > ?1`, ms(t.now), p.AddressKey, toJSON(g))
	})
}

// checkAdminLeft refuses to leave the site without an admin.
func checkAdminLeft(q queries) error {
	left, err := one[bool](q.row("SELECT EXISTS (SELECT 1 FROM grants WHERE role = 'admin' AND consultation_id = '')"))
	if err == nil && !left {
		err = models.Fail(models.CodeConflict, "error.people.last_admin")
	}
	return err
}

// Session implements models.PeopleStore.
func (s *Store) Session(ctx context.Context, tokenHash string) (models.Session, models.Participant, error) {
	v, err := remember(s.memo, "session "+tokenHash, about[visit](anyTopic), func() (v visit, err error) {
		err = s.reader(ctx).row("SELECT s.token_hash, s.participant_id, s.created_at, s.expires_at, "+participantColumns+`
			FROM sessions AS s JOIN participants AS p ON p.id = s.participant_id WHERE s.token_hash = ?`, tokenHash).
			Scan(append([]any{&v.TokenHash, &v.ParticipantID, at(&v.CreatedAt), at(&v.ExpiresAt)}, participantDest(&v.who)...)...)
		return v, err
	})
	if err == nil && !s.now().Before(v.ExpiresAt) {
		v, err = visit{}, sql.ErrNoRows
	}
	v.who.Grants = slices.Clone(v.who.Grants)
	return v.Session, v.who, wrap("session", missing(err, "error.session.unknown"))
}

// visit is a session with its participant.
type visit struct {
	models.Session
	who models.Participant
}

// addSession keeps a session and forgets those that have expired.
func addSession(t *tx, v models.Session) error {
	if err := t.run("DELETE FROM sessions WHERE expires_at <= ?", ms(t.now)); err != nil {
		return err
	}
	return t.run("INSERT INTO sessions (token_hash, participant_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
		v.TokenHash, v.ParticipantID, ms(v.CreatedAt), ms(v.ExpiresAt))
}

// EndSession implements models.PeopleStore.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	return s.put(ctx, func(t *tx) error { return t.run("DELETE FROM sessions WHERE token_hash = ?", tokenHash) })
}

// EndSessions implements models.PeopleStore.
func (s *Store) EndSessions(ctx context.Context, participantID string) error {
	return s.put(ctx, func(t *tx) error { return t.run("DELETE FROM sessions WHERE participant_id = ?", participantID) })
}
