package mongo

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// entry says in a consultation's document which operation is at work in it.
type entry struct {
	Op    string    `bson:"op"`
	Kind  kind      `bson:"kind"`
	At    time.Time `bson:"at"`
	Until time.Time `bson:"until"` // when nothing of it can arrive any more
	Ref   string    `bson:"ref"`   // the id of what it is about
	Items []string  `bson:"items"` // what it holds alone
	Lock  bool      `bson:"lock"`  // it gives numbers or lengthens the chain: one at a time
	On    string    `bson:"on"`    // of a vote: the idea, whose words it holds with other votes
	Jobs  string    `bson:"jobs"`  // JSON of what it leaves to do

	Voices    []string    `bson:"voices"`    // of a vote: for whom it speaks
	First     bool        `bson:"first"`     // of a vote: it may be the idea's first
	Must      []string    `bson:"must"`      // of a response: the ideas that must have one
	Seen      bool        `bson:"seen"`      // a stranger sees the difference
	Numbers   []numbering `bson:"numbers"`   // of a removal: the numbers to be
	Revisions string      `bson:"revisions"` // JSON of an edit's
	Rev       int64       `bson:"rev"`       // of the consultation after an edit
	Slug      string      `bson:"slug"`      // that an edit leaves

	// What only its own program knows.
	in      *consultation // as it was when the entry was written
	written []vote        // by a vote
	speaks  bool          // of a vote: its voice counted before and does
	joins   bool          // of a vote: its voice had no entry before
	voice   *voiceDoc     // of a vote that makes its voice count, whatever else it says: as it was before
}

// holdsItem is what an entry holds of an item.
func holdsItem(i models.Item) []string { return []string{i.String()} }

// textsItem is what an edit of the consultation itself holds.
const textsItem = "consultation"

// complete takes an entry out and moves the consultation's counters by what it has
// caused. It asks for the entry, so a second time it does nothing.
func (s *Store) complete(ctx context.Context, consultationID, op string, inc, set bson.D) error {
	change := eq("$pull", eq("inflight", eq("op", op)))
	if len(inc) > 0 {
		change = append(change, field{Key: "$inc", Value: inc})
	}
	if len(set) > 0 {
		change = append(change, field{Key: "$set", Value: set})
	}
	_, err := s.update(ctx, "consultations", eq("_id", consultationID, "inflight.op", op), change)
	return err
}

// hold writes the entry into the consultation when nothing stands against it, and
// gives the consultation as it then is. From then on the act is free of its caller.
// CodeNotFound error.consultation.unknown; what check returns; CodeUnavailable
// error.store.busy if its turn does not come in time.
func (a *act) hold(consultationID string, e *entry, check func(consultation) error) (consultation, error) {
	e.Op = a.id
	waiting := a.ctx
	if e.Lock {
		if err := a.turn(consultationID); err != nil {
			return consultation{}, err
		}
	}
	for pause := firstPause; ; pause = min(2*pause, lastPause/4) {
		c, held, err := a.tryHold(consultationID, e, check, pause > firstPause)
		if err != nil || held {
			return c, err
		}
		a.ctx = waiting
		if err = a.s.help(a.ctx, consultationID, a.now); err != nil {
			return c, err
		}
		if err = a.wait(pause); err != nil {
			return c, err
		}
	}
}

// turn waits for this program's other acts of the kind, which would only get in each
// other's way in the database.
func (a *act) turn(consultationID string) error {
	release, err := a.s.turns.take(a.ctx, consultationID)
	if err != nil {
		return errBusy(err)
	}
	a.after = append(a.after, release)
	return nil
}

// tryHold writes the entry if it can be written at once. fresh says that the
// consultation as it was last seen will not do.
func (a *act) tryHold(consultationID string, e *entry, check func(consultation) error, fresh bool) (consultation, bool, error) {
	var c consultation
	remembered := false
	if !fresh {
		c, remembered = a.remembered(consultationID, e, check)
	}
	if !remembered {
		var err error
		if c, err = a.checked(consultationID, e, check); err != nil {
			return c, false, err
		}
	}
	if c.entryOf(e.Op) != nil { // written before, and the answer was lost
		return a.resume(c, e)
	}
	life := a.s.o.actTime
	if e.Kind == kindSeal {
		life = sealTime
	}
	e.At, e.Until = a.now, a.now.Add(life+slack)
	a.commitFor(life)
	c, held, err := take[consultation](a.ctx, a.s, "consultations", e.unopposed(c), e.entering(), true, lean)
	a.s.seen.keep(consultationID, c, held)
	if err == nil && !held && remembered { // what it began from may be old
		return a.tryHold(consultationID, e, check, true)
	}
	return c, held, err
}

