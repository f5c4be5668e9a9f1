package mongo

import (
	"cmp"
	"context"
	"slices"

	"folkmoot/models"
)

// A tally is counted by ticket: the vote is written, then a ticket is drawn from the
// idea, then the votes are counted, and the count is kept if no later ticket's is there.
// A count sees every vote whose ticket was drawn before its own, so the last one sees
// all. An idea whose last ticket has no count yet is dirty: the sweep counts it.

func (s *Store) voteActed(ctx context.Context, consultationID string, e entry) (bool, error) {
	d, found, err := within[vote](ctx, s, "votes", consultationID, e.Ref)
	return found && (d.Vote.Op == e.Op || d.Prev != nil && d.Prev.Vote.Op == e.Op), err
}

// followVote brings all that is counted from the votes after one that was written. A
// stranger sees how many took part and, where tallies are always shown, their steps.
func (s *Store) followVote(ctx context.Context, consultationID string, e entry, late bool) error {
	votes := e.written
	if votes == nil { // another program's
		d, found, err := within[vote](ctx, s, "votes", consultationID, e.Ref)
		if err != nil {
			return err
		}
		if found {
			votes = append(votes, d)
		}
	}
	if len(votes) == 0 {
		return s.complete(ctx, consultationID, e.Op, nil, nil)
	}
	seen, err := s.recountAfter(ctx, consultationID, votes, e, late)
	if err != nil {
		return err
	}
	inc := eq("voteSeq", int64(1))
	if seen || late {
		inc = append(inc, field{Key: "version", Value: int64(1)})
	}
	return s.complete(ctx, consultationID, e.Op, inc, nil)
}

// recountAfter counts what votes of one entry have moved: the tallies of their ideas,
// their voices and the number of voters. It tells whether a stranger sees a difference.
func (s *Store) recountAfter(ctx context.Context, consultationID string, votes []vote, e entry, late bool) (seen bool, err error) {
	merged, err := s.mergedAt(ctx, consultationID, e.in)
	if err != nil {
		return false, err
	}
	voices := slices.Clone(e.Voices)
	for _, d := range votes {
		voices = append(voices, d.Vote.Voice)
		if d.Prev != nil {
			voices = append(voices, d.Prev.Vote.Voice)
		}
		if e.First {
			if err = s.noteFirstVote(ctx, d); err != nil {
				return false, err
			}
		}
		moved, err := s.recount(ctx, consultationID, merged.root(d.Vote.IdeaID))
		if err != nil {
			return false, err
		}
		seen = seen || moved
	}
	if e.speaks && !late {
		return seen, nil
	}
	slices.Sort(voices)
	if e.voice != nil && !late {
		done, err := s.voiceCountsNow(ctx, *e.voice)
		if err != nil || done && e.voice.Live {
			return seen, err
		}
		late = !e.voice.Live // what is there now may be this act's own, its answer lost
	}
	voters, err := s.recountVoices(ctx, consultationID, slices.Compact(voices), e.joins, late)
	return seen || voters, err
}

// noteFirstVote fixes the idea's words.
func (s *Store) noteFirstVote(ctx context.Context, d vote) error {
	_, err := s.update(ctx, "ideas", eq("c", d.Vote.ConsultationID, "_id", d.Vote.IdeaID, "firstVote", int64(0)),
		eq("$set", eq("firstVote", d.Vote.At)))
	return err
}

// counting is what counting in a consultation has to know of it, as it is when the
// counting begins.
type counting struct {
	*Store
	c      consultation
	merged merges
}

func (s *Store) counting(ctx context.Context, consultationID string) (counting, error) {
	c, err := s.rules(ctx, consultationID)
	if err != nil {
		return counting{}, err
	}
	merged, err := s.mergedAt(ctx, consultationID, &c)
	return counting{s, c, merged}, err
}

// mergedAt reads which ideas are merged; c, if it is known, may say that none is.
func (s *Store) mergedAt(ctx context.Context, consultationID string, c *consultation) (merges, error) {
	merged := merges{}
	if c != nil && c.Merged == 0 {
		return merged, nil
	}
	q := query{coll: "ideas", filter: eq("c", consultationID, "mergedInto", eq("$gt", "")), fields: eq("mergedInto", 1)}
	return merged, each(ctx, s, q, func(i idea) error {
		merged[i.Item.ID] = i.MergedInto
		return nil
	})
}

