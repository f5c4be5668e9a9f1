package mongo

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// consultation is its document: what organisers wrote, and the hot counters.
type consultation struct {
	ID       string                      `bson:"_id"`
	Key      string                      `bson:"key"` // creation and id: lists go by it
	Op       string                      `bson:"op"`  // of the last change under the fence
	Slug     string                      `bson:"slug"`
	State    models.State                `bson:"state"`
	Language string                      `bson:"language"`
	Texts    map[string]consultationText `bson:"texts"`
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

	Merged       int64    `bson:"merged"`       // how many of its ideas are merged into another
	ReplySeq     int64    `bson:"replySeq"`     // the last Seq given to a reply
	VoterTicket  int64    `bson:"voterTicket"`  // of the last count of voices that was begun
	VoterCounted int64    `bson:"voterCounted"` // of the one that VoterCount is from
	SealedOps    []string `bson:"sealedOps"`    // the operations that sealed version 1, 2 …
	Inflight     []entry  `bson:"inflight"`
}

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
	MinVotes   int64               `bson:"minVotes"`
	Tallies    models.TallyDisplay `bson:"tallies"`
	Capacities []models.Capacity   `bson:"capacities"`
	Bands      []models.Band       `bson:"bands"`
	Tiers      []models.Tier       `bson:"tiers"`
	AnswerTop  int64               `bson:"answerTop"`
}

// What readers of a consultation leave out: the rules ask for no texts, and nobody
// but the register for who is at work.
var (
	lean           = eq("texts", 0, "inflight", 0)
	withoutTexts   = eq("texts", 0)
	withoutEntries = eq("inflight", 0)
)

// newConsultation makes the document of a new one, whatever its counters say.
func newConsultation(c models.Consultation, op string) consultation {
	d := consultation{
		ID: c.ID, Key: key(c.CreatedAt, c.ID), Op: op, Slug: c.Slug, State: c.State, Language: c.Language,
		Texts: storedTexts(c.Texts), Settings: settings(c.Settings), TimeZone: c.TimeZone,
		OpensAt: c.OpensAt, SuggestionsCloseAt: c.SuggestionsCloseAt, ClosesAt: c.ClosesAt, AnswerBy: c.AnswerBy,
		CreatedAt: c.CreatedAt, EditedAt: c.EditedAt, PausedAt: c.PausedAt, SealedAt: c.SealedAt, AnsweredAt: c.AnsweredAt,
		StateReason: c.StateReason, Rev: 1, Version: 1, Source: c.Source, SourceID: c.SourceID, Demo: c.Demo,
		SealedOps: []string{}, Inflight: []entry{},
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

// model gives the consultation; read without texts it is good for the rules alone.
func (d consultation) model() models.Consultation {
	c := models.Consultation{
		ID: d.ID, Slug: d.Slug, State: d.State, Language: d.Language, Settings: models.ConsultationSettings(d.Settings),
		TimeZone: d.TimeZone, OpensAt: d.OpensAt, SuggestionsCloseAt: d.SuggestionsCloseAt, ClosesAt: d.ClosesAt,
		AnswerBy: d.AnswerBy, CreatedAt: d.CreatedAt, EditedAt: d.EditedAt, PausedAt: d.PausedAt, SealedAt: d.SealedAt,
		AnsweredAt: d.AnsweredAt, StateReason: d.StateReason, Rev: d.Rev, Version: d.Version, VoteSeq: d.VoteSeq,
		IdeaCount: d.IdeaCount, ReplyCount: d.ReplyCount, VoterCount: d.VoterCount, ChainLength: d.ChainLength,
		ChainHead: d.ChainHead, Source: d.Source, SourceID: d.SourceID, Demo: d.Demo,
		Texts: make(map[string]models.ConsultationText, len(d.Texts)),
	}
	for lang, t := range d.Texts {
		c.Texts[lang] = models.ConsultationText(t)
	}
	return c
}

// text gives what is said in the consultation's own language.
func (d consultation) text() consultationText { return d.Texts[d.Language] }

// rules reads what the rules on time, state and eligibility ask for; CodeNotFound
// error.consultation.unknown.
func (s *Store) rules(ctx context.Context, id string) (consultation, error) {
	c, found, err := first[consultation](ctx, s, "consultations", eq("_id", id), nil, lean)
	return c, missing(found, err, "error.consultation.unknown")
}

// registered is rules, and who is at work.
func (s *Store) registered(ctx context.Context, id string) (consultation, error) {
	c, found, err := first[consultation](ctx, s, "consultations", eq("_id", id), nil, withoutTexts)
	return c, missing(found, err, "error.consultation.unknown")
}

func (s *Store) consultation(ctx context.Context, filter bson.D) (consultation, error) {
	c, found, err := first[consultation](ctx, s, "consultations", filter, nil, withoutEntries)
	return c, missing(found, err, "error.consultation.unknown")
}

// Consultation implements models.ConsultationStore.
func (s *Store) Consultation(ctx context.Context, id string) (models.Consultation, error) {
	d, err := s.consultation(ctx, eq("_id", id))
	if err != nil {
		return models.Consultation{}, err
	}
	return d.model(), nil
}

// ConsultationBySlug implements models.ConsultationStore.
func (s *Store) ConsultationBySlug(ctx context.Context, slug string) (models.Consultation, error) {
	d, err := s.consultation(ctx, eq("slug", slug))
	if err != nil {
		return models.Consultation{}, err
	}
	return d.model(), nil
}

// PageVersion implements models.ConsultationStore.
func (s *Store) PageVersion(ctx context.Context, slug string) (models.PageVersion, error) {
	fields := eq("rev", 1, "version", 1, "chainLength", 1)
	d, found, err := first[consultation](ctx, s, "consultations", eq("slug", slug), nil, fields)
	return d.model().PageVersion(), missing(found, err, "error.consultation.unknown")
}

// Consultations implements models.ConsultationStore. There are few of them: those in
// other states are read over.
func (s *Store) Consultations(ctx context.Context, f models.ConsultationFilter) ([]models.Consultation, string, error) {
	before, err := parseCursor(f.After, lastKey)
	if err != nil {
		return nil, "", err
	}
	q := query{coll: "consultations", filter: eq("key", eq("$lt", before)), sort: eq("key", -1), fields: withoutEntries}
	if len(f.States) == 0 {
		q.limit = more(f.Limit)
	}
	var list []models.Consultation
	err = each(ctx, s, q, func(d consultation) error {
		if len(f.States) == 0 || slices.Contains(f.States, d.State) {
			list = append(list, d.model())
		}
		if f.Limit > 0 && len(list) > f.Limit {
			return errEnough
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, f.Limit, func(c models.Consultation) string { return cursor(c.CreatedAt, c.ID) })
	return list, next, nil
}

// AddConsultation implements models.ConsultationStore.
func (s *Store) AddConsultation(ctx context.Context, c models.Consultation, ideas []models.Idea) error {
	return s.act(ctx, func(a *act) error {
		c.CreatedAt = a.now
		list := make([]idea, len(ideas))
		for n, i := range ideas {
			i.ConsultationID, i.Organiser, i.Number = c.ID, true, n+1
			i.CreatedAt, i.PublishedAt, i.Status = a.now, a.now, models.StatusPublished
			list[n] = newIdea(i, a.id)
		}
		d := newConsultation(c, a.id)
		d.IdeaCount = int64(len(list))
		if err := a.reserve(slugKey(d.Slug), d.ID); err != nil {
			return err
		}
		return a.arrive(d, kindTexts, func() error { return insertAll(a, "ideas", list) })
	})
}
