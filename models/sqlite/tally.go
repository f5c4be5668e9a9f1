package sqlite

import (
	"database/sql"
	"errors"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// ballot is one vote on its way into the tally.
type ballot struct {
	rules models.Consultation
	vote  models.Vote
	kept  models.Vote  // what the participant's entry so far says; without an idea if there is none
	best  models.Vote  // the voice's latest entry over the group; without an idea if there is none
	live  int64        // the ideas on which the voice counts
	last  time.Time    // of the last entry of the voice in the consultation
	first time.Time    // the idea's first vote
	root  string       // the idea whose tally it moves
	group []string     // ids of the ideas that count as one with it, sorted
	tally models.Tally // of the root
}

// votedSelect reads the idea that is voted on, whether it is merged with another, on
// how many the voice counts and when it last voted on any, and what the participant's
// entry on this one says. It joins nothing: SQLite would prepare it anew each time.
const votedSelect = `SELECT status, consultation_id, first_vote_at, agree, disagree, pass,
	merged_into <> '' OR EXISTS (SELECT 1 FROM ideas AS m WHERE m.merged_into = i.id AND m.merged_into <> ''),
	coalesce((SELECT live FROM voices AS o WHERE o.consultation_id = i.consultation_id AND o.voice = ?2), 0),
	coalesce((SELECT last_at FROM voices AS o WHERE o.consultation_id = i.consultation_id AND o.voice = ?2), 0),
	coalesce((SELECT voice FROM votes WHERE idea_id = ?1 AND participant_id = ?3), ''),
	coalesce((SELECT choice FROM votes WHERE idea_id = ?1 AND participant_id = ?3), ''),
	coalesce((SELECT at FROM votes WHERE idea_id = ?1 AND participant_id = ?3), 0)
	FROM ideas AS i WHERE id = ?1`

// newBallot reads what stands in the store for a vote. CodeNotFound if the idea
// is not published in that consultation.
func newBallot(t *engine.Tx, c models.Consultation, v models.Vote) (*ballot, error) {
	var status models.Status
	b, err := readBallot(t, c, v, &status)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && status != models.StatusPublished) {
		return nil, models.Fail(models.CodeNotFound, "error.idea.unknown")
	}
	return b, err
}

// readBallot is newBallot for an idea whatever became of it.
func readBallot(t *engine.Tx, c models.Consultation, v models.Vote, status *models.Status) (*ballot, error) {
	b := &ballot{rules: c, vote: v, root: v.IdeaID, group: []string{v.IdeaID}}
	var in string
	var merged bool
	err := t.Row(votedSelect, v.IdeaID, v.Voice, v.ParticipantID).Scan(status, &in, engine.ScanTime(&b.first),
		&b.tally.Agree, &b.tally.Disagree, &b.tally.Pass, &merged, &b.live, engine.ScanTime(&b.last), &b.kept.Voice, &b.kept.Choice, engine.ScanTime(&b.kept.At))
	if err == nil && in != c.ID {
		err = sql.ErrNoRows
	}
	if err == nil {
		err = b.findBest(t)
	}
	if err == nil && merged {
		err = b.findGroup(t)
	}
	return b, err
}

// findBest finds the voice's latest entry on the idea. For a voice that is the
// participant's own nobody else votes, so that it is the one that the vote would replace.
func (b *ballot) findBest(t *engine.Tx) (err error) {
	if b.kept.Choice != "" {
		b.kept.IdeaID, b.kept.ParticipantID = b.vote.IdeaID, b.vote.ParticipantID
	}
	if b.kept.At.After(b.last) {
		b.last = b.kept.At
	}
	if b.vote.Voice != b.vote.ParticipantID {
		b.best, err = b.latest(t, b.vote.Voice)
		return err
	}
	if b.kept.Voice == b.vote.Voice {
		b.best = b.kept
	}
	return nil
}

// findGroup follows merged_into to the root and collects all that leads to it.
func (b *ballot) findGroup(t *engine.Tx) (err error) {
	if b.root, err = rootOf(t, b.vote.IdeaID); err != nil {
		return err
	}
	if b.group, err = mergedGroup(t, b.root); err != nil {
		return err
	}
	if b.best, err = b.latest(t, b.vote.Voice); err != nil {
		return err
	}
	return t.Row("SELECT agree, disagree, pass FROM ideas WHERE id = ?", b.root).
		Scan(&b.tally.Agree, &b.tally.Disagree, &b.tally.Pass)
}

// latest gives a voice's latest entry over the group, one without an idea if there
// is none.
func (b *ballot) latest(t *engine.Tx, voice string) (best models.Vote, err error) {
	for _, ideaID := range b.group {
		v, err := scanVote(t.Row(voteSelect+`WHERE idea_id = ? AND voice = ?
			ORDER BY at DESC, participant_id DESC LIMIT 1`, ideaID, voice))
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return best, err
		case counts(v, best):
			best = v
		}
	}
	return best, nil
}