// merges says into which idea each idea of a consultation was merged.
type merges map[string]string

// root gives the idea that an idea was finally merged into, mostly itself. A circle,
// which nothing can make, is left where it closes.
func (m merges) root(id string) string {
	seen := map[string]bool{}
	for m[id] != "" && !seen[id] {
		seen[id] = true
		id = m[id]
	}
	return id
}

// group gives root and the ids of all ideas merged into it, however far, sorted.
func (m merges) group(root string) []string {
	group := []string{root}
	for id := range m {
		if id != root && m.root(id) == root {
			group = append(group, id)
		}
	}
	slices.Sort(group)
	return group
}

// recount brings the tally of a root after its votes. Where that would take long it
// leaves it to the sweep. It tells whether a stranger sees a difference.
func (s *Store) recount(ctx context.Context, consultationID, root string) (bool, error) {
	before, err := s.drawTicket(ctx, consultationID, root)
	if err != nil || before.Tally.total() > s.countAtOnce {
		return false, err
	}
	return s.countIdea(ctx, consultationID, root)
}

// countIdea counts a root, one at a time in this program: who comes meanwhile shares
// the next count.
func (s *Store) countIdea(ctx context.Context, consultationID, root string) (bool, error) {
	return s.counts.do(ctx, root, func() (bool, error) {
		k, err := s.counting(ctx, consultationID)
		if err != nil {
			return false, err
		}
		return k.countVotes(ctx, root)
	})
}

func (t tally) total() int64 { return models.Tally(t).Total() }

// drawTicket marks the idea as dirty: a vote has been written.
func (s *Store) drawTicket(ctx context.Context, consultationID, root string) (idea, error) {
	i, _, err := take[idea](ctx, s, "ideas", eq("_id", root, "c", consultationID),
		eq("$inc", eq("ticket", int64(1)), "$set", eq("dirty", true)), true, eq("ticket", 1, "tally", 1))
	return i, err
}

// countVotes counts the votes of a root for the last ticket that was drawn.
func (k counting) countVotes(ctx context.Context, root string) (bool, error) {
	fields := eq("ticket", 1, "counted", 1, "tally", 1)
	i, found, err := first[idea](ctx, k.Store, "ideas", eq("c", k.c.ID, "_id", root), nil, fields)
	if err != nil || !found || i.Counted >= i.Ticket {
		return false, err
	}
	counted, err := k.tallyOf(ctx, root)
	if err != nil {
		return false, err
	}
	set := eq("tally", counted, "counted", i.Ticket)
	last, err := k.update(ctx, "ideas", eq("_id", root, "c", k.c.ID, "ticket", i.Ticket),
		eq("$set", append(set, field{Key: "dirty", Value: false})))
	if err == nil && !last { // somebody has drawn another: theirs will be kept over this
		_, err = k.update(ctx, "ideas", eq("_id", root, "c", k.c.ID, "counted", eq("$lt", i.Ticket)), eq("$set", set))
	}
	return k.c.Settings.Tallies == models.TalliesAlways && steps(counted) != steps(i.Tally), err
}

func steps(t tally) models.Tally { return models.Tally(t).Stepped(models.TallyStep) }

// tallyOf counts from nothing what counts for a root.
func (k counting) tallyOf(ctx context.Context, root string) (tally, error) {
	var votes []models.Vote
	for _, id := range k.merged.group(root) { // in the order of EachVote, which decides between equals
		some, err := k.votes(ctx, eq("c", k.c.ID, "idea", id), eq("participant", 1))
		if err != nil {
			return tally{}, err
		}
		votes = append(votes, some...)
	}
	return tally(models.Count(votes, func(string) string { return root })[root]), nil
}

// votes reads entries that count.
func (k counting) votes(ctx context.Context, filter, sort []field) (votes []models.Vote, err error) {
	q := query{coll: "votes", filter: filter, sort: sort, fields: countedFields}
	err = each(ctx, k.Store, q, func(d vote) error {
		if v, ok := d.standing(k.c.ClosesAt); ok {
			votes = append(votes, v)
		}
		return nil
	})
	return votes, err
}

// countedFields are what counting asks of a vote.
var countedFields = eq("idea", 1, "participant", 1, "voice", 1, "choice", 1, "at", 1, "taken", 1, "prev", 1)

// voiceDoc says of one voice whether any of its entries counts.
type voiceDoc struct {
	ID   string `bson:"_id"`
	C    string `bson:"c"`
	Live bool   `bson:"live"`
	Rev  int64  `bson:"rev"`
}

