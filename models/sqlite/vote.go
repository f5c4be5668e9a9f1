package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"folkmoot/models"
)

// PutVote implements models.VoteStore. The entry's time is the store's, but
// always later than the last entry of the same voice, so that of two entries the
// one that came later counts.
func (s *Store) PutVote(ctx context.Context, v models.Vote) (kept models.Vote, changed bool, err error) {
	err = s.put(ctx, func(t *tx) error {
		c, err := rules(t, v.ConsultationID)
		if err != nil {
			return err
		}
		if v.Voice == "" {
			v.Voice = v.ParticipantID
		}
		b, err := newBallot(t, c, v)
		if err != nil {
			return err
		}
		b.vote.At = later(t.now, b.last)
		if err = c.Accepts(models.ActVote, b.vote.At); err != nil {
			return err
		}
		kept, changed, err = b.cast(t)
		return err
	})
	return kept, changed, err
}

// later gives now, or the first millisecond after last if that is not past.
func later(now, last time.Time) time.Time {
	if now.After(last) {
		return now
	}
	return last.Add(time.Millisecond)
}

// ballot is one vote on its way into the tally.
type ballot struct {
	rules models.Consultation
	vote  models.Vote
	kept  *models.Vote // the participant's entry so far, nil if there is none
	last  time.Time    // of the last entry of the voice in the consultation
	first time.Time    // the idea's first vote
	root  string       // the idea whose tally it moves
	group []string     // ids of the ideas that count as one with it, sorted
	tally models.Tally // of the root
}

// newBallot reads what stands in the store for a vote. CodeNotFound if the idea
// is not published in that consultation.
func newBallot(t *tx, c models.Consultation, v models.Vote) (*ballot, error) {
	var status models.Status
	var in string
	var first time.Time
	err := t.row("SELECT status, consultation_id, first_vote_at FROM ideas WHERE id = ?", v.IdeaID).
		Scan(&status, &in, at(&first))
	if errors.Is(err, sql.ErrNoRows) || (err == nil && (status != models.StatusPublished || in != c.ID)) {
		return nil, models.Fail(models.CodeNotFound, "error.idea.unknown")
	}
	if err != nil {
		return nil, err
	}
	return readBallot(t, c, v, first)
}

// readBallot is newBallot for an idea of which it is known that it takes the entry.
func readBallot(t *tx, c models.Consultation, v models.Vote, first time.Time) (*ballot, error) {
	b := &ballot{rules: c, vote: v, first: first}
	if err := b.findGroup(t); err != nil {
		return nil, err
	}
	return b, b.findEntries(t)
}

// findGroup follows merged_into to the root and collects all that leads to it.
func (b *ballot) findGroup(t *tx) (err error) {
	if b.root, err = rootOf(t, b.vote.IdeaID); err != nil {
		return err
	}
	if b.group, err = mergedGroup(t, b.root); err != nil {
		return err
	}
	return t.row("SELECT agree, disagree, pass FROM ideas WHERE id = ?", b.root).
		Scan(&b.tally.Agree, &b.tally.Disagree, &b.tally.Pass)
}

