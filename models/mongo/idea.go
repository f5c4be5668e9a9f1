package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// idea is its document.
type idea struct {
	Item       contribution        `bson:",inline"`
	Standing   standing            `bson:",inline"`
	Number     int                 `bson:"number"` // 0: never published
	Title      string              `bson:"title"`
	Body       string              `bson:"body"`
	BodyHTML   string              `bson:"bodyHtml"`
	Texts      map[string]ideaText `bson:"texts"`
	Organiser  bool                `bson:"organiser"`
	MergedInto string              `bson:"mergedInto"`
	FirstVote  time.Time           `bson:"firstVote"`
	Tally      tally               `bson:"tally"`   // as cached, over what is merged into it
	Ticket     int64               `bson:"ticket"`  // of the last count that was begun
	Counted    int64               `bson:"counted"` // of the one that Tally is from
	Dirty      bool                `bson:"dirty"`   // a count is due
	ReplyCount int64               `bson:"replyCount"`
	ReplySeq   int64               `bson:"replySeq"` // of the decision up to which replies are counted
}

type ideaText struct {
	Title    string `bson:"title"`
	Body     string `bson:"body"`
	BodyHTML string `bson:"bodyHtml"`
}

type tally struct {
	Agree    int64 `bson:"agree"`
	Disagree int64 `bson:"disagree"`
	Pass     int64 `bson:"pass"`
}

func (d idea) docID() string { return d.Item.ID }

// newIdea makes the document of i as it is, without a tally.
func newIdea(i models.Idea, op string) idea {
	d := idea{
		Item: contribution(i.Contribution), Standing: standing{V: 1, Op: op}, Number: i.Number, Title: i.Title, Body: i.Body,
		BodyHTML: i.BodyHTML, Texts: storedIdeaTexts(i.Texts), Organiser: i.Organiser, MergedInto: i.MergedInto,
	}
	d.Item.Rev = max(d.Item.Rev, 1)
	return d
}

func storedIdeaTexts(texts map[string]models.IdeaText) map[string]ideaText {
	stored := make(map[string]ideaText, len(texts))
	for lang, t := range texts {
		stored[lang] = ideaText(t)
	}
	return stored
}

// model gives the idea without its response.
func (d idea) model() models.Idea {
	i := models.Idea{
		Contribution: models.Contribution(d.Item), Number: d.Number, Title: d.Title, Body: d.Body, BodyHTML: d.BodyHTML,
		Organiser: d.Organiser, MergedInto: d.MergedInto, FirstVote: d.FirstVote, Tally: models.Tally(d.Tally),
		ReplyCount: d.ReplyCount,
	}
	if len(d.Texts) > 0 {
		i.Texts = make(map[string]models.IdeaText, len(d.Texts))
	}
	for lang, t := range d.Texts {
		i.Texts[lang] = models.IdeaText(t)
	}
	return i
}

// idea reads one with its published response; CodeNotFound error.idea.unknown.
func (s *Store) idea(ctx context.Context, filter bson.D) (models.Idea, error) {
	d, found, err := first[idea](ctx, s, "ideas", filter, nil, nil)
	if err != nil || !found {
		return models.Idea{}, missing(found, err, "error.idea.unknown")
	}
	return s.withResponse(ctx, d)
}

func (s *Store) withResponse(ctx context.Context, d idea) (models.Idea, error) {
	i := d.model()
	r, found, err := get[response](ctx, s, "responses", i.ID)
	if found && r.Published {
		i.Response = r.model()
	}
	return i, err
}

// Idea implements models.IdeaStore.
func (s *Store) Idea(ctx context.Context, consultationID string, number int) (models.Idea, error) {
	if number <= 0 {
		return models.Idea{}, missing(false, ctx.Err(), "error.idea.unknown")
	}
	return s.idea(ctx, eq("c", consultationID, "number", number))
}

// IdeaAlone implements models.IdeaStore.
func (s *Store) IdeaAlone(ctx context.Context, consultationID string, number int) (models.Idea, error) {
	i, err := s.Idea(ctx, consultationID, number)
	i.FirstVote, i.Tally = time.Time{}, models.Tally{}
	return i, err
}

// IdeaByID implements models.IdeaStore.
func (s *Store) IdeaByID(ctx context.Context, id string) (models.Idea, error) {
	return s.idea(ctx, eq("_id", id))
}

