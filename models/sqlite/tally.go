package sqlite

import (
	"database/sql"
	"errors"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// voteUpdate is one vote while it is written: what the store holds for its participant,
// voice and idea, and what follows from the change.
type voteUpdate struct {
	rules models.Consultation
	vote  models.Vote
	kept  models.Vote  // the participant's entry so far; IdeaID is "" if there is none
	best  models.Vote  // the voice's entry that counts for the group; IdeaID is "" if there is none
	live  int64        // number of ideas on which the voice counts
	last  time.Time    // of the last entry of the voice in the consultation
	first time.Time    // the idea's first vote
	root  string       // the idea whose tally the vote changes
	group []string     // ids of the ideas that count as one with it, sorted
	tally models.Tally // of the root
}

// votedSelect reads the idea that is voted on, whether it is merged with another, on
// how many ideas the voice counts and when it last voted, and the participant's entry on
// this idea. It has no joins: SQLite would prepare it again for each vote.
const votedSelect = `SELECT status, consultation_id, first_vote_at, agree, disagree, pass,
	merged_into <> '' OR EXISTS (SELECT 1 FROM ideas AS m WHERE m.merged_into = i.id AND m.merged_into <> ''),
	coalesce((SELECT live FROM voices AS o WHERE o.consultation_id = i.consultation_id AND o.voice = ?2), 0),
	coalesce((SELECT last_at FROM voices AS o WHERE o.consultation_id = i.consultation_id AND o.voice = ?2), 0),
	coalesce((SELECT voice FROM votes WHERE idea_id = ?1 AND participant_id = ?3), ''),
	coalesce((SELECT choice FROM votes WHERE idea_id = ?1 AND participant_id = ?3), ''),
	coalesce((SELECT at FROM votes WHERE idea_id = ?1 AND participant_id = ?3), 0)
	FROM ideas AS i WHERE id = ?1`

// newVoteUpdate reads what the store holds for a vote. CodeNotFound if the idea is not
// published in that consultation.
func newVoteUpdate(t *engine.Tx, c models.Consultation, v models.Vote) (*voteUpdate, error) {
	var status models.Status
	u, err := readVoteUpdate(t, c, v, &status)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && status != models.StatusPublished) {
		return nil, models.Fail(models.CodeNotFound, "error.idea.unknown")
	}
	return u, err
}

// readVoteUpdate is newVoteUpdate for an idea of any status. sql.ErrNoRows if there is
// none.
func readVoteUpdate(t *engine.Tx, c models.Consultation, v models.Vote, status *models.Status) (*voteUpdate, error) {
	u := &voteUpdate{rules: c, vote: v, root: v.IdeaID, group: []string{v.IdeaID}}
	var in string
	var merged bool
	err := t.Row(votedSelect, v.IdeaID, v.Voice, v.ParticipantID).Scan(status, &in, engine.ScanTime(&u.first),
		&u.tally.Agree, &u.tally.Disagree, &u.tally.Pass, &merged, &u.live, engine.ScanTime(&u.last), &u.kept.Voice, &u.kept.Choice, engine.ScanTime(&u.kept.At))
	if err == nil && in != c.ID {
		err = sql.ErrNoRows
	}
	if err == nil {
		err = u.findBest(t)
	}
	if err == nil && merged {
		err = u.findGroup(t)
	}
	return u, err
}

// findBest finds the voice's entry that counts for the idea. Nobody else votes for a
// participant's own voice, so that this is the entry that the vote would replace.
func (u *voteUpdate) findBest(t *engine.Tx) (err error) {
	if u.kept.Choice != "" {
		u.kept.IdeaID, u.kept.ParticipantID = u.vote.IdeaID, u.vote.ParticipantID
	}
	if u.kept.At.After(u.last) {
		u.last = u.kept.At
	}
	if u.vote.Voice != u.vote.ParticipantID {
		u.best, err = u.latest(t, u.vote.Voice)
		return err
	}
	if u.kept.Voice == u.vote.Voice {
		u.best = u.kept
	}
	return nil
}

// findGroup finds the idea into which this one was finally merged, and all others that were.
func (u *voteUpdate) findGroup(t *engine.Tx) (err error) {
	if u.root, err = rootOf(t, u.vote.IdeaID); err != nil {
		return err
	}
	if u.group, err = mergedGroup(t, u.root); err != nil {
		return err
	}
	if u.best, err = u.latest(t, u.vote.Voice); err != nil {
		return err
	}
	return t.Row("SELECT agree, disagree, pass FROM ideas WHERE id = ?", u.root).
		Scan(&u.tally.Agree, &u.tally.Disagree, &u.tally.Pass)
}

// latest returns the voice's entry that counts for the group; its IdeaID is "" if there is
// none.
func (u *voteUpdate) latest(t *engine.Tx, voice string) (best models.Vote, err error) {
	for _, ideaID := range u.group {
		v, err := scanVote(t.Row(voteSelect+`WHERE idea_id = ? AND voice = ?
			ORDER BY at DESC, participant_id DESC LIMIT 1`, ideaID, voice))
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return best, err
		case supersedes(v, best):
			best = v
		}
	}
	return best, nil
}

