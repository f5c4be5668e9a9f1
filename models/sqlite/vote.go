package sqlite

import (
	"context"
	"maps"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// PutVote implements models.VoteStore. The entry's time is the store's, but
// always later than the last entry of the same voice, so that of two entries the
// one that came later counts.
func (s *Store) PutVote(ctx context.Context, v models.Vote) (kept models.Vote, changed bool, err error) {
	err = s.write(ctx, func(t *engine.Tx) error {
		t.Invalidates(consultationTopic(v.ConsultationID), votesTopic(v.ConsultationID, v.ParticipantID))
		c, err := sharedRules(t, v.ConsultationID)
		if err != nil {
			return err
		}
		u, err := newVoteUpdate(t, c, v)
		if err != nil {
			return err
		}
		u.vote.At = later(t.Now, u.last)
		if err = c.Accepts(models.ActVote, u.vote.At); err != nil {
			return err
		}
		kept, changed, err = u.apply(t)
		return err
	})
	return kept, changed, err
}

const voteSelect = `SELECT consultation_id, idea_id, participant_id, voice, capacity, band, tier, channel, choice, at FROM votes `

func scanVote(row engine.Scanner) (v models.Vote, err error) {
	return v, row.Scan(&v.ConsultationID, &v.IdeaID, &v.ParticipantID, &v.Voice, &v.Capacity, &v.Band, &v.Tier,
		&v.Channel, &v.Choice, engine.ScanTime(&v.At))
}

func insertVote(t *engine.Tx, v models.Vote) error {
	return t.Run(`INSERT INTO votes (consultation_id, idea_id, participant_id, voice, capacity, band, tier, channel, choice, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.ConsultationID, v.IdeaID, v.ParticipantID, v.Voice, v.Capacity, v.Band, v.Tier, v.Channel, v.Choice, engine.Millis(v.At))
}

// later returns now, or the first millisecond after last if now is not after it.
func later(now, last time.Time) time.Time {
	if now.After(last) {
		return now
	}
	return last.Add(time.Millisecond)
}

// OwnVotes implements models.VoteStore.
func (s *Store) OwnVotes(ctx context.Context, consultationID, participantID string) (map[string]models.Choice, error) {
	topic := votesTopic(consultationID, participantID)
	choices, err := engine.Cached(s.db.Cache(), topic, engine.FixedTopic[map[string]models.Choice](topic), func() (map[string]models.Choice, error) {
		return s.ownVotes(ctx, consultationID, participantID)
	})
	return maps.Clone(choices), engine.Wrap("own votes", err)
}

func (s *Store) ownVotes(ctx context.Context, consultationID, participantID string) (map[string]models.Choice, error) {
	choices := map[string]models.Choice{}
	rows, err := s.db.Reader(ctx).Query(`SELECT idea_id, choice FROM votes
		WHERE consultation_id = ? AND participant_id = ? AND choice <> 'none'`, consultationID, participantID)
	err = engine.Each(rows, err, func(row engine.Scanner) error {
		var id string
		var c models.Choice
		err := row.Scan(&id, &c)
		choices[id] = c
		return err
	})
	return choices, err
}

// EachVote implements models.VoteStore.
func (s *Store) EachVote(ctx context.Context, consultationID string, fn func(models.Vote) error) error {
	return s.db.Stream(ctx, "votes", func(q engine.Queries) error {
		rows, err := q.Query("SELECT id FROM ideas WHERE consultation_id = ? ORDER BY id", consultationID)
		ideas, err := engine.Collect(rows, err, engine.One[string])
		if err != nil {
			return err
		}
		for _, id := range ideas {
			rows, err := q.Query(voteSelect+"WHERE idea_id = ? ORDER BY participant_id", id)
			if err = engine.Each(rows, err, func(row engine.Scanner) error { return engine.PassOn(row, scanVote, fn) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// UnconfirmedVotes implements models.VoteStore: one for each address and idea.
func (s *Store) UnconfirmedVotes(ctx context.Context, consultationID string) (int64, error) {
	n, err := engine.Cached(s.db.Cache(), "unconfirmed "+consultationID, engine.FixedTopic[int64](engine.AnyTopic), func() (int64, error) {
		return engine.One[int64](s.db.Reader(ctx).Row(`SELECT count(*) FROM (
			SELECT DISTINCT l.address_key, c.value ->> 'idea' FROM links AS l, json_each(l.choices) AS c
			WHERE l.consultation_id = ? AND l.purpose = 'ballot' AND l.used_at = 0 AND c.value ->> 'choice' <> 'none')`, consultationID))
	})
	return n, engine.Wrap("unconfirmed votes", err)
}

// OpenBallotLinks implements models.VoteStore.
func (s *Store) OpenBallotLinks(ctx context.Context, consultationID string) (int64, error) {
	n, err := engine.One[int64](s.db.Reader(ctx).Row(`SELECT count(*) FROM links
		WHERE consultation_id = ? AND purpose = 'ballot' AND used_at = 0
		AND ? < (SELECT closes_at + ? FROM consultations WHERE id = links.consultation_id)`,
		consultationID, engine.Millis(s.now()), models.LateLinks.Milliseconds()))
	return n, engine.Wrap("open ballots", err)
}