// counts tells whether entry v of a voice is what it says, and not w. Of two by one
// participant at one time the one on the smaller idea id counts, as in models.Count
// over the order of EachVote.
func counts(v, w models.Vote) bool {
	return w.IdeaID == "" || v.Later(w) || !w.Later(v) && v.IdeaID <= w.IdeaID
}

// cast writes the entry, unless it says what the kept one says or is older, and
// lets tally, voices and counters follow.
func (b *ballot) cast(t *engine.Tx) (models.Vote, bool, error) {
	switch {
	case b.kept.IdeaID == "" && b.vote.Choice == models.ChoiceNone:
		return b.vote, false, nil
	case b.kept.IdeaID != "" && (b.kept.Choice == b.vote.Choice || !b.vote.At.After(b.kept.At)):
		kept, err := scanVote(t.Row(voteSelect+"WHERE idea_id = ? AND participant_id = ?", b.vote.IdeaID, b.vote.ParticipantID))
		return kept, false, err
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

// replace writes the entry and gives the turns of the voices that it touches: its
// own, and the one for which the participant voted before, if that was another.
func (b *ballot) replace(t *engine.Tx) ([]turn, error) {
	own := turn{b.vote.Voice, b.best.Choice, b.best.Choice}
	if counts(b.vote, b.best) {
		own.after = b.vote.Choice
	}
	if b.kept.IdeaID == "" || b.kept.Voice == b.vote.Voice {
		return []turn{own}, b.write(t)
	}
	before, err := b.latest(t, b.kept.Voice)
	if err == nil {
		err = b.write(t)
	}
	if err != nil {
		return nil, err
	}
	after, err := b.latest(t, b.kept.Voice)
	return []turn{own, {b.kept.Voice, before.Choice, after.Choice}}, err
}

// write writes the entry, in the place of the kept one if there is one.
func (b *ballot) write(t *engine.Tx) error {
	v := b.vote
	if b.kept.IdeaID == "" {
		return insertVote(t, v)
	}
	return t.Run(`UPDATE votes SET voice = ?, capacity = ?, band = ?, tier = ?, channel = ?, choice = ?, at = ?
		WHERE idea_id = ? AND participant_id = ?`,
		v.Voice, v.Capacity, v.Band, v.Tier, v.Channel, v.Choice, engine.Millis(v.At), v.IdeaID, v.ParticipantID)
}

// follow brings all that is counted from the votes after the entry. A stranger
// sees how many took part and, where tallies are always shown, their steps.
func (b *ballot) follow(t *engine.Tx, turns []turn) error {
	tally, voters := b.tally, int64(0)
	for _, x := range turns {
		tally.Add(x.before, -1)
		tally.Add(x.after, 1)
		d, err := b.countVoice(t, x.voice, live(x.after)-live(x.before))
		if err != nil {
			return err
		}
		voters += d
	}
	if err := b.keepTally(t, tally); err != nil {
		return err
	}
	shown := voters != 0 || b.rules.Settings.Tallies == models.TalliesAlways &&
		tally.Stepped(models.TallyStep) != b.tally.Stepped(models.TallyStep)
	return t.Run(`UPDATE consultations SET vote_seq = vote_seq + 1, voter_count = voter_count + ?, version = version + ?
		WHERE id = ?`, voters, shown, b.rules.ID)
}

// keepTally writes the root's tally and, if this is it, the time of the first
// vote, from which on the idea's words are fixed.
func (b *ballot) keepTally(t *engine.Tx, tally models.Tally) error {
	if tally != b.tally {
		err := t.Run("UPDATE ideas SET agree = ?, disagree = ?, pass = ? WHERE id = ?",
			tally.Agree, tally.Disagree, tally.Pass, b.root)
		if err != nil {
			return err
		}
	}
	if !b.first.IsZero() {
		return nil
	}
	return t.Run("UPDATE ideas SET first_vote_at = ? WHERE id = ?", engine.Millis(b.vote.At), b.vote.IdeaID)
}

// countVoice moves the number of ideas on which the voice counts by d and gives by how
// much that moves the number of voters.
func (b *ballot) countVoice(t *engine.Tx, voice string, d int64) (int64, error) {
	before, err := b.liveOf(t, voice)
	if err == nil {
		err = t.Run(`INSERT INTO voices (consultation_id, voice, live, last_at) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT DO UPDATE SET live = live + ?3, last_at = max(last_at, ?4)`, b.rules.ID, voice, d, engine.Millis(b.vote.At))
	}
	return min(before+d, 1) - min(before, 1), err
}

// liveOf gives the number of ideas on which a voice counts.
func (b *ballot) liveOf(t *engine.Tx, voice string) (int64, error) {
	if voice == b.vote.Voice {
		return b.live, nil
	}
	n, err := engine.One[int64](t.Row("SELECT live FROM voices WHERE consultation_id = ? AND voice = ?", b.rules.ID, voice))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// live gives 1 for a choice that counts.
func live(c models.Choice) int64 {
	var t models.Tally
	t.Add(c, 1)
	return t.Total()
}