// remembered gives the consultation as it was last seen, if the act may begin from that:
// its entry is only written if the revision still holds. Nothing is refused by it.
func (a *act) remembered(consultationID string, e *entry, check func(consultation) error) (consultation, bool) {
	if e.Lock || e.Kind == kindSeal {
		return consultation{}, false
	}
	c, ok := a.s.seen.get(consultationID)
	return c, ok && check(c) == nil
}

// checked reads the consultation and refuses what it forbids.
func (a *act) checked(consultationID string, e *entry, check func(consultation) error) (consultation, error) {
	c, err := a.s.registered(a.ctx, consultationID)
	if err != nil || c.entryOf(e.Op) != nil {
		return c, err
	}
	return c, check(c)
}

// resume goes on with an entry that is there. Which sequence it gave a reply is not
// known any more: the reply gets another.
func (a *act) resume(c consultation, e *entry) (consultation, bool, error) {
	a.commit()
	if e.Kind != kindReply {
		return c, true, nil
	}
	return take[consultation](a.ctx, a.s, "consultations", eq("_id", c.ID, "inflight.op", e.Op),
		eq("$inc", eq("replySeq", int64(1))), true, lean)
}

// entryOf gives the operation's entry, nil if it has none.
func (d consultation) entryOf(op string) *entry {
	if i := slices.IndexFunc(d.Inflight, func(e entry) bool { return e.Op == op }); i >= 0 {
		return &d.Inflight[i]
	}
	return nil
}

// holds tells whether somebody is at work on the item.
func (d consultation) holds(item string) bool {
	return slices.ContainsFunc(d.Inflight, func(e entry) bool { return slices.Contains(e.Items, item) })
}

// unopposed is the filter that finds the consultation, as it was read, if nothing in it
// stands against the entry.
func (e *entry) unopposed(c consultation) bson.D {
	filter := eq("_id", c.ID, "rev", c.Rev)
	if e.Kind == kindSeal {
		return append(filter, eq("inflight", eq("$size", 0), "voteSeq", c.VoteSeq, "chainLength", c.ChainLength)...)
	}
	filter = append(filter, eq("inflight.op", eq("$ne", e.Op), "inflight.kind", eq("$ne", kindSeal))...)
	if e.Lock {
		filter = append(filter, eq("inflight.lock", eq("$ne", true), "chainLength", c.ChainLength)...)
	}
	held := e.Items
	if e.On != "" {
		held = append(slices.Clone(held), models.Item{Kind: models.KindIdea, ID: e.On}.String())
	}
	if len(held) > 0 {
		filter = append(filter, field{Key: "inflight.items", Value: eq("$nin", held)})
	}
	if e.Kind == kindEditIdea {
		filter = append(filter, field{Key: "inflight.on", Value: eq("$ne", e.Ref)})
	}
	return filter
}

// entering is the change that writes the entry. A reply gets its sequence with it: one
// that is then refused leaves a gap.
func (e *entry) entering() bson.D {
	change := eq("$push", eq("inflight", e))
	if e.Kind == kindReply {
		change = append(change, field{Key: "$inc", Value: eq("replySeq", int64(1))})
	}
	return change
}

// help resolves the consultation's entries that have been there for a while.
func (s *Store) help(ctx context.Context, consultationID string, now time.Time) error {
	c, err := s.registered(ctx, consultationID)
	if err != nil {
		return err
	}
	for _, e := range c.Inflight {
		if now.Sub(e.At) < helpAfter {
			continue
		}
		if err := s.resolve(ctx, consultationID, e, now); err != nil {
			return err
		}
	}
	return nil
}