// findEntries reads the entry that the vote would replace and when the voice last voted.
func (b *ballot) findEntries(t *tx) error {
	v, err := scanVote(t.row(voteSelect+"WHERE idea_id = ? AND participant_id = ?", b.vote.IdeaID, b.vote.ParticipantID))
	switch {
	case err == nil:
		b.kept, b.last = &v, v.At
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	var last time.Time
	err = t.row("SELECT last_at FROM voices WHERE consultation_id = ? AND voice = ?", b.rules.ID, b.vote.Voice).Scan(at(&last))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if last.After(b.last) {
		b.last = last
	}
	return err
}

// rootOf gives the idea that an idea was finally merged into, mostly itself. A
// circle, which nothing can make, is left where it closes.
func rootOf(q queries, id string) (string, error) {
	seen := map[string]bool{}
	for !seen[id] {
		seen[id] = true
		next, err := one[string](q.row("SELECT merged_into FROM ideas WHERE id = ?", id))
		if err != nil || next == "" {
			return id, err
		}
		id = next
	}
	return id, nil
}

// mergedGroup gives root and the ids of all ideas merged into it, however far.
func mergedGroup(q queries, root string) ([]string, error) {
	group, seen := []string{root}, map[string]bool{root: true}
	for n := 0; n < len(group); n++ {
		rows, err := q.query("SELECT id FROM ideas WHERE merged_into = ? AND merged_into <> ''", group[n])
		from, err := collect(rows, err, one[string])
		if err != nil {
			return nil, err
		}
		for _, id := range from {
			if !seen[id] {
				seen[id] = true
				group = append(group, id)
			}
		}
	}
	slices.Sort(group)
	return group, nil
}

// cast writes the entry, unless it says what the kept one says or is older, and
// lets tally, voices and counters follow.
func (b *ballot) cast(t *tx) (models.Vote, bool, error) {
	switch {
	case b.kept == nil && b.vote.Choice == models.ChoiceNone:
		return b.vote, false, nil
	case b.kept != nil && (b.kept.Choice == b.vote.Choice || !b.vote.At.After(b.kept.At)):
		return *b.kept, false, nil
	}
	before, err := b.latest(t)
	if err != nil {
		return b.vote, false, err
	}
	if err = insertVote(t, b.vote); err != nil {
		return b.vote, false, err
	}
	after, err := b.latest(t)
	if err != nil {
		return b.vote, false, err
	}
	return b.vote, true, b.follow(t, before, after)
}

// voices are those that the entry touches: its own, and the one for which the
// participant voted before, if that was another.
func (b *ballot) voices() []string {
	if b.kept != nil && b.kept.Voice != b.vote.Voice {
		return []string{b.vote.Voice, b.kept.Voice}
	}
	return []string{b.vote.Voice}
}

// latest gives what each voice's latest entry over the group says. Of two by one
// participant at one time the one on the smaller idea id counts, as in models.Count
// over the order of EachVote.
func (b *ballot) latest(t *tx) ([]models.Choice, error) {
	choices := make([]models.Choice, 0, 2)
	for _, voice := range b.voices() {
		var best models.Vote
		for _, ideaID := range b.group {
			v, err := scanVote(t.row(voteSelect+`WHERE idea_id = ? AND voice = ?
				ORDER BY at DESC, participant_id DESC LIMIT 1`, ideaID, voice))
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return nil, err
			}
			if err == nil && (best.IdeaID == "" || v.Later(best)) {
				best = v
			}
		}
		choices = append(choices, best.Choice)
	}
	return choices, nil
}

