package mongo

import (
	"context"
	"errors"
	"time"

	"folkmoot/models"
)

// vote is the document of one participant's entry on one idea.
type vote struct {
	ID   string    `bson:"_id"` // idea and participant
	Rev  int64     `bson:"rev"`
	Vote ballot    `bson:",inline"`
	Prev *previous `bson:"prev"` // the entry before this one
}

// ballot is models.Vote as it is stored, and the operation that cast it.
type ballot struct {
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
	Op             string          `bson:"op"`
	Taken          bool            `bson:"taken"` // back, of who became staff: it stands whenever that was
}

// previous is the ballot that another replaced.
type previous struct {
	Vote ballot `bson:",inline"`
}

func voteID(ideaID, participantID string) string { return ideaID + "/" + participantID }

func (b ballot) model() models.Vote {
	return models.Vote{
		ConsultationID: b.ConsultationID, IdeaID: b.IdeaID, ParticipantID: b.ParticipantID, Voice: b.Voice, Capacity: b.Capacity,
		Band: b.Band, Tier: b.Tier, Channel: b.Channel, Choice: b.Choice, At: b.At,
	}
}

func newBallot(v models.Vote, op string) ballot {
	return ballot{
		v.ConsultationID, v.IdeaID, v.ParticipantID, v.Voice, v.Capacity, v.Band, v.Tier, v.Channel, v.Choice, v.At, op, false,
	}
}

// standing gives the entry that counts: the last one before closing. A later one
// should not be there; if it is, it has not destroyed the valid one.
func (d vote) standing(closesAt time.Time) (models.Vote, bool) {
	valid := func(b ballot) bool { return closesAt.IsZero() || b.Taken || b.At.Before(closesAt) }
	switch {
	case valid(d.Vote):
		return d.Vote.model(), true
	case d.Prev != nil && valid(d.Prev.Vote):
		return d.Prev.Vote.model(), true
	case d.Prev == nil && d.Vote.Choice == models.ChoiceNone: // which destroys nothing
		return d.Vote.model(), true
	}
	return models.Vote{}, false
}

// PutVote implements models.VoteStore. The entry's time is the store's, but
// always later than the last entry of the same voice, so that of two entries the
// one that came later counts.
func (s *Store) PutVote(ctx context.Context, v models.Vote) (kept models.Vote, changed bool, err error) {
	kept = v
	err = s.act(ctx, func(a *act) error {
		b := &casting{act: a, vote: v, moves: true}
		e := &entry{Kind: kindVote, Ref: voteID(v.IdeaID, v.ParticipantID), On: v.IdeaID, Voices: []string{v.Voice}}
		check := func(c consultation) (err error) {
			e.First, err = b.check(c)
			return err
		}
		err := a.run(v.ConsultationID, e, check, func(c consultation) (err error) {
			kept, changed, err = b.cast(c)
			b.note(e, changed)
			return err
		})
		if errors.Is(err, errNothing) {
			kept, err = b.kept, nil
		}
		return err
	})
	return kept, changed, err
}

// errNothing ends a vote that changes nothing before it has an entry.
var errNothing = errors.New("nothing changes")

// casting is one vote on its way to its document.
type casting struct {
	*act
	vote  models.Vote
	moves bool  // its time is the store's: it moves behind others
	free  bool  // of the rules on time
	old   *vote // the entry as it was read last, nil if there is none
	read  bool
	alone bool        // the voice had no entry when it was looked for
	voice *voiceDoc   // of a participant's own voice, before a vote on one more idea
	kept  models.Vote // what stands if nothing changes
}

