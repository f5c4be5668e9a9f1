package mongo

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// FinishCopy implements models.CopyStore: what is counted in documents of its own is
// made anew from what was copied.
func (s *Store) FinishCopy(ctx context.Context) error {
	list, err := engine.All[consultation](s.read(ctx), engine.Query{Coll: "consultations", Sort: eq("_id", 1), Fields: eq("texts", 0)})
	for _, c := range list {
		if err == nil {
			err = s.followConsultation(ctx, c.ID)
		}
		if err == nil {
			err = s.followVoices(ctx, c.ID)
		}
	}
	if err == nil {
		err = s.followRoles(ctx)
	}
	return errorOr(err, func() error { return s.followMailboxes(ctx) })
}

// followConsultation counts what a consultation's document has besides its record.
func (s *Store) followConsultation(ctx context.Context, id string) error {
	r := s.read(ctx)
	merged, err := engine.Count(r, "ideas", eq("c", id, "mergedInto", eq("$gt", "")))
	if err != nil {
		return err
	}
	edits, err := engine.Count(r, "revisions", eq("c", id))
	if err != nil {
		return err
	}
	last, _, err := engine.First[idea](r, engine.Query{Coll: "ideas", Filter: eq("c", id), Sort: eq("number", -1), Fields: eq("number", 1)})
	if err != nil {
		return err
	}
	seal, _, err := engine.First[sealed](r, engine.Query{Coll: "sealed", Filter: eq("c", id), Sort: eq("version", -1)})
	if err != nil {
		return err
	}
	set := eq("merged", merged, "lastEdit", edits, "lastNumber", last.Number, "seals", seal.Version)
	_, err = s.db.UpdateOne(ctx, "consultations", eq("_id", id), eq("$set", set))
	return err
}

// followVoices counts the voices of a consultation, one after the other.
func (s *Store) followVoices(ctx context.Context, c string) error {
	into := map[string]string{}
	q := engine.Query{Coll: "ideas", Filter: eq("c", c, "mergedInto", eq("$gt", "")), Fields: eq("mergedInto", 1)}
	err := engine.Each(s.read(ctx), q, func(d idea) error {
		into[d.ID] = d.MergedInto
		return nil
	})
	if err == nil {
		err = s.db.DeleteMany(ctx, "voices", eq("c", c))
	}
	if err != nil {
		return err
	}
	k := voicing{s: s, ctx: ctx, into: into}
	q = engine.Query{Coll: "votes", Filter: eq("c", c), Sort: eq("voice", 1, "idea", 1), Batch: engine.BatchSize}
	err = engine.Each(s.read(ctx), q, func(d vote) error { return k.add(d.model()) })
	return errorOr(err, func() error { return k.close(1) })
}

// voicing gathers the entries of one voice, and the voices that are to be added.
type voicing struct {
	s    *Store
	ctx  context.Context
	into map[string]string // merges
	now  voice
	best map[string]models.Vote // by the idea that counts
	docs []any
}

func (k *voicing) add(v models.Vote) error {
	if k.now.Voice != v.Voice {
		if err := k.close(engine.BatchSize); err != nil {
			return err
		}
		k.now = voice{ID: voiceID(v.ConsultationID, v.Voice), C: v.ConsultationID, Voice: v.Voice}
		k.best = map[string]models.Vote{}
	}
	k.now.LastAt = later(k.now.LastAt, v.At)
	if root := rootOf(k.into, v.IdeaID); counts(v, k.best[root]) {
		k.best[root] = v
	}
	return nil
}

// close counts the voice, and adds what has gathered once it is so many.
func (k *voicing) close(many int) error {
	if k.now.Voice != "" {
		for _, v := range k.best {
			k.now.Live += live(v.Choice)
		}
		k.docs = append(k.docs, k.now)
		k.now = voice{}
	}
	if len(k.docs) < many {
		return nil
	}
	docs := k.docs
	k.docs = nil
	return k.s.db.InsertMany(k.ctx, "voices", docs)
}

// followRoles counts who is admin everywhere, and notes the last number of a moderator.
func (s *Store) followRoles(ctx context.Context) error {
	d := roles{ID: rolesID}
	q := engine.Query{Coll: "participants", Filter: eq("staff", true), Fields: eq("number", 1, "grants", 1)}
	err := engine.Each(s.read(ctx), q, func(p participant) error {
		for _, g := range p.Grants {
			if g == adminEverywhere {
				d.Admins++
			}
		}
		d.LastNumber = max(d.LastNumber, p.Number)
		return nil
	})
	if err != nil {
		return err
	}
	return s.put(ctx, "", nil, func(t *tx) error { return t.Put("site", d) })
}

// followMailboxes notes what was sent to addresses, and which links they have asked for.
func (s *Store) followMailboxes(ctx context.Context) error {
	now, err := s.db.Clock.Ask(ctx)
	if err != nil {
		return err
	}
	boxes := map[string]*mailbox{}
	box := func(id string) *mailbox {
		if boxes[id] == nil {
			boxes[id] = &mailbox{ID: id}
		}
		return boxes[id]
	}
	err = engine.Each(s.read(ctx), engine.Query{Coll: "jobs", Filter: eq("unconfirmed", true)}, func(d job) error {
		box(jobBox(d.RecipientKey)).sends(later(d.NotBefore, d.DoneAt), d.Deferred && !d.Done)
		return nil
	})
	if err != nil {
		return err
	}
	recent := engine.Query{Coll: "links", Filter: eq("remind", false, "createdAt", eq("$gt", now.Add(-time.Hour))), Sort: eq("createdAt", 1)}
	err = engine.Each(s.read(ctx), recent, func(d link) error {
		if d.Purpose == models.PurposeSignIn && d.Grant == nil {
			m := box(signInBox(d.AddressKey))
			m.asks(append(m.SignIns, d.CreatedAt))
		}
		return nil
	})
	if err != nil || len(boxes) == 0 {
		return err
	}
	var docs []any
	for _, m := range boxes {
		docs = append(docs, *m)
	}
	if err = s.db.DeleteMany(ctx, "mailboxes", eq()); err != nil {
		return err
	}
	return s.db.InsertMany(ctx, "mailboxes", docs)
}