func voiceID(consultationID, voice string) string { return consultationID + "/" + voice }

// recountVoices looks which of the voices count for something and, if that changed or
// somebody else may have seen it change and died, counts the voters. joins says that
// the last of them had no entry before the one that was written. It tells whether their
// number moved.
func (s *Store) recountVoices(ctx context.Context, consultationID string, voices []string, joins, late bool) (bool, error) {
	changed := late
	for _, voice := range voices {
		if voice == "" {
			continue
		}
		moved, err := s.recountVoice(ctx, consultationID, voice, joins && !late && len(voices) == 1)
		if err != nil {
			return false, err
		}
		changed = changed || moved
	}
	if !changed {
		return false, nil
	}
	return s.counts.do(ctx, "voters "+consultationID, func() (bool, error) { return s.countVoters(ctx, consultationID) })
}

// recountVoice keeps whether the voice counts, under the version that was read before
// its votes were: who writes last has seen all of them.
func (s *Store) recountVoice(ctx context.Context, consultationID, voice string, joins bool) (bool, error) {
	id := voiceID(consultationID, voice)
	if joins { // it counts; if it is there already, somebody else of the same voice was quicker
		there, err := s.insert(ctx, "voices", id, "", voiceDoc{id, consultationID, true, 1})
		if err != nil || !there {
			return true, err
		}
	}
	for again := joins; ; again = true {
		old, there, err := within[voiceDoc](ctx, s, "voices", consultationID, id)
		if err != nil {
			return false, err
		}
		live, err := s.voiceCounts(ctx, consultationID, voice)
		if err != nil {
			return false, err
		}
		done := false
		if there {
			done, err = s.update(ctx, "voices", eq("c", consultationID, "_id", id, "rev", old.Rev),
				eq("$set", eq("live", live, "rev", old.Rev+1)))
		} else {
			there, err = s.insert(ctx, "voices", id, "", voiceDoc{id, consultationID, live, 1})
			done = !there
		}
		if err != nil || done {
			return live != old.Live || again, err // again: what is there may be this act's own, its answer lost
		}
	}
}

// voiceCountsNow keeps that a voice counts after an entry that was written since d was
// read, unless somebody has looked at the voice meanwhile.
func (s *Store) voiceCountsNow(ctx context.Context, d voiceDoc) (bool, error) {
	return s.update(ctx, "voices", eq("c", d.C, "_id", d.ID, "rev", d.Rev), eq("$set", eq("live", true, "rev", d.Rev+1)))
}

// voiceCounts tells whether the latest entry of the voice on any idea, after merging, is
// agree, disagree or pass.
func (s *Store) voiceCounts(ctx context.Context, consultationID, voice string) (bool, error) {
	k, err := s.counting(ctx, consultationID)
	if err != nil {
		return false, err
	}
	votes, err := k.votes(ctx, eq("c", consultationID, "voice", voice), nil)
	votes = slices.DeleteFunc(votes, func(v models.Vote) bool { return v.Voice != voice })
	return k.live(votes), err
}

// live tells whether any of a voice's entries counts for something.
func (k counting) live(votes []models.Vote) bool {
	slices.SortFunc(votes, func(a, b models.Vote) int { // the order of EachVote, which decides between equals
		return cmp.Or(cmp.Compare(a.IdeaID, b.IdeaID), cmp.Compare(a.ParticipantID, b.ParticipantID))
	})
	for _, t := range models.Count(votes, k.merged.root) {
		if t.Total() > 0 {
			return true
		}
	}
	return false
}

// countVoters counts the voices that count for something, by ticket as well.
func (s *Store) countVoters(ctx context.Context, consultationID string) (bool, error) {
	fields := eq("voterTicket", 1, "voterCount", 1)
	c, found, err := take[consultation](ctx, s, "consultations", eq("_id", consultationID),
		eq("$inc", eq("voterTicket", int64(1))), true, fields)
	if err != nil || !found {
		return false, err
	}
	n, err := s.count(ctx, "voices", eq("c", consultationID, "live", true))
	if err != nil {
		return false, err
	}
	_, err = s.update(ctx, "consultations", eq("_id", consultationID, "voterCounted", eq("$lt", c.VoterTicket)),
		eq("$set", eq("voterCount", n, "voterCounted", c.VoterTicket)))
	return n != c.VoterCount, err
}
