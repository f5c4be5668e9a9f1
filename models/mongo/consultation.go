package mongo

import (
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// consultation is its document: what organisers wrote, and the counters.
type consultation struct {
	ID       string                      `bson:"_id"`
	Key      string                      `bson:"key"` // creation and id: lists go by it
	Slug     string                      `bson:"slug"`
	State    models.State                `bson:"state"`
	Language string                      `bson:"language"`
	Texts    map[string]consultationText `bson:"texts,omitempty"` // none where it was read for its rules
	Settings settings                    `bson:"settings"`
	TimeZone string                      `bson:"zone"`

	OpensAt            time.Time `bson:"opensAt"`
	SuggestionsCloseAt time.Time `bson:"suggestionsCloseAt"`
	ClosesAt           time.Time `bson:"closesAt"`
	AnswerBy           time.Time `bson:"answerBy"`
	CreatedAt          time.Time `bson:"createdAt"`
	EditedAt           time.Time `bson:"editedAt"`
	PausedAt           time.Time `bson:"pausedAt"`
	SealedAt           time.Time `bson:"sealedAt"`
	AnsweredAt         time.Time `bson:"answeredAt"`
	StateReason        string    `bson:"stateReason"`

	Rev     int64 `bson:"rev"`
	Version int64 `bson:"version"`
	VoteSeq int64 `bson:"voteSeq"`

	IdeaCount   int64  `bson:"ideaCount"`
	ReplyCount  int64  `bson:"replyCount"`
	VoterCount  int64  `bson:"voterCount"`
	ChainLength int64  `bson:"chainLength"`
	ChainHead   string `bson:"chainHead"`
	Source      string `bson:"source"`
	SourceID    string `bson:"sourceId"`
	Demo        bool   `bson:"demo"`

	Merged     int64 `bson:"merged"`     // how many of its ideas are merged into another
	LastNumber int   `bson:"lastNumber"` // given to an idea
	ReplySeq   int64 `bson:"replySeq"`   // the last Seq given to a reply
	LastEdit   int64 `bson:"lastEdit"`   // how many revisions are kept
	Seals      int   `bson:"seals"`      // the last sealed version
}

// DocKey implements engine.Document.
func (d consultation) DocKey() (c, id string) { return "", d.ID }

// consultationText and settings are their namesakes of models as they are stored.
type consultationText struct {
	Title        string `bson:"title"`
	Question     string `bson:"question"`
	Body         string `bson:"body"`
	BodyHTML     string `bson:"bodyHtml"`
	WhoDecides   string `bson:"whoDecides"`
	CanChange    string `bson:"canChange"`
	Contact      string `bson:"contact"`
	OtherFormats string `bson:"otherFormats"`
}

type settings struct {
	MinVotes   int64             `bson:"minVotes"`
	Capacities []models.Capacity `bson:"capacities"`
	Bands      []models.Band     `bson:"bands"`
	Tiers      []models.Tier     `bson:"tiers"`
	AnswerTop  int64             `bson:"answerTop"`
}

// reservation keeps a slug, or the source of an import, for one consultation.
type reservation struct {
	ID string `bson:"_id"` // what is reserved
	C  string `bson:"consultation"`
}

// DocKey implements engine.Document.
func (d reservation) DocKey() (c, id string) { return "", d.ID }

func slugKey(slug string) string { return "slug " + slug }

func sourceKey(source, id string) string { return "source " + source + " " + id }

// reserveSlug keeps a slug for c; CodeConflict error.consultation.slug.
func reserveSlug(t *tx, slug, c string) error {
	held, taken, err := engine.Get[reservation](t, "reservations", slugKey(slug))
	switch {
	case err != nil:
		return err
	case taken && held.C != c:
		return models.Fail(models.CodeConflict, "error.consultation.slug")
	}
	return t.Put("reservations", reservation{slugKey(slug), c})
}

// newConsultation makes the document of a new one, whatever its counters say.
func newConsultation(c models.Consultation) consultation {
	d := consultation{
		ID: c.ID, Key: key(c.CreatedAt, c.ID), Slug: c.Slug, State: c.State, Language: c.Language,
		Texts: storedTexts(c.Texts), Settings: settings(c.Settings), TimeZone: c.TimeZone,
		OpensAt: c.OpensAt, SuggestionsCloseAt: c.SuggestionsCloseAt, ClosesAt: c.ClosesAt, AnswerBy: c.AnswerBy,
		CreatedAt: c.CreatedAt, EditedAt: c.EditedAt, PausedAt: c.PausedAt, SealedAt: c.SealedAt, AnsweredAt: c.AnsweredAt,
		StateReason: c.StateReason, Rev: 1, Version: 1, Source: c.Source, SourceID: c.SourceID, Demo: c.Demo,
	}
	if d.State == "" {
		d.State = models.StateDraft
	}
	return d
}

func storedTexts(texts map[string]models.ConsultationText) map[string]consultationText {
	stored := make(map[string]consultationText, len(texts))
	for lang, t := range texts {
		stored[lang] = consultationText(t)
	}
	return stored
}

// model returns the consultation; read without texts it is good for the rules alone.
func (d consultation) model() models.Consultation {
	c := models.Consultation{
		ID: d.ID, Slug: d.Slug, State: d.State, Language: d.Language, Settings: models.ConsultationSettings(d.Settings),
		TimeZone: d.TimeZone, OpensAt: d.OpensAt, SuggestionsCloseAt: d.SuggestionsCloseAt, ClosesAt: d.ClosesAt,
		AnswerBy: d.AnswerBy, CreatedAt: d.CreatedAt, EditedAt: d.EditedAt, PausedAt: d.PausedAt, SealedAt: d.SealedAt,
		AnsweredAt: d.AnsweredAt, StateReason: d.StateReason, Rev: d.Rev, Version: d.Version, VoteSeq: d.VoteSeq,
		IdeaCount: d.IdeaCount, ReplyCount: d.ReplyCount, VoterCount: d.VoterCount, ChainLength: d.ChainLength,
		ChainHead: d.ChainHead, Source: d.Source, SourceID: d.SourceID, Demo: d.Demo,
	}
	if len(d.Texts) > 0 {
		c.Texts = make(map[string]models.ConsultationText, len(d.Texts))
	}
	for lang, t := range d.Texts {
		c.Texts[lang] = models.ConsultationText(t)
	}
	return c
}

// text returns what is said in the consultation's own language.
func (d consultation) text() consultationText { return d.Texts[d.Language] }

// rules reads what the rules on time, state and eligibility ask for, and the counters;
// CodeNotFound error.consultation.unknown. In its own queue it was read with the fence.
func rules(r engine.Reader, id string) (consultation, error) {
	if t, ok := r.(*tx); ok {
		d, found, err := engine.Get[consultation](t, "consultations", id)
		return d, missing(found, err, "error.consultation.unknown")
	}
	d, found, err := engine.First[consultation](r, engine.Query{Coll: "consultations", Filter: eq("_id", id), Fields: eq("texts", 0)})
	return d, missing(found, err, "error.consultation.unknown")
}

// AddConsultation implements models.ConsultationStore.
func (s *Store) AddConsultation(ctx context.Context, c models.Consultation, ideas []models.Idea, by models.AuditEntry) error {
	needs := []engine.Ref{{Coll: "reservations", ID: slugKey(c.Slug)}, {Coll: "consultations", ID: c.ID}}
	return s.put(ctx, "", needs, func(t *tx) error {
		c.CreatedAt = t.Now()
		if err := reserveSlug(t, c.Slug, c.ID); err != nil {
			return err
		}
		d := newConsultation(c)
		d.IdeaCount, d.LastNumber = int64(len(ideas)), len(ideas)
		for n, i := range ideas {
			i.ConsultationID, i.Organiser, i.Number = c.ID, true, n+1
			i.CreatedAt, i.PublishedAt, i.Status = t.Now(), t.Now(), models.StatusPublished
			if err := insertIdea(t, &d, i); err != nil {
				return err
			}
		}
		if err := t.Insert("consultations", d); err != nil {
			return err
		}
		if err := indexConsultation(t, d); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
}

// EditConsultation implements models.ConsultationStore.
func (s *Store) EditConsultation(ctx context.Context, c models.Consultation, revisions []models.ConsultationRevision, by models.AuditEntry) (now models.Consultation, err error) {
	needs := []engine.Ref{{Coll: "reservations", ID: slugKey(c.Slug)}}
	err = s.put(ctx, c.ID, needs, func(t *tx) error {
		d, err := rules(t, c.ID)
		if err != nil {
			return err
		}
		if err = movable(d.model(), c, t.Now()); err != nil {
			return err
		}
		if d.Rev != c.Rev {
			return models.Fail(models.CodeConflict, "error.consultation.changed")
		}
		if err = moveSlug(t, &d, c.Slug); err != nil {
			return err
		}
		d.Language, d.Texts, d.Settings, d.TimeZone = c.Language, storedTexts(c.Texts), settings(c.Settings), c.TimeZone
		d.OpensAt, d.SuggestionsCloseAt, d.ClosesAt, d.AnswerBy = c.OpensAt, c.SuggestionsCloseAt, c.ClosesAt, c.AnswerBy
		if d.State != models.StateDraft {
			d.EditedAt = t.Now()
		}
		d.Rev, d.Version = d.Rev+1, d.Version+1
		if err = addRevisions(t, &d, revisions); err != nil {
			return err
		}
		now = d.model()
		if err = t.Put("consultations", d); err != nil {
			return err
		}
		if err = indexConsultation(t, d); err != nil {
			return err
		}
		return addAuditEntry(t, by)
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

// moveSlug keeps the new slug for d and lets the old one go.
func moveSlug(t *tx, d *consultation, slug string) error {
	if slug == d.Slug {
		return nil
	}
	if err := reserveSlug(t, slug, d.ID); err != nil {
		return err
	}
	old := reservation{slugKey(d.Slug), d.ID}
	d.Slug = slug
	return t.Delete("reservations", old)
}

// revision is a models.ConsultationRevision as it is stored.
type revision struct {
	ID       string    `bson:"_id"` // consultation and number: lists go by it
	C        string    `bson:"c"`
	Revision string    `bson:"revision"`
	Language string    `bson:"language"`
	Before   string    `bson:"before"` // JSON
	After    string    `bson:"after"`
	Reason   string    `bson:"reason"`
	Changes  string    `bson:"changes"`
	At       time.Time `bson:"at"`
}

func newRevision(r models.ConsultationRevision, n int64) revision {
	return revision{
		ID: r.ConsultationID + "." + hex(n), C: r.ConsultationID, Revision: r.ID, Language: r.Language,
		Before: toJSON(r.Before), After: toJSON(r.After), Reason: r.Reason, Changes: toJSON(r.Changes), At: r.At,
	}
}

func addRevisions(t *tx, d *consultation, revisions []models.ConsultationRevision) error {
	for _, r := range revisions {
		d.LastEdit++
		r.ConsultationID, r.At = d.ID, t.Now()
		if err := t.Add("revisions", newRevision(r, d.LastEdit)); err != nil {
			return err
		}
	}
	return nil
}

func (d revision) model() (models.ConsultationRevision, error) {
	r := models.ConsultationRevision{ID: d.Revision, ConsultationID: d.C, Language: d.Language, Reason: d.Reason, At: d.At}
	var err error
	if r.Before, err = fromJSON[models.ConsultationText](d.Before); err != nil {
		return r, err
	}
	if r.After, err = fromJSON[models.ConsultationText](d.After); err != nil {
		return r, err
	}
	r.Changes, err = fromJSON[[]models.SettingChange](d.Changes)
	return r, err
}

// MoveConsultation implements models.ConsultationStore.
func (s *Store) MoveConsultation(ctx context.Context, c models.Consultation, by models.AuditEntry) (models.Consultation, error) {
	err := s.put(ctx, c.ID, nil, func(t *tx) error {
		d, err := rules(t, c.ID)
		if err == nil && d.Rev != c.Rev {
			err = models.Fail(models.CodeConflict, "error.consultation.changed")
		}
		if err != nil {
			return err
		}
		d.State, d.StateReason, d.OpensAt, d.PausedAt = c.State, c.StateReason, c.OpensAt, c.PausedAt
		d.Rev, d.Version = d.Rev+1, d.Version+1
		if err = t.Put("consultations", d); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
	if err != nil {
		return models.Consultation{}, err
	}
	return s.Consultation(ctx, c.ID)
}

// ConsultationRevisions implements models.ConsultationStore.
func (s *Store) ConsultationRevisions(ctx context.Context, id string) (list []models.ConsultationRevision, err error) {
	q := engine.Query{Coll: "revisions", Filter: eq("c", id), Sort: eq("_id", 1)}
	err = engine.Each(s.read(ctx), q, func(d revision) error {
		r, err := d.model()
		list = append(list, r)
		return err
	})
	return list, err
}
