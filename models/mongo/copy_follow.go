package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// FinishCopy implements models.CopyStore: what is counted in documents of its own is
// made anew from what was copied.
func (s *Store) FinishCopy(ctx context.Context) error {
	list, err := engine.All[Doc](s.read(ctx), engine.Query{Coll: "consultations", Sort: eq("_id", 1), Fields: eq("_id", 1)})
	for _, c := range list {
		if err == nil {
			err = s.recount(ctx, c.ID)
		}
		if err == nil {
			err = s.recountVoices(ctx, c.ID)
		}
	}
	return err
}

// recount counts what a consultation's document has besides its record.
func (s *Store) recount(ctx context.Context, id string) error {
	return s.change(ctx, id, nil, func(t *tx, c *consultation) error {
		into, err := merges(t, id)
		t.Refuse(err)
		c.Merged = int64(len(into))
		c.LastEdit, err = engine.Count(t, "revisions", eq("c", id))
		for _, i := range engine.List[idea](t, numberedIdeas(id, 0, eq("number", 1))) {
			c.LastNumber = i.Number
		}
		for _, v := range engine.List[sealed](t, versions(id, 1)) {
			c.Seals = v.Version
		}
		return err
	})
}

// recountVoices counts the voices of a consultation, one after the other.
func (s *Store) recountVoices(ctx context.Context, c string) error {
	into, err := merges(s.read(ctx), c)
	if err == nil {
		err = s.db.DeleteMany(ctx, "voices", eq("c", c))
	}
	if err != nil {
		return err
	}
	var b batch
	var entries []models.Vote // of one voice
	count := func() {
		v := voice{Doc: docIn(c, voiceID(c, entries[0].Voice))}
		v.Live = int64(len(models.Counted(entries, models.MergeTarget(into))))
		for _, e := range entries {
			v.LastAt = later(v.LastAt, e.At)
		}
		b.add("voices", v)
		entries = nil
	}
	q := engine.Query{Coll: "votes", Filter: eq("c", c), Sort: eq("voice", 1, "ideaid", 1)}
	err = engine.Each(s.read(ctx), q, func(d vote) error {
		if len(entries) > 0 && entries[0].Voice != d.Voice {
			count()
		}
		entries = append(entries, d.Vote)
		return nil
	})
	if err != nil || len(entries) == 0 {
		return err
	}
	count()
	return b.send(ctx, s.db)
}
