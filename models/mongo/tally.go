package mongo

import (
	"slices"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// voteUpdate is one vote on its way into the tally.
type voteUpdate struct {
	c     *consultation
	idea  idea // that is voted on
	vote  models.Vote
	kept  models.Vote // what the participant's entry so far says; without an idea if there is none
	best  models.Vote // the voice's latest entry over the group; without an idea if there is none
	last  time.Time   // of the last entry of the voice in the consultation
	root  string      // the idea whose tally it moves
	group []string    // ids of the ideas that count as one with it, sorted
}

// voice is what a voice's votes in a consultation amount to.
type voice struct {
	Doc    `bson:",inline"` // consultation and voice
	Live   int64            // the ideas on which it counts
	LastAt time.Time
}

func voiceID(consultationID, voice string) string { return consultationID + "/" + voice }

// voiceOf returns the document of a voice, a new one if there is none.
func voiceOf(t *tx, consultationID, name string) voice {
	id := voiceID(consultationID, name)
	d, _ := engine.Look[voice](t, "voices", consultationID, id)
	d.Doc = docIn(consultationID, id)
	return d
}

func voteNeeds(v models.Vote) []ref {
	c := v.ConsultationID
	return []ref{
		{Coll: "ideas", C: c, ID: v.IdeaID},
		{Coll: "votes", C: c, ID: voteID(v.IdeaID, v.ParticipantID)},
		{Coll: "voices", C: c, ID: voiceID(c, v.Voice)},
	}
}

// newVoteUpdate reads what stands in the store for a vote. CodeNotFound if the idea
// is not published in that consultation.
func newVoteUpdate(t *tx, c *consultation, v models.Vote) (*voteUpdate, error) {
	i, err := ideaIn(t, c.Doc.ID, v.IdeaID)
	if err == nil && i.Status != models.StatusPublished {
		err = models.Fail(models.CodeNotFound, "error.idea.unknown")
	}
	return readVoteUpdate(t, c, i, v), err
}

// readVoteUpdate is newVoteUpdate for an idea whatever became of it.
func readVoteUpdate(t *tx, c *consultation, i idea, v models.Vote) *voteUpdate {
	u := &voteUpdate{c: c, idea: i, vote: v, root: v.IdeaID, group: []string{v.IdeaID}}
	kept, _ := engine.Look[vote](t, "votes", v.ConsultationID, voteID(v.IdeaID, v.ParticipantID))
	u.kept, u.last = kept.Vote, later(voiceOf(t, v.ConsultationID, v.Voice).LastAt, kept.At)
	if c.Merged > 0 {
		u.root, u.group = mergedGroup(t, v.ConsultationID, v.IdeaID)
	}
	switch {
	case v.Voice != v.ParticipantID || len(u.group) > 1:
		u.best = u.latest(t, v.Voice)
	case u.kept.Voice == v.Voice: // nobody else votes for a participant's own voice
		u.best = u.kept
	}
	return u
}

// latest returns a voice's latest entry over the group, one without an idea if there
// is none.
func (u *voteUpdate) latest(t *tx, voice string) (best models.Vote) {
	filter := eq("c", u.vote.ConsultationID, "voice", voice, "ideaid", eq("$in", u.group))
	for _, d := range engine.List[vote](t, engine.Query{Coll: "votes", Filter: filter}) {
		if counts(d.Vote, best) {
			best = d.Vote
		}
	}
	return best
}

// counts reports whether entry v of a voice is what it says, and not w. Of two by one
// participant at one time the one on the smaller idea id counts, as in models.Count
// over the order of EachVote.
func counts(v, w models.Vote) bool {
	return w.IdeaID == "" || v.Later(w) || !w.Later(v) && v.IdeaID <= w.IdeaID
}

// cast writes the entry, unless it says what the kept one says or is older, and
// lets tally, voices and the consultation's counters follow.
func (u *voteUpdate) cast(t *tx) (kept models.Vote, changed bool) {
	switch {
	case u.kept.IdeaID == "" && u.vote.Choice == models.ChoiceNone:
		return u.vote, false
	case u.kept.IdeaID != "" && (u.kept.Choice == u.vote.Choice || !u.vote.At.After(u.kept.At)):
		return u.kept, false
	}
	u.follow(t, u.replace(t))
	return u.vote, true
}

// voiceChange is what an entry changes for one voice: what it says on the group.
type voiceChange struct {
	voice         string
	before, after models.Choice
}

// replace writes the entry and returns the changes of the voices that it touches: its
// own, and the one for which the participant voted before, if that was another.
func (u *voteUpdate) replace(t *tx) []voiceChange {
	own := voiceChange{u.vote.Voice, u.best.Choice, u.best.Choice}
	if counts(u.vote, u.best) {
		own.after = u.vote.Choice
	}
	if u.kept.IdeaID == "" || u.kept.Voice == u.vote.Voice {
		t.Put("votes", newVote(u.vote))
		return []voiceChange{own}
	}
	other := voiceChange{voice: u.kept.Voice, before: u.latest(t, u.kept.Voice).Choice}
	t.Put("votes", newVote(u.vote))
	other.after = u.latest(t, u.kept.Voice).Choice
	return []voiceChange{own, other}
}

// follow brings all that is counted from the votes after the entry. A stranger
// sees how many took part.
func (u *voteUpdate) follow(t *tx, changes []voiceChange) {
	if u.idea.FirstVote.IsZero() {
		u.idea.FirstVote = u.vote.At
		t.Put("ideas", u.idea)
	}
	root, _ := engine.Look[idea](t, "ideas", u.vote.ConsultationID, u.root)
	var voters int64
	for _, x := range changes {
		root.Tally.Add(x.before, -1)
		root.Tally.Add(x.after, 1)
		voters += u.countVoice(t, x.voice, live(x.after)-live(x.before))
	}
	t.Put("ideas", root)
	if voters != 0 {
		u.c.Version++
	}
	u.c.VoteSeq, u.c.VoterCount = u.c.VoteSeq+1, u.c.VoterCount+voters
}

// countVoice moves the number of ideas on which the voice counts by d and returns by how
// much that moves the number of voters.
func (u *voteUpdate) countVoice(t *tx, name string, d int64) int64 {
	v := voiceOf(t, u.vote.ConsultationID, name)
	before := v.Live
	v.Live, v.LastAt = v.Live+d, later(v.LastAt, u.vote.At)
	t.Put("voices", v)
	return min(before+d, 1) - min(before, 1)
}

// live returns 1 for a choice that counts.
func live(c models.Choice) int64 {
	var t models.Tally
	t.Add(c, 1)
	return t.Total()
}

// mergedGroup returns the idea that an idea was finally merged into, mostly itself, and
// the ids of all that lead to it, sorted.
func mergedGroup(t *tx, consultationID, id string) (root string, group []string) {
	into, err := merges(t, consultationID)
	t.Refuse(err)
	target := models.MergeTarget(into)
	root = target(id)
	group = []string{root}
	for from := range into {
		if from != root && target(from) == root {
			group = append(group, from)
		}
	}
	slices.Sort(group)
	return root, group
}

// merges returns which idea each merged idea of a consultation points to.
func merges(r engine.Reader, consultationID string) (map[string]string, error) {
	into := map[string]string{}
	q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID, "mergedinto", eq("$gt", "")), Fields: eq("mergedinto", 1)}
	return into, engine.Each(r, q, func(d idea) error {
		into[d.Doc.ID] = d.MergedInto
		return nil
	})
}