// Ideas implements models.IdeaStore. An idea that was removed comes with its
// words: who prints it looks at its status.
func (s *Store) Ideas(ctx context.Context, f models.IdeaFilter) ([]models.Idea, error) {
	answers, err := s.publicResponses(ctx, f.ConsultationID)
	if err != nil {
		return nil, err
	}
	var list []models.Idea
	add := func(d idea) error {
		i := d.model()
		if !f.All && !i.Shown() {
			return nil
		}
		i.Response = answers[i.ID]
		if list = append(list, i); f.Limit > 0 && len(list) == f.Limit {
			return errEnough
		}
		return nil
	}
	numbers := eq("$gt", max(f.AfterNumber, 0))
	if len(f.Numbers) > 0 && !f.All {
		numbers = append(numbers, field{Key: "$in", Value: f.Numbers})
	}
	after := eq("c", f.ConsultationID, "number", numbers)
	err = each(ctx, s, query{coll: "ideas", filter: after, sort: eq("number", 1)}, add)
	if err == nil && f.All && (f.Limit <= 0 || len(list) < f.Limit) {
		unnumbered := eq("c", f.ConsultationID, "number", 0)
		err = each(ctx, s, query{coll: "ideas", filter: unnumbered, sort: eq("_id", 1)}, add)
	}
	return list, err
}

// IdeaPlaces implements models.IdeaStore.
func (s *Store) IdeaPlaces(ctx context.Context, consultationID string) (list []models.IdeaPlace, err error) {
	q := query{
		coll: "ideas", filter: eq("c", consultationID, "number", eq("$gt", 0)), sort: eq("number", 1),
		fields: eq("number", 1, "status", 1, "publishedAt", 1, "replyCount", 1),
	}
	err = each(ctx, s, q, func(d idea) error {
		if i := d.model(); i.Shown() {
			list = append(list, models.IdeaPlace{Number: i.Number, PublishedAt: i.PublishedAt, ReplyCount: i.ReplyCount})
		}
		return nil
	})
	return list, err
}

// OwnIdeas implements models.IdeaStore.
func (s *Store) OwnIdeas(ctx context.Context, q models.OwnQuery) ([]models.Idea, int64, error) {
	docs, total, err := ownWaiting(ctx, s, "ideas", q, nil, func(d idea) models.OwnPlace {
		return models.OwnPlace{At: d.Item.CreatedAt, ID: d.Item.ID}
	})
	var list []models.Idea
	for _, d := range docs {
		list = append(list, d.model())
	}
	return list, total, err
}

// AddIdea implements models.IdeaStore.
func (s *Store) AddIdea(ctx context.Context, i models.Idea, jobs []models.Job) (kept models.Idea, err error) {
	err = s.act(ctx, func(a *act) error {
		add := a.addSuggestion
		if i.Organiser {
			add = a.addOrganisersIdea
		}
		if err := add(i, jobs); err != nil {
			return err
		}
		a.tellDeferred(jobs)
		kept, err = s.IdeaByID(a.ctx, i.ID)
		return err
	})
	return kept, err
}

// addSuggestion adds a participant's idea, which waits.
func (a *act) addSuggestion(i models.Idea, jobs []models.Job) error {
	e := &entry{Kind: kindIdea, Ref: i.ID, Jobs: toJSON(jobs)}
	open := func(c consultation) error { return c.model().Accepts(models.ActSuggest, a.now) }
	return a.run(i.ConsultationID, e, open, func(consultation) error {
		fresh(&i.Contribution, a.now)
		i.Number = 0
		d := newIdea(i, a.id)
		d.Standing.place(i.Item(), a.now, true)
		return insertAll(a, "ideas", []idea{d})
	})
}

// addOrganisersIdea adds a published idea while draft or open.
func (a *act) addOrganisersIdea(i models.Idea, jobs []models.Job) error {
	e := &entry{Kind: kindNumbered, Ref: i.ID, Lock: true, Jobs: toJSON(jobs)}
	open := func(d consultation) error {
		c := d.model()
		if state := c.StateAt(a.now); state != models.StateDraft && state != models.StateOpen {
			return models.Fail(models.CodeClosed, "error.consultation.closed", "date", c.ClosesAt, "zone", c.TimeZone)
		}
		return nil
	}
	return a.run(i.ConsultationID, e, open, func(c consultation) error {
		fresh(&i.Contribution, a.now)
		i.Status, i.PublishedAt = models.StatusPublished, a.now
		var err error
		if i.Number, err = a.s.nextNumber(a.ctx, c.ID); err != nil {
			return err
		}
		return insertAll(a, "ideas", []idea{newIdea(i, a.id)})
	})
}

// nextNumber may be asked by who holds the lock alone.
func (s *Store) nextNumber(ctx context.Context, consultationID string) (int, error) {
	last, _, err := first[idea](ctx, s, "ideas", eq("c", consultationID, "number", eq("$gt", 0)), eq("number", -1), eq("number", 1))
	return last.Number + 1, err
}

// followNumbered goes on after an organiser's idea has come in.
func (s *Store) followNumbered(ctx context.Context, consultationID string, e entry, _ bool) error {
	if err := s.indexIdeas(ctx, eq("c", consultationID, "_id", e.Ref)); err != nil {
		return err
	}
	if err := s.drain(ctx, e); err != nil {
		return err
	}
	return s.complete(ctx, consultationID, e.Op, eq("ideaCount", int64(1), "version", int64(1)), nil)
}
