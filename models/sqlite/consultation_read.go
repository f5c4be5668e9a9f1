package sqlite

import (
	"context"
	"maps"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// A consultation is read with every page and every vote, and each vote changes three of
// its counters. So these are cached by themselves, and the rest stays cached while people
// vote. The counters are read first: the consultation is then never older than its
// version says.

// Consultation implements models.ConsultationStore.
func (s *Store) Consultation(ctx context.Context, id string) (models.Consultation, error) {
	n, err := s.counters(ctx, id)
	if err != nil {
		return models.Consultation{}, engine.Wrap("consultation", err)
	}
	c, err := engine.Cached(s.db.Cache(), "consultation "+id, engine.FixedTopic[models.Consultation](engine.AnyTopic), func() (models.Consultation, error) {
		return consultation(s.db.Reader(ctx), id)
	})
	c.Version, c.VoteSeq, c.VoterCount = n.version, n.votes, n.voters
	c.Texts = maps.Clone(c.Texts) // callers may modify them
	return c, engine.Wrap("consultation", err)
}

// ConsultationBySlug implements models.ConsultationStore.
func (s *Store) ConsultationBySlug(ctx context.Context, slug string) (models.Consultation, error) {
	id, err := engine.Cached(s.db.Cache(), "slug "+slug, engine.FixedTopic[string](engine.AnyTopic), func() (string, error) {
		return engine.One[string](s.db.Reader(ctx).Row("SELECT id FROM consultations WHERE slug = ?", slug))
	})
	if err != nil {
		return models.Consultation{}, engine.Wrap("consultation by slug", engine.Missing(err, "error.consultation.unknown"))
	}
	return s.Consultation(ctx, id)
}

// PageVersion implements models.ConsultationStore.
func (s *Store) PageVersion(ctx context.Context, slug string) (models.PageVersion, error) {
	topic := func(m models.PageVersion) string { return consultationTopic(m.ID) }
	m, err := engine.Cached(s.db.Cache(), "page version "+slug, topic, func() (m models.PageVersion, err error) {
		err = s.db.Reader(ctx).Row("SELECT id, rev, version, chain_length FROM consultations WHERE slug = ?", slug).
			Scan(&m.ID, &m.Rev, &m.Version, &m.ChainLength)
		return m, err
	})
	return m, engine.Wrap("page version", engine.Missing(err, "error.consultation.unknown"))
}

// counters are the fields of a consultation that votes change.
type counters struct{ version, votes, voters int64 }

func (s *Store) counters(ctx context.Context, id string) (counters, error) {
	topic := consultationTopic(id)
	return engine.Cached(s.db.Cache(), topic+" counters", engine.FixedTopic[counters](topic), func() (n counters, err error) {
		err = s.db.Reader(ctx).Row("SELECT version, vote_seq, voter_count FROM consultations WHERE id = ?", id).
			Scan(&n.version, &n.votes, &n.voters)
		return n, engine.Missing(err, "error.consultation.unknown")
	})
}
