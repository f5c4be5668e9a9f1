package sqlite

import (
	"context"
	"maps"

	"folkmoot/models"
)

// A consultation is read with every page and every vote, and each vote moves three
// of its counters. So these are remembered by themselves, and all the rest of it
// through a hundred thousand votes. They are read first: what is put together is
// then never older than its version says.

// Consultation implements models.ConsultationStore.
func (s *Store) Consultation(ctx context.Context, id string) (models.Consultation, error) {
	n, err := s.counters(ctx, id)
	if err != nil {
		return models.Consultation{}, wrap("consultation", err)
	}
	c, err := remember(s.memo, "consultation "+id, about[models.Consultation](anyTopic), func() (models.Consultation, error) {
		return consultation(s.reader(ctx), id)
	})
	c.Version, c.VoteSeq, c.VoterCount = n.version, n.votes, n.voters
	c.Texts = maps.Clone(c.Texts) // for who changes them
	return c, wrap("consultation", err)
}

// ConsultationBySlug implements models.ConsultationStore.
func (s *Store) ConsultationBySlug(ctx context.Context, slug string) (models.Consultation, error) {
	id, err := remember(s.memo, "slug "+slug, about[string](anyTopic), func() (string, error) {
		return one[string](s.reader(ctx).row("SELECT id FROM consultations WHERE slug = ?", slug))
	})
	if err != nil {
		return models.Consultation{}, wrap("consultation by slug", missing(err, "error.consultation.unknown"))
	}
	return s.Consultation(ctx, id)
}

// PageVersion implements models.ConsultationStore.
func (s *Store) PageVersion(ctx context.Context, slug string) (models.PageVersion, error) {
	topic := func(m models.PageVersion) string { return consultationTopic(m.ID) }
	m, err := remember(s.memo, "page version "+slug, topic, func() (m models.PageVersion, err error) {
		err = s.reader(ctx).row("SELECT id, rev, version, chain_length FROM consultations WHERE slug = ?", slug).
			Scan(&m.ID, &m.Rev, &m.Version, &m.ChainLength)
		return m, err
	})
	return m, wrap("page version", missing(err, "error.consultation.unknown"))
}

// counters are what votes move of a consultation.
type counters struct{ version, votes, voters int64 }

func (s *Store) counters(ctx context.Context, id string) (counters, error) {
	topic := consultationTopic(id)
	return remember(s.memo, topic+" counters", about[counters](topic), func() (n counters, err error) {
		err = s.reader(ctx).row("SELECT version, vote_seq, voter_count FROM consultations WHERE id = ?", id).
			Scan(&n.version, &n.votes, &n.voters)
		return n, missing(err, "error.consultation.unknown")
	})
}
