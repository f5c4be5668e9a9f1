package mongo

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// vote is the document of one participant's entry on one idea.
type vote struct {
	ID             string          `bson:"_id"` // idea and participant
	ConsultationID string          `bson:"c"`
	IdeaID         string          `bson:"idea"`
	ParticipantID  string          `bson:"participant"`
	Voice          string          `bson:"voice"`
	Capacity       models.Capacity `bson:"capacity"`
	Band           models.Band     `bson:"band"`
	Tier           models.Tier     `bson:"tier"`
	Channel        models.Channel  `bson:"channel"`
	Choice         models.Choice   `bson:"choice"`
	At             time.Time       `bson:"at"`
}

// DocKey implements engine.Document.
func (d vote) DocKey() (c, id string) { return d.ConsultationID, d.ID }

func voteID(ideaID, participantID string) string { return ideaID + "/" + participantID }

func newVote(v models.Vote) vote {
	return vote{
		voteID(v.IdeaID, v.ParticipantID), v.ConsultationID, v.IdeaID, v.ParticipantID, v.Voice, v.Capacity, v.Band, v.Tier,
		v.Channel, v.Choice, v.At,
	}
}

func (d vote) model() models.Vote {
	return models.Vote{
		ConsultationID: d.ConsultationID, IdeaID: d.IdeaID, ParticipantID: d.ParticipantID, Voice: d.Voice, Capacity: d.Capacity,
		Band: d.Band, Tier: d.Tier, Channel: d.Channel, Choice: d.Choice, At: d.At,
	}
}

// PutVote implements models.VoteStore. The entry's time is the store's, but
// always later than the last entry of the same voice, so that of two entries the
// one that came later counts.
func (s *Store) PutVote(ctx context.Context, v models.Vote) (kept models.Vote, changed bool, err error) {
	err = s.put(ctx, v.ConsultationID, ballotNeeds(v), func(t *tx) error {
		c, err := rules(t, v.ConsultationID)
		if err != nil {
			return err
		}
		b, err := newBallot(t, c, v)
		if err != nil {
			return err
		}
		b.vote.At = after(t.Now(), b.last)
		if err = c.model().Accepts(models.ActVote, b.vote.At); err != nil {
			return err
		}
		kept, changed, err = b.cast(t)
		return err
	})
	return kept, changed, err
}

// after returns now, or the first millisecond after last if that is not past.
func after(now, last time.Time) time.Time {
	if now.After(last) {
		return now
	}
	return last.Add(time.Millisecond)
}

// OwnVotes implements models.VoteStore.
func (s *Store) OwnVotes(ctx context.Context, consultationID, participantID string) (map[string]models.Choice, error) {
	choices := map[string]models.Choice{}
	q := engine.Query{
		Coll: "votes", Filter: eq("c", consultationID, "participant", participantID), Fields: eq("idea", 1, "choice", 1),
	}
	return choices, engine.Each(s.read(ctx), q, func(d vote) error {
		if d.Choice != models.ChoiceNone {
			choices[d.IdeaID] = d.Choice
		}
		return nil
	})
}

// EachVote implements models.VoteStore: one question in a transaction that writes
// nothing, so that all is of one moment.
func (s *Store) EachVote(ctx context.Context, consultationID string, fn func(models.Vote) error) error {
	return s.db.Snapshot(ctx, func(r engine.Reader) error {
		q := engine.Query{Coll: "votes", Filter: eq("c", consultationID), Sort: eq("idea", 1, "participant", 1)}
		return engine.Each(r, q, func(d vote) error { return fn(d.model()) })
	})
}

// UnconfirmedVotes implements models.VoteStore: one for each address and idea.
func (s *Store) UnconfirmedVotes(ctx context.Context, consultationID string) (int64, error) {
	waiting := map[[2]string]bool{}
	q := engine.Query{Coll: "links", Filter: eq("c", consultationID, "open", true), Fields: eq("addressKey", 1, "choices", 1)}
	err := engine.Each(s.read(ctx), q, func(d link) error {
		for _, v := range d.Choices {
			if v.Choice != models.ChoiceNone {
				waiting[[2]string{d.AddressKey, v.IdeaID}] = true
			}
		}
		return nil
	})
	return int64(len(waiting)), err
}

// OpenBallotLinks implements models.VoteStore.
func (s *Store) OpenBallotLinks(ctx context.Context, consultationID string) (int64, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, err
	}
	c, err := rules(s.read(ctx), consultationID)
	if models.IsNotFound(err) || err == nil && !now.Before(c.ClosesAt.Add(models.LateLinks)) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return engine.Count(s.read(ctx), "links", eq("c", consultationID, "open", true))
}
