package mongo

import (
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// ballot is one vote on its way into the tally.
type ballot struct {
	c     consultation
	idea  idea // that is voted on
	vote  models.Vote
	kept  models.Vote // what the participant's entry so far says; without an idea if there is none
	best  models.Vote // the voice's latest entry over the group; without an idea if there is none
	last  time.Time   // of the last entry of the voice in the consultation
	root  string      // the idea whose tally it moves
	group []string    // ids of the ideas that count as one with it, sorted
}

// voice is the document of what a voice's votes in a consultation amount to.
type voice struct {
	ID     string    `bson:"_id"` // consultation and voice
	C      string    `bson:"c"`
	Voice  string    `bson:"voice"`
	Live   int64     `bson:"live"` // the ideas on which it counts
	LastAt time.Time `bson:"lastAt"`
}

// DocKey implements engine.Document.
func (d voice) DocKey() (c, id string) { return d.C, d.ID }

func voiceID(consultationID, voice string) string { return consultationID + "/" + voice }

// voiceOf returns the document of a voice, a new one if there is none.
func voiceOf(t *tx, consultationID, name string) (voice, error) {
	id := voiceID(consultationID, name)
	d, found, err := engine.Within[voice](t, "voices", consultationID, id)
	if !found {
		d = voice{ID: id, C: consultationID, Voice: name}
	}
	return d, err
}

// ballotNeeds names what newBallot looks at.
func ballotNeeds(v models.Vote) []engine.Ref {
	c := v.ConsultationID
	return []engine.Ref{
		{Coll: "ideas", C: c, ID: v.IdeaID},
		{Coll: "votes", C: c, ID: voteID(v.IdeaID, v.ParticipantID)},
		{Coll: "voices", C: c, ID: voiceID(c, v.Voice)},
	}
}

// newBallot reads what stands in the store for a vote. CodeNotFound if the idea
// is not published in that consultation.
func newBallot(t *tx, c consultation, v models.Vote) (*ballot, error) {
	i, found, err := engine.Within[idea](t, "ideas", c.ID, v.IdeaID)
	if err == nil && (!found || i.ConsultationID != c.ID || i.Status != models.StatusPublished) {
		err = models.Fail(models.CodeNotFound, "error.idea.unknown")
	}
	if err != nil {
		return nil, err
	}
	return readBallot(t, c, i, v)
}

// readBallot is newBallot for an idea whatever became of it.
func readBallot(t *tx, c consultation, i idea, v models.Vote) (*ballot, error) {
	b := &ballot{c: c, idea: i, vote: v, root: i.ID, group: []string{i.ID}}
	d, found, err := engine.Within[vote](t, "votes", c.ID, voteID(v.IdeaID, v.ParticipantID))
	if err != nil {
		return nil, err
	}
	if found {
		b.kept = d.model()
	}
	o, err := voiceOf(t, c.ID, v.Voice)
	if err != nil {
		return nil, err
	}
	b.last = later(o.LastAt, b.kept.At)
	if c.Merged > 0 {
		if b.root, b.group, err = mergedGroup(t, c.ID, i.ID); err != nil {
			return nil, err
		}
	}
	return b, b.findBest(t)
}

// findBest finds the voice's latest entry on the idea. For a voice that is the
// participant's own nobody else votes, so that it is the one that the vote would replace.
func (b *ballot) findBest(t *tx) (err error) {
	if b.vote.Voice != b.vote.ParticipantID || len(b.group) > 1 {
		b.best, err = b.latest(t, b.vote.Voice)
		return err
	}
	if b.kept.Voice == b.vote.Voice {
		b.best = b.kept
	}
	return nil
}

// latest returns a voice's latest entry over the group, one without an idea if there
// is none.
func (b *ballot) latest(t *tx, voice string) (best models.Vote, err error) {
	q := engine.Query{Coll: "votes", Filter: eq("c", b.c.ID, "voice", voice, "idea", eq("$in", b.group))}
	err = engine.Each(t, q, func(d vote) error {
		if v := d.model(); counts(v, best) {
			best = v
		}
		return nil
	})
	return best, err
}

// counts reports whether entry v of a voice is what it says, and not w. Of two by one
// participant at one time the one on the smaller idea id counts, as in models.Count
// over the order of EachVote.
func counts(v, w models.Vote) bool {
	return w.IdeaID == "" || v.Later(w) || !w.Later(v) && v.IdeaID <= w.IdeaID
}

// cast writes the entry, unless it says what the kept one says or is older, and
// lets tally, voices and counters follow.
func (b *ballot) cast(t *tx) (models.Vote, bool, error) {
	switch {
	case b.kept.IdeaID == "" && b.vote.Choice == models.ChoiceNone:
		return b.vote, false, nil
	case b.kept.IdeaID != "" && (b.kept.Choice == b.vote.Choice || !b.vote.At.After(b.kept.At)):
		return b.kept, false, nil
	}
	turns, err := b.replace(t)
	if err != nil {
		return b.vote, false, err
	}
	return b.vote, true, b.follow(t, turns)
}

// turn is what an entry changes for one voice: what it says on the group.
type turn struct {
	voice         string
	before, after models.Choice
}

// replace writes the entry and returns the turns of the voices that it touches: its
// own, and the one for which the participant voted before, if that was another.
func (b *ballot) replace(t *tx) ([]turn, error) {
	own := turn{b.vote.Voice, b.best.Choice, b.best.Choice}
	if counts(b.vote, b.best) {
		own.after = b.vote.Choice
	}
	if b.kept.IdeaID == "" || b.kept.Voice == b.vote.Voice {
		return []turn{own}, t.Put("votes", newVote(b.vote))
	}
	before, err := b.latest(t, b.kept.Voice)
	if err == nil {
		err = t.Put("votes", newVote(b.vote))
	}
	if err != nil {
		return nil, err
	}
	after, err := b.latest(t, b.kept.Voice)
	return []turn{own, {b.kept.Voice, before.Choice, after.Choice}}, err
}

// follow brings all that is counted from the votes after the entry. A stranger
// sees how many took part.
func (b *ballot) follow(t *tx, turns []turn) error {
	if b.idea.FirstVote.IsZero() {
		b.idea.FirstVote = b.vote.At
		if err := t.Put("ideas", b.idea); err != nil {
			return err
		}
	}
	root, _, err := engine.Within[idea](t, "ideas", b.c.ID, b.root)
	if err != nil {
		return err
	}
	tally, voters := models.Tally(root.Tally), int64(0)
	for _, x := range turns {
		tally.Add(x.before, -1)
		tally.Add(x.after, 1)
		d, err := b.countVoice(t, x.voice, live(x.after)-live(x.before))
		if err != nil {
			return err
		}
		voters += d
	}
	if err = b.keepTally(t, root, tally); err != nil {
		return err
	}
	c := b.c
	c.VoteSeq, c.VoterCount = c.VoteSeq+1, c.VoterCount+voters
	if voters != 0 {
		c.Version++
	}
	return t.Put("consultations", c)
}

func (b *ballot) keepTally(t *tx, root idea, now models.Tally) error {
	if models.Tally(root.Tally) == now {
		return nil
	}
	root.Tally = tally(now)
	return t.Put("ideas", root)
}

// countVoice moves the number of ideas on which the voice counts by d and returns by how
// much that moves the number of voters.
func (b *ballot) countVoice(t *tx, name string, d int64) (int64, error) {
	v, err := voiceOf(t, b.c.ID, name)
	if err != nil {
		return 0, err
	}
	before := v.Live
	v.Live, v.LastAt = v.Live+d, later(v.LastAt, b.vote.At)
	return min(before+d, 1) - min(before, 1), t.Put("voices", v)
}

// live returns 1 for a choice that counts.
func live(c models.Choice) int64 {
	var t models.Tally
	t.Add(c, 1)
	return t.Total()
}
