package mongo

import (
	"cmp"
	"context"
	"maps"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// consultation is its document: what organisers wrote, and the counters.
type consultation struct {
	Doc                 `bson:",inline"`
	models.Consultation `bson:",inline"`
	Texts               map[string]models.ConsultationText `bson:"texts,omitempty"` // none where it was read for its rules
	Key                 string                             // creation and id: lists go by it
	Merged              int64                              // how many of its ideas are merged into another
	LastNumber          int                                // given to an idea
	ReplySeq            int64                              // the last Seq given to a reply
	LastEdit            int64                              // how many revisions are kept
	Seals               int                                // the last sealed version
}

// reservation keeps a slug, or the source of an import, for one consultation.
type reservation struct {
	Doc          `bson:",inline"` // what is reserved
	Consultation string
}

func slugKey(slug string) string { return "slug " + slug }

func sourceKey(source, id string) string { return "source " + source + " " + id }

// reserveSlug keeps a slug for c, or refuses the write with CodeConflict
// error.consultation.slug.
func reserveSlug(t *tx, slug, c string) {
	if held, taken := engine.Look[reservation](t, "reservations", "", slugKey(slug)); taken && held.Consultation != c {
		t.Refuse(models.Fail(models.CodeConflict, "error.consultation.slug"))
	}
	t.Put("reservations", reservation{Doc{ID: slugKey(slug)}, c})
}

// newConsultation makes the document of a new one, whatever its counters say.
func newConsultation(c models.Consultation) consultation {
	d := consultation{Doc: Doc{ID: c.ID}, Texts: c.Texts, Key: key(c.CreatedAt, c.ID)}
	c.Texts, c.Rev, c.Version, c.VoteSeq, c.IdeaCount, c.ReplyCount, c.VoterCount = nil, 1, 1, 0, 0, 0, 0
	c.ChainLength, c.ChainHead, c.State = 0, "", cmp.Or(c.State, models.StateDraft)
	d.Consultation = c
	return d
}

// model returns the consultation; read without texts it is good for the rules alone.
func (d consultation) model() models.Consultation {
	c := d.Consultation
	c.Texts = d.Texts
	return c
}

// rules reads what the rules on time, state and eligibility ask for, and the counters;
// CodeNotFound error.consultation.unknown. In its own queue it was read with the fence.
func rules(r engine.Reader, id string) (consultation, error) {
	return engine.Find[consultation](r, "consultations", "", id, "error.consultation.unknown")
}

// AddConsultation implements models.ConsultationStore.
func (s *Store) AddConsultation(ctx context.Context, c models.Consultation, ideas []models.Idea, by models.AuditEntry) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		c.CreatedAt = t.Now()
		reserveSlug(t, c.Slug, c.ID)
		d := newConsultation(c)
		d.IdeaCount, d.LastNumber = int64(len(ideas)), len(ideas)
		for n, i := range ideas {
			i.ConsultationID, i.Organiser, i.Number = c.ID, true, n+1
			i.CreatedAt, i.PublishedAt, i.Status = t.Now(), t.Now(), models.StatusPublished
			insertIdea(t, &d, i)
		}
		t.Insert("consultations", d)
		indexConsultation(t, d)
		addAuditEntry(t, by)
		return nil
	})
}

// EditConsultation implements models.ConsultationStore.
func (s *Store) EditConsultation(ctx context.Context, c models.Consultation, revisions []models.ConsultationRevision, by models.AuditEntry) (now models.Consultation, err error) {
	err = s.change(ctx, c.ID, nil, func(t *tx, d *consultation) error {
		if err := movable(d.Consultation, c, t.Now()); err != nil {
			return err
		}
		if d.Rev != c.Rev {
			return models.Fail(models.CodeConflict, "error.consultation.changed")
		}
		moveSlug(t, d, c.Slug)
		d.Language, d.Texts, d.Settings, d.TimeZone = c.Language, c.Texts, c.Settings, c.TimeZone
		d.OpensAt, d.SuggestionsCloseAt, d.ClosesAt, d.AnswerBy = c.OpensAt, c.SuggestionsCloseAt, c.ClosesAt, c.AnswerBy
		if d.State != models.StateDraft {
			d.EditedAt = t.Now()
		}
		d.Rev, d.Version = d.Rev+1, d.Version+1
		for _, r := range revisions {
			d.LastEdit++
			r.ConsultationID, r.At = c.ID, t.Now()
			t.Insert("revisions", newRevision(r, d.LastEdit))
		}
		now = d.model()
		indexConsultation(t, *d)
		addAuditEntry(t, by)
		return nil
	})
	return now, err
}

// movable refuses to move dates or settings once voting has closed, at the store's
// time: the edit may have been checked a moment before.
func movable(old, next models.Consultation, now time.Time) error {
	if len(old.SettingChanges(next)) == 0 || old.RulesMove(now) {
		return nil
	}
	return models.Fail(models.CodeClosed, "error.edit.closed")
}