// check refuses what cannot be voted on or not now, and gives errNothing for what
// changes nothing. It sets the vote's time and tells whether nobody voted on the idea yet.
func (b *casting) check(c consultation) (first bool, err error) {
	i, err := b.s.votedOn(b.ctx, c.ID, b.vote.IdeaID)
	if err != nil {
		return false, err
	}
	if err = b.look(); err != nil {
		return false, err
	}
	if b.vote.At, err = b.timeAfter(); err != nil {
		return false, err
	}
	if err = c.model().Accepts(models.ActVote, b.vote.At); err != nil {
		return false, err
	}
	if err = b.lookForVoice(); err != nil {
		return false, err
	}
	b.kept = b.vote
	if b.old != nil {
		b.kept = b.old.Vote.model()
	}
	if b.choice() == b.vote.Choice {
		return false, errNothing
	}
	return i.FirstVote.IsZero(), nil
}

// votedOn reads an idea that a vote is for. CodeNotFound unless it is published.
func (s *Store) votedOn(ctx context.Context, consultationID, id string) (idea, error) {
	i, found, err := first[idea](ctx, s, "ideas", eq("c", consultationID, "_id", id), nil, eq("status", 1, "firstVote", 1))
	return i, missing(found && i.Item.Status == models.StatusPublished, err, "error.idea.unknown")
}

// look reads the participant's entry on the idea as it is now.
func (b *casting) look() error {
	d, there, err := within[vote](b.ctx, b.s, "votes", b.vote.ConsultationID, voteID(b.vote.IdeaID, b.vote.ParticipantID))
	b.old, b.read = nil, true
	if there {
		b.old = &d
	}
	return err
}

// choice is that of the entry as it was read, none if there is none.
func (b *casting) choice() models.Choice {
	if b.old == nil {
		return models.ChoiceNone
	}
	return b.old.Vote.Choice
}

// lookForVoice reads what is kept of a participant's own voice that has voted on other
// ideas. It is read before the vote is written, so that its version fences what follows.
func (b *casting) lookForVoice() error {
	b.voice = nil
	if b.alone || b.old != nil || b.vote.Voice != b.vote.ParticipantID || b.vote.Choice == models.ChoiceNone {
		return nil
	}
	d, there, err := within[voiceDoc](b.ctx, b.s, "voices", b.vote.ConsultationID, voiceID(b.vote.ConsultationID, b.vote.Voice))
	if there {
		b.voice = &d
	}
	return err
}

// note keeps with the entry what is known of the vote.
func (b *casting) note(e *entry, changed bool) {
	e.speaks, e.joins = b.speaks(), b.alone && b.old == nil
	if b.old == nil {
		e.voice = b.voice
	}
	e.written = []vote{}
	if changed {
		e.written = append(e.written, vote{Vote: newBallot(b.vote, b.id), Prev: b.previous()})
	}
}

// speaks tells whether the voice counted for something before and does after, whatever
// else it says: it is the participant's own and has taken back nothing.
func (b *casting) speaks() bool {
	own := b.vote.Voice == b.vote.ParticipantID && b.old != nil && b.old.Vote.Voice == b.vote.Voice
	return own && b.choice() != models.ChoiceNone && b.vote.Choice != models.ChoiceNone
}

// timeAfter gives the store's time, or the first millisecond after the last entry of the
// participant on the idea and of the voice anywhere in the consultation.
func (b *casting) timeAfter() (time.Time, error) {
	var last time.Time
	if b.old != nil {
		last = b.old.Vote.At
	}
	d, found, err := first[vote](b.ctx, b.s, "votes", eq("c", b.vote.ConsultationID, "voice", b.vote.Voice), eq("at", -1), eq("at", 1))
	b.alone, last = !found, later(last, d.Vote.At)
	if b.now.After(last) {
		return b.now, err
	}
	return last.Add(time.Millisecond), err
}