// follow brings all that is counted from the votes after the entry. A stranger
// sees how many took part and, where tallies are always shown, their steps.
func (b *ballot) follow(t *tx, before, after []models.Choice) error {
	tally, voters := b.tally, int64(0)
	for n, voice := range b.voices() {
		tally.Add(before[n], -1)
		tally.Add(after[n], 1)
		d, err := b.countVoice(t, voice, counts(after[n])-counts(before[n]))
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
	return t.run(`UPDATE consultations SET vote_seq = vote_seq + 1, voter_count = voter_count + ?, version = version + ?
		WHERE id = ?`, voters, shown, b.rules.ID)
}

// keepTally writes the root's tally and, if this is it, the time of the first
// vote, from which on the idea's words are fixed.
func (b *ballot) keepTally(t *tx, tally models.Tally) error {
	if tally != b.tally {
		err := t.run("UPDATE ideas SET agree = ?, disagree = ?, pass = ? WHERE id = ?",
			tally.Agree, tally.Disagree, tally.Pass, b.root)
		if err != nil {
			return err
		}
	}
	if !b.first.IsZero() {
		return nil
	}
	return t.run("UPDATE ideas SET first_vote_at = ? WHERE id = ?", ms(b.vote.At), b.vote.IdeaID)
}

// countVoice moves the number of ideas on which the voice counts and gives by how
// much that moves the number of voters.
func (b *ballot) countVoice(t *tx, voice string, d int64) (int64, error) {
	live, err := one[int64](t.row(`INSERT INTO voices (consultation_id, voice, live, last_at) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT DO UPDATE SET live = live + ?3, last_at = max(last_at, ?4) RETURNING live`,
		b.rules.ID, voice, d, ms(b.vote.At)))
	switch {
	case err != nil:
		return 0, err
	case live > 0 && live == d:
		return 1, nil
	case live == 0 && d < 0:
		return -1, nil
	}
	return 0, nil
}

// counts gives 1 for a choice that counts.
func counts(c models.Choice) int64 {
	var t models.Tally
	t.Add(c, 1)
	return t.Total()
}

const voteSelect = `SELECT consultation_id, idea_id, participant_id, voice, capacity, band, tier, channel, choice, at FROM votes `

func scanVote(row scanner) (v models.Vote, err error) {
	return v, row.Scan(&v.ConsultationID, &v.IdeaID, &v.ParticipantID, &v.Voice, &v.Capacity, &v.Band, &v.Tier,
		&v.Channel, &v.Choice, at(&v.At))
}

func insertVote(t *tx, v models.Vote) error {
	return t.run(`INSERT INTO votes (consultation_id, idea_id, participant_id, voice, capacity, band, tier, channel, choice, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET voice = excluded.voice, capacity = excluded.capacity, band = excluded.band,
			tier = excluded.tier, channel = excluded.channel, choice = excluded.choice, at = excluded.at`,
		v.ConsultationID, v.IdeaID, v.ParticipantID, v.Voice, v.Capacity, v.Band, v.Tier, v.Channel, v.Choice, ms(v.At))
}

// OwnVotes implements models.VoteStore.
func (s *Store) OwnVotes(ctx context.Context, consultationID, participantID string) (map[string]models.Choice, error) {
	choices, err := remember(s.memo, "votes "+consultationID+" "+participantID, func() (map[string]models.Choice, error) {
		return s.ownVotes(ctx, consultationID, participantID)
	})
	return maps.Clone(choices), wrap("own votes", err)
}

func (s *Store) ownVotes(ctx context.Context, consultationID, participantID string) (map[string]models.Choice, error) {
	choices := map[string]models.Choice{}
	rows, err := s.reader(ctx).query(`SELECT idea_id, choice FROM votes
		WHERE consultation_id = ? AND participant_id = ? AND choice <> 'none'`, consultationID, participantID)
	err = each(rows, err, func(row scanner) error {
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
	return s.stream(ctx, "votes", func(q queries) error {
		rows, err := q.query("SELECT id FROM ideas WHERE consultation_id = ? ORDER BY id", consultationID)
		ideas, err := collect(rows, err, one[string])
		if err != nil {
			return err
		}
		for _, id := range ideas {
			rows, err := q.query(voteSelect+"WHERE idea_id = ? ORDER BY participant_id", id)
			if err = each(rows, err, func(row scanner) error { return handOn(row, scanVote, fn) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// UnconfirmedVotes implements models.VoteStore: one for each address and idea.
func (s *Store) UnconfirmedVotes(ctx context.Context, consultationID string) (int64, error) {
	n, err := one[int64](s.reader(ctx).row(`SELECT count(*) FROM (
		SELECT DISTINCT l.address_key, c.value ->> 'idea' FROM links AS l, json_each(l.choices) AS c
		WHERE l.consultation_id = ? AND l.purpose = 'ballot' AND l.used_at = 0 AND c.value ->> 'choice' <> 'none')`, consultationID))
	return n, wrap("unconfirmed votes", err)
}

// OpenBallots implements models.VoteStore.
func (s *Store) OpenBallots(ctx context.Context, consultationID string) (int64, error) {
	n, err := one[int64](s.reader(ctx).row(`SELECT count(*) FROM links
		WHERE consultation_id = ? AND purpose = 'ballot' AND used_at = 0
		AND ? < (SELECT closes_at + ? FROM consultations WHERE id = links.consultation_id)`,
		consultationID, ms(s.now()), models.LateLinks.Milliseconds()))
	return n, wrap("open ballots", err)
}
