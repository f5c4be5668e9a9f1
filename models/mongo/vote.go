package mongo

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

type vote struct {
	Doc         `bson:",inline"` // idea and participant
	models.Vote `bson:",inline"`
}

func voteID(ideaID, participantID string) string { return ideaID + "/" + participantID }

func newVote(v models.Vote) vote {
	return vote{docIn(v.ConsultationID, voteID(v.IdeaID, v.ParticipantID)), v}
}

// PutVote implements models.VoteStore. The entry's time is the store's, but
// always later than the last entry of the same voice, so that of two entries the
// one that came later counts.
func (s *Store) PutVote(ctx context.Context, v models.Vote) (kept models.Vote, changed bool, err error) {
	err = s.change(ctx, v.ConsultationID, voteNeeds(v), func(t *tx, c *consultation) error {
		b, err := newVoteUpdate(t, c, v)
		if err != nil {
			return err
		}
		b.vote.At = after(t.Now(), b.last)
		if err = c.Accepts(models.ActVote, b.vote.At); err != nil {
			return err
		}
		kept, changed = b.cast(t)
		return nil
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
		Coll: "votes", Filter: eq("c", consultationID, "participantid", participantID), Fields: eq("ideaid", 1, "choice", 1),
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
		q := engine.Query{Coll: "votes", Filter: eq("c", consultationID), Sort: eq("ideaid", 1, "participantid", 1)}
		return engine.Each(r, q, func(d vote) error { return fn(d.Vote) })
	})
}

// UnconfirmedVotes implements models.VoteStore: one for each address and idea.
func (s *Store) UnconfirmedVotes(ctx context.Context, consultationID string) (int64, error) {
	waiting := map[[2]string]bool{}
	q := engine.Query{
		Coll: "links", Filter: eq("consultationid", consultationID, "open", true), Fields: eq("addresskey", 1, "choices", 1),
	}
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
	} else if err != nil {
		return 0, err
	}
	return engine.Count(s.read(ctx), "links", eq("consultationid", consultationID, "open", true))
}

// takeBackVotes lets every choice of a participant who is staff now, in the
// consultation or ("") in all of them, become ChoiceNone. What is sealed stays.
func takeBackVotes(t *tx, participantID, consultationID string) {
	filter := eq("participantid", participantID)
	if consultationID != "" {
		filter = eq("c", consultationID, "participantid", participantID)
	}
	for _, v := range engine.List[vote](t, engine.Query{Coll: "votes", Filter: filter}) {
		if v.Choice != models.ChoiceNone {
			takeBack(t, v.Vote)
		}
	}
}

// takeBack takes one back, whatever became of its idea: a vote on one that was
// removed would count again if that were restored.
func takeBack(t *tx, v models.Vote) {
	t.Enter(v.ConsultationID)
	c, err := rules(t, v.ConsultationID)
	if c.State == models.StateSealed || c.State == models.StateAnswered {
		return
	}
	t.Refuse(err)
	i, err := ideaIn(t, v.ConsultationID, v.IdeaID)
	t.Refuse(err)
	b := readVoteUpdate(t, &c, i, v)
	b.vote.Choice, b.vote.At = models.ChoiceNone, after(t.Now(), b.last)
	b.cast(t)
	t.Put("consultations", c)
}
