package mongo

import (
	"context"
	"time"

	"folkmoot/models"
)

// session is its document; its _id is the hash of its token.
type session struct {
	ID          string    `bson:"_id"`
	Participant string    `bson:"participant"`
	CreatedAt   time.Time `bson:"createdAt"`
	ExpiresAt   time.Time `bson:"expiresAt"`
}

// Session implements models.PeopleStore.
func (s *Store) Session(ctx context.Context, tokenHash string) (models.Session, models.Participant, error) {
	d, found, err := get[session](ctx, s, "sessions", tokenHash)
	if err != nil || !found {
		return models.Session{}, models.Participant{}, missing(found, err, "error.session.unknown")
	}
	now, err := s.clock.now(ctx)
	if err == nil && !now.Before(d.ExpiresAt) {
		err = missing(false, nil, "error.session.unknown")
	}
	if err != nil {
		return models.Session{}, models.Participant{}, err
	}
	p, found, err := get[participant](ctx, s, "participants", d.Participant)
	if err != nil || !found {
		return models.Session{}, models.Participant{}, missing(found, err, "error.session.unknown")
	}
	return d.model(), p.model(), nil
}

func (d session) model() models.Session {
	return models.Session{TokenHash: d.ID, ParticipantID: d.Participant, CreatedAt: d.CreatedAt, ExpiresAt: d.ExpiresAt}
}

// addSession keeps a session that begins at now.
func (s *Store) addSession(ctx context.Context, v models.Session, now time.Time) error {
	if v.ExpiresAt.IsZero() {
		v.ExpiresAt = now.Add(models.SessionLife * time.Second)
	}
	_, err := s.insert(ctx, "sessions", v.TokenHash, "", session{v.TokenHash, v.ParticipantID, now, v.ExpiresAt})
	return err
}

// EndSession implements models.PeopleStore.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	return s.act(ctx, func(a *act) error {
		a.commit()
		return s.remove(a.ctx, "sessions", eq("_id", tokenHash), false)
	})
}

// EndSessions implements models.PeopleStore.
func (s *Store) EndSessions(ctx context.Context, participantID string) error {
	return s.act(ctx, func(a *act) error {
		a.commit()
		return s.remove(a.ctx, "sessions", eq("participant", participantID), true)
	})
}