// cast writes the entry, unless it says what the kept one says or is older. It gives
// the entry as kept and whether that is this one.
func (b *casting) cast(c consultation) (models.Vote, bool, error) {
	for {
		if !b.read {
			if err := b.look(); err != nil {
				return b.vote, false, err
			}
		}
		if old := b.old; old != nil && b.moves && !b.vote.At.After(old.Vote.At) { // another browser of the same person was quicker
			b.vote.At = old.Vote.At.Add(time.Millisecond)
			if err := c.model().Accepts(models.ActVote, b.vote.At); err != nil && !b.free {
				return b.vote, false, err
			}
		}
		switch old := b.old; {
		case old != nil && old.Vote.Op == b.id && old.Vote.Choice == b.vote.Choice:
			return old.Vote.model(), true, nil
		case b.choice() == b.vote.Choice && old == nil:
			return b.vote, false, nil
		case b.choice() == b.vote.Choice, old != nil && !b.vote.At.After(old.Vote.At):
			return old.Vote.model(), false, nil
		}
		done, err := b.write()
		if err != nil || done {
			return b.vote, done, err
		}
		b.read = false
	}
}

// write inserts the entry or replaces the old one, under its version.
func (b *casting) write() (bool, error) {
	d := vote{ID: voteID(b.vote.IdeaID, b.vote.ParticipantID), Rev: 1, Vote: newBallot(b.vote, b.id)}
	d.Vote.Taken = b.free
	if b.old == nil {
		there, err := b.s.insert(b.ctx, "votes", d.ID, b.id, d)
		return err == nil && !there, err
	}
	v := d.Vote
	return b.s.swap(b.ctx, "votes", d.ID, b.id, eq("c", v.ConsultationID, "_id", d.ID, "rev", b.old.Rev), eq(
		"$set", eq("voice", v.Voice, "capacity", v.Capacity, "band", v.Band, "tier", v.Tier, "channel", v.Channel,
			"choice", v.Choice, "at", v.At, "op", v.Op, "taken", v.Taken, "prev", previous{b.old.Vote}),
		"$inc", eq("rev", int64(1))))
}

// previous is the ballot that the entry replaces, nil if there was none.
func (b *casting) previous() *previous {
	if b.old == nil {
		return nil
	}
	return &previous{b.old.Vote}
}

// OwnVotes implements models.VoteStore.
func (s *Store) OwnVotes(ctx context.Context, consultationID, participantID string) (map[string]models.Choice, error) {
	choices := map[string]models.Choice{}
	q := query{
		coll: "votes", filter: eq("c", consultationID, "participant", participantID), fields: eq("idea", 1, "choice", 1),
	}
	err := each(ctx, s, q, func(d vote) error {
		if d.Vote.Choice != models.ChoiceNone {
			choices[d.Vote.IdeaID] = d.Vote.Choice
		}
		return nil
	})
	return choices, err
}

// EachVote implements models.VoteStore.
func (s *Store) EachVote(ctx context.Context, consultationID string, fn func(models.Vote) error) error {
	c, err := s.rules(ctx, consultationID)
	if models.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	q := query{coll: "votes", filter: eq("c", consultationID), sort: eq("idea", 1, "participant", 1)}
	return each(ctx, s, q, func(d vote) error {
		if v, ok := d.standing(c.ClosesAt); ok {
			return fn(v)
		}
		return nil
	})
}

// UnconfirmedVotes implements models.VoteStore: one for each address and idea.
func (s *Store) UnconfirmedVotes(ctx context.Context, consultationID string) (int64, error) {
	type one struct{ address, idea string }
	waiting := map[one]bool{}
	q := query{coll: "links", filter: eq("c", consultationID, "open", true), fields: eq("addressKey", 1, "choices", 1)}
	err := each(ctx, s, q, func(d link) error {
		for _, choice := range d.Choices {
			if choice.Choice != models.ChoiceNone {
				waiting[one{d.AddressKey, choice.IdeaID}] = true
			}
		}
		return nil
	})
	return int64(len(waiting)), err
}

// OpenBallots implements models.VoteStore.
func (s *Store) OpenBallots(ctx context.Context, consultationID string) (int64, error) {
	c, err := s.rules(ctx, consultationID)
	if models.IsNotFound(err) {
		return 0, nil
	}
	now, timeErr := s.clock.now(ctx)
	if err = errors.Join(err, timeErr); err != nil || !now.Before(c.ClosesAt.Add(models.LateLinks)) {
		return 0, err
	}
	return s.count(ctx, "links", eq("c", consultationID, "open", true))
}