// supersedes reports whether entry v of a voice counts rather than w. Of two entries by
// one participant at one time the one on the smaller idea id counts, as in models.Count
// over the order of EachVote.
func supersedes(v, w models.Vote) bool {
	return w.IdeaID == "" || v.Later(w) || !w.Later(v) && v.IdeaID <= w.IdeaID
}

// apply writes the entry, unless the kept one has the same choice or is newer, and
// updates tally, voices and counters. It returns the entry that is kept then and reports
// whether it has changed.
func (u *voteUpdate) apply(t *engine.Tx) (models.Vote, bool, error) {
	switch {
	case u.kept.IdeaID == "" && u.vote.Choice == models.ChoiceNone:
		return u.vote, false, nil
	case u.kept.IdeaID != "" && (u.kept.Choice == u.vote.Choice || !u.vote.At.After(u.kept.At)):
		kept, err := scanVote(t.Row(voteSelect+"WHERE idea_id = ? AND participant_id = ?", u.vote.IdeaID, u.vote.ParticipantID))
		return kept, false, err
	}
	changes, err := u.replace(t)
	if err != nil {
		return u.vote, false, err
	}
	return u.vote, true, u.count(t, changes)
}

// choiceChange is what an entry changes for one voice: its choice on the group.
type choiceChange struct {
	voice         string
	before, after models.Choice
}

// replace writes the entry and returns the changes of the voices concerned: of its own,
// and of the one for which the participant voted before, if that was another.
func (u *voteUpdate) replace(t *engine.Tx) ([]choiceChange, error) {
	own := choiceChange{u.vote.Voice, u.best.Choice, u.best.Choice}
	if supersedes(u.vote, u.best) {
		own.after = u.vote.Choice
	}
	if u.kept.IdeaID == "" || u.kept.Voice == u.vote.Voice {
		return []choiceChange{own}, u.write(t)
	}
	before, err := u.latest(t, u.kept.Voice)
	if err == nil {
		err = u.write(t)
	}
	if err != nil {
		return nil, err
	}
	after, err := u.latest(t, u.kept.Voice)
	return []choiceChange{own, {u.kept.Voice, before.Choice, after.Choice}}, err
}

// write inserts the entry or overwrites the kept one.
func (u *voteUpdate) write(t *engine.Tx) error {
	v := u.vote
	if u.kept.IdeaID == "" {
		return insertVote(t, v)
	}
	return t.Run(`UPDATE votes SET voice = ?, capacity = ?, band = ?, tier = ?, channel = ?, choice = ?, at = ?
		WHERE idea_id = ? AND participant_id = ?`,
		v.Voice, v.Capacity, v.Band, v.Tier, v.Channel, v.Choice, engine.Millis(v.At), v.IdeaID, v.ParticipantID)
}

// count updates everything that is counted from the votes. The consultation's version is
// raised if the public sees a difference: another number of people who took part.
func (u *voteUpdate) count(t *engine.Tx, changes []choiceChange) error {
	tally, voters := u.tally, int64(0)
	for _, x := range changes {
		tally.Add(x.before, -1)
		tally.Add(x.after, 1)
		d, err := u.countVoice(t, x.voice, weight(x.after)-weight(x.before))
		if err != nil {
			return err
		}
		voters += d
	}
	if err := u.writeTally(t, tally); err != nil {
		return err
	}
	return t.Run(`UPDATE consultations SET vote_seq = vote_seq + 1, voter_count = voter_count + ?, version = version + ?
		WHERE id = ?`, voters, voters != 0, u.rules.ID)
}

// writeTally writes the root's tally and, if this is the idea's first vote, its time: from
// then on the idea's words are fixed.
func (u *voteUpdate) writeTally(t *engine.Tx, tally models.Tally) error {
	if tally != u.tally {
		err := t.Run("UPDATE ideas SET agree = ?, disagree = ?, pass = ? WHERE id = ?",
			tally.Agree, tally.Disagree, tally.Pass, u.root)
		if err != nil {
			return err
		}
	}
	if !u.first.IsZero() {
		return nil
	}
	return t.Run("UPDATE ideas SET first_vote_at = ? WHERE id = ?", engine.Millis(u.vote.At), u.vote.IdeaID)
}

// countVoice adds d to the number of ideas on which the voice counts and returns what that
// adds to the number of voters.
func (u *voteUpdate) countVoice(t *engine.Tx, voice string, d int64) (int64, error) {
	before, err := u.liveOf(t, voice)
	if err == nil {
		err = t.Run(`INSERT INTO voices (consultation_id, voice, live, last_at) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT DO UPDATE SET live = live + ?3, last_at = max(last_at, ?4)`, u.rules.ID, voice, d, engine.Millis(u.vote.At))
	}
	return min(before+d, 1) - min(before, 1), err
}

// liveOf returns the number of ideas on which a voice counts.
func (u *voteUpdate) liveOf(t *engine.Tx, voice string) (int64, error) {
	if voice == u.vote.Voice {
		return u.live, nil
	}
	n, err := engine.One[int64](t.Row("SELECT live FROM voices WHERE consultation_id = ? AND voice = ?", u.rules.ID, voice))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// weight returns 1 for a choice that counts, 0 for ChoiceNone and "".
func weight(c models.Choice) int64 {
	var t models.Tally
	t.Add(c, 1)
	return t.Total()
}