func moveSlug(t *tx, d *consultation, slug string) {
	if slug != d.Slug {
		reserveSlug(t, slug, d.Doc.ID)
		t.Delete("reservations", "", slugKey(d.Slug))
		d.Slug = slug
	}
}

type revision struct {
	Doc                         `bson:",inline"` // consultation and number: lists go by it
	models.ConsultationRevision `bson:",inline"`
	N                           int64
}

func newRevision(r models.ConsultationRevision, n int64) revision {
	return revision{docIn(r.ConsultationID, r.ConsultationID+"."+hex(n)), r, n}
}

// MoveConsultation implements models.ConsultationStore.
func (s *Store) MoveConsultation(ctx context.Context, c models.Consultation, by models.AuditEntry) (models.Consultation, error) {
	err := s.change(ctx, c.ID, nil, func(t *tx, d *consultation) error {
		if d.Rev != c.Rev {
			return models.Fail(models.CodeConflict, "error.consultation.changed")
		}
		d.State, d.StateReason, d.OpensAt, d.PausedAt = c.State, c.StateReason, c.OpensAt, c.PausedAt
		d.Rev, d.Version = d.Rev+1, d.Version+1
		addAuditEntry(t, by)
		return nil
	})
	if err != nil {
		return models.Consultation{}, err
	}
	return s.Consultation(ctx, c.ID)
}

// ConsultationRevisions implements models.ConsultationStore.
func (s *Store) ConsultationRevisions(ctx context.Context, id string) ([]models.ConsultationRevision, error) {
	list, err := engine.All[revision](s.read(ctx), engine.Query{Coll: "revisions", Filter: eq("c", id), Sort: eq("_id", 1)})
	return mapped(list, func(d revision) models.ConsultationRevision { return d.ConsultationRevision }), err
}

// Consultation implements models.ConsultationStore.
func (s *Store) Consultation(ctx context.Context, id string) (models.Consultation, error) {
	return s.consultation(ctx, "_id", id)
}

// ConsultationBySlug implements models.ConsultationStore.
func (s *Store) ConsultationBySlug(ctx context.Context, slug string) (models.Consultation, error) {
	return s.consultation(ctx, "slug", slug)
}

// consultation reads one by its _id or its slug. Nearly every request asks for it, so one
// read serves all that wait for it.
func (s *Store) consultation(ctx context.Context, field, value string) (models.Consultation, error) {
	read := func(ctx context.Context, values []string) (map[string]models.Consultation, error) {
		found := map[string]models.Consultation{}
		q := engine.Query{Coll: "consultations", Filter: eq(field, eq("$in", values))}
		return found, engine.Each(s.read(ctx), q, func(d consultation) error {
			name := d.Slug
			if field == "_id" {
				name = d.Doc.ID
			}
			found[name] = d.model()
			return nil
		})
	}
	c, found, err := s.consultations.Do(ctx, field, value, read)
	c.Texts = maps.Clone(c.Texts) // for who changes them
	return c, engine.Missing(found, err, "error.consultation.unknown")
}

// PageVersion implements models.ConsultationStore. Every kept page asks for it, so one
// read serves all that wait for it.
func (s *Store) PageVersion(ctx context.Context, slug string) (models.PageVersion, error) {
	v, found, err := s.versions.Do(ctx, "slug", slug, func(ctx context.Context, slugs []string) (map[string]models.PageVersion, error) {
		found := map[string]models.PageVersion{}
		q := engine.Query{
			Coll: "consultations", Filter: eq("slug", eq("$in", slugs)),
			Fields: eq("id", 1, "slug", 1, "rev", 1, "version", 1, "chainlength", 1),
		}
		return found, engine.Each(s.read(ctx), q, func(d consultation) error {
			found[d.Slug] = d.PageVersion()
			return nil
		})
	})
	return v, engine.Missing(found, err, "error.consultation.unknown")
}

// Consultations implements models.ConsultationStore. There are few of them: those in
// other states are read over.
func (s *Store) Consultations(ctx context.Context, f models.ConsultationFilter) ([]models.Consultation, string, error) {
	before, err := parseCursor(f.After, lastKey)
	if err != nil {
		return nil, "", err
	}
	filter := eq("key", eq("$lt", before))
	if len(f.States) > 0 {
		filter = append(filter, eq("state", eq("$in", f.States))...)
	}
	docs, err := engine.All[consultation](s.read(ctx), engine.Query{
		Coll: "consultations", Filter: filter, Sort: eq("key", -1), Limit: more(f.Limit),
	})
	list, next := page(mapped(docs, consultation.model), f.Limit, func(c models.Consultation) string { return cursor(c.CreatedAt, c.ID) })
	return list, next, err
}
