package mongo

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// idea is its document.
type idea struct {
	Contribution `bson:",inline"`
	Standing     `bson:",inline"`
	Number       int                 `bson:"number"` // 0: never published
	Title        string              `bson:"title"`
	Body         string              `bson:"body"`
	BodyHTML     string              `bson:"bodyHtml"`
	Texts        map[string]ideaText `bson:"texts"`
	Organiser    bool                `bson:"organiser"`
	MergedInto   string              `bson:"mergedInto"`
	FirstVote    time.Time           `bson:"firstVote"`
	Tally        tally               `bson:"tally"` // over what is merged into it
	ReplyCount   int64               `bson:"replyCount"`
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

// newIdea makes the document of i as it is, without a tally.
func newIdea(i models.Idea) idea {
	d := idea{
		Contribution: Contribution(i.Contribution), Number: i.Number, Title: i.Title, Body: i.Body, BodyHTML: i.BodyHTML,
		Texts: map[string]ideaText{}, Organiser: i.Organiser, MergedInto: i.MergedInto,
	}
	for lang, t := range i.Texts {
		d.Texts[lang] = ideaText(t)
	}
	d.Rev = max(d.Rev, 1)
	return d
}

func (d idea) item() models.Item { return models.Item{Kind: models.KindIdea, ID: d.ID} }

// model returns the idea without its response.
func (d idea) model() models.Idea {
	i := models.Idea{
		Contribution: models.Contribution(d.Contribution), Number: d.Number, Title: d.Title, Body: d.Body, BodyHTML: d.BodyHTML,
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
	d, found, err := engine.First[idea](s.read(ctx), engine.Query{Coll: "ideas", Filter: filter})
	if err != nil || !found {
		return models.Idea{}, missing(found, err, "error.idea.unknown")
	}
	return withResponse(s.read(ctx), d)
}

func withResponse(r engine.Reader, d idea) (models.Idea, error) {
	i := d.model()
	v, found, err := engine.Get[response](r, "responses", i.ID)
	if found && v.Published {
		i.Response = v.model()
	}
	return i, err
}

// Idea implements models.IdeaStore.
func (s *Store) Idea(ctx context.Context, consultationID string, number int) (models.Idea, error) {
	if number <= 0 {
		return models.Idea{}, missing(false, ctx.Err(), "error.idea.unknown")
	}
	if id := s.numbers.id(consultationID, number); id != "" {
		d, found, err := engine.Within[idea](s.read(ctx), "ideas", consultationID, id)
		if err != nil {
			return models.Idea{}, err
		}
		if found && d.Number == number {
			return withResponse(s.read(ctx), d)
		}
	}
	i, err := s.idea(ctx, eq("c", consultationID, "number", number))
	if err == nil {
		s.numbers.note(i)
	}
	return i, err
}

// numbers remembers which idea has a number, so that it can be read by its id, together
// with others. Whoever reads it looks whether it still has the number.
type numbers struct {
	mu  sync.Mutex
	ids map[string]string // by consultation and number
}

// numbersKept is more than are voted on at one time.
const numbersKept = 50_000

func (n *numbers) id(c string, number int) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ids[c+" "+strconv.Itoa(number)]
}

func (n *numbers) note(i models.Idea) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ids == nil || len(n.ids) >= numbersKept {
		n.ids = map[string]string{}
	}
	n.ids[i.ConsultationID+" "+strconv.Itoa(i.Number)] = i.ID
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
	answers, err := publicResponses(s.read(ctx), f.ConsultationID)
	if err != nil {
		return nil, err
	}
	var list []models.Idea
	add := func(d idea) error {
		if !f.All && !d.shown() {
			return nil
		}
		i := d.model()
		i.Response = answers[i.ID]
		if list = append(list, i); f.Limit > 0 && len(list) == f.Limit {
			return engine.ErrEnough
		}
		return nil
	}
	numbers := eq("$gt", max(f.AfterNumber, 0))
	if len(f.Numbers) > 0 && !f.All {
		numbers = append(numbers, bson.E{Key: "$in", Value: f.Numbers})
	}
	after := eq("c", f.ConsultationID, "number", numbers)
	err = engine.Each(s.read(ctx), engine.Query{Coll: "ideas", Filter: after, Sort: eq("number", 1)}, add)
	if err == nil && f.All && (f.Limit <= 0 || len(list) < f.Limit) {
		unnumbered := eq("c", f.ConsultationID, "number", 0)
		err = engine.Each(s.read(ctx), engine.Query{Coll: "ideas", Filter: unnumbered, Sort: eq("createdAt", 1, "_id", 1)}, add)
	}
	return list, err
}

// IdeaPlaces implements models.IdeaStore.
func (s *Store) IdeaPlaces(ctx context.Context, consultationID string) (list []models.IdeaPlace, err error) {
	q := engine.Query{
		Coll: "ideas", Filter: eq("c", consultationID, "number", eq("$gt", 0)), Sort: eq("number", 1),
		Fields: eq("number", 1, "status", 1, "publishedAt", 1, "replyCount", 1),
	}
	err = engine.Each(s.read(ctx), q, func(d idea) error {
		if d.shown() {
			list = append(list, models.IdeaPlace{Number: d.Number, PublishedAt: d.PublishedAt, ReplyCount: d.ReplyCount})
		}
		return nil
	})
	return list, err
}

// AddIdea implements models.IdeaStore.
func (s *Store) AddIdea(ctx context.Context, i models.Idea, jobs []models.Job) (kept models.Idea, err error) {
	needs := append(jobNeeds(jobs), engine.Ref{Coll: "ideas", C: i.ConsultationID, ID: i.ID})
	err = s.put(ctx, i.ConsultationID, needs, func(t *tx) error {
		c, err := rules(t, i.ConsultationID)
		if err != nil {
			return err
		}
		if kept, err = addSuggestion(t, c, i); err != nil {
			return err
		}
		return addJobs(t, jobs)
	})
	return kept, err
}

// AddOrganiserIdea implements models.IdeaStore.
func (s *Store) AddOrganiserIdea(ctx context.Context, i models.Idea, by models.AuditEntry) (kept models.Idea, err error) {
	err = s.put(ctx, i.ConsultationID, nil, func(t *tx) error {
		c, err := rules(t, i.ConsultationID)
		if err != nil {
			return err
		}
		if kept, err = addOrganisersIdea(t, c, i); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
	return kept, err
}

// addSuggestion adds a participant's idea, which waits.
func addSuggestion(t *tx, c consultation, i models.Idea) (models.Idea, error) {
	if err := c.model().Accepts(models.ActSuggest, t.Now()); err != nil {
		return i, err
	}
	fresh(&i.Contribution, t)
	i.Number = 0
	d := newIdea(i)
	d.enqueue(d.item(), t.Now(), true)
	return d.model(), t.Insert("ideas", d)
}

// addOrganisersIdea adds a published idea while draft or open.
func addOrganisersIdea(t *tx, c consultation, i models.Idea) (models.Idea, error) {
	if state := c.model().StateAt(t.Now()); state != models.StateDraft && state != models.StateOpen {
		return i, models.Fail(models.CodeClosed, "error.consultation.closed", "date", c.ClosesAt, "zone", c.TimeZone)
	}
	fresh(&i.Contribution, t)
	i.Status, i.PublishedAt, i.Number = models.StatusPublished, t.Now(), c.LastNumber+1
	c.LastNumber, c.IdeaCount, c.Version = i.Number, c.IdeaCount+1, c.Version+1
	if err := insertIdea(t, &c, i); err != nil {
		return i, err
	}
	return newIdea(i).model(), t.Put("consultations", c)
}

// insertIdea adds i as it is, without a tally, and notes in c if it is merged.
func insertIdea(t *tx, c *consultation, i models.Idea) error {
	d := newIdea(i)
	if i.MergedInto != "" {
		c.Merged++
	}
	if err := t.Insert("ideas", d); err != nil {
		return err
	}
	return indexIdea(t, d)
}

// EditIdea implements models.IdeaStore. The texts in other languages are replaced
// too where i has any.
func (s *Store) EditIdea(ctx context.Context, i models.Idea) (kept models.Idea, err error) {
	c, err := s.consultationOf(ctx, "ideas", i.ID, "error.idea.unknown")
	if err != nil {
		return models.Idea{}, err
	}
	err = s.put(ctx, c, nil, func(t *tx) error {
		d, found, err := engine.Within[idea](t, "ideas", c, i.ID)
		switch {
		case err != nil || !found:
			return missing(found, err, "error.idea.unknown")
		case !d.FirstVote.IsZero():
			return models.Fail(models.CodeClosed, "error.idea.fixed")
		case d.Status != models.StatusPending:
			return models.Fail(models.CodeClosed, "error.edit.published")
		case d.Rev != i.Rev:
			return models.Fail(models.CodeConflict, "error.idea.changed")
		}
		if err = keepWording(t, d.item(), d.Contribution, d.Title, d.Body); err != nil {
			return err
		}
		d.Title, d.Body, d.BodyHTML, d.Rev, d.EditedAt = i.Title, i.Body, i.BodyHTML, d.Rev+1, t.Now()
		d.Texts = maps.Clone(d.Texts)
		for lang, x := range i.Texts {
			d.Texts[lang] = ideaText(x)
		}
		kept = d.model()
		return t.Put("ideas", d)
	})
	return kept, err
}

// draftIdeas reads a consultation that is a draft, its ideas that have a number, by number,
// and the place of one of them among these. CodeConflict error.consultation.not_draft;
// CodeNotFound for the consultation and the idea.
func draftIdeas(t *tx, consultationID, ideaID string) (c consultation, list []idea, at int, err error) {
	if c, err = rules(t, consultationID); err != nil {
		return c, nil, 0, err
	}
	if c.State != models.StateDraft {
		return c, nil, 0, models.Fail(models.CodeConflict, "error.consultation.not_draft")
	}
	q := engine.Query{Coll: "ideas", Filter: eq("c", c.ID, "number", eq("$gt", 0)), Sort: eq("number", 1)}
	list, err = engine.All[idea](t, q)
	at = slices.IndexFunc(list, func(d idea) bool { return d.ID == ideaID })
	return c, list, at, missing(at >= 0, err, "error.idea.unknown")
}

// EditDraftIdea implements models.IdeaStore.
func (s *Store) EditDraftIdea(ctx context.Context, i models.Idea, by models.AuditEntry) (kept models.Idea, err error) {
	err = s.put(ctx, i.ConsultationID, nil, func(t *tx) error {
		c, list, at, err := draftIdeas(t, i.ConsultationID, i.ID)
		if err != nil {
			return err
		}
		d := list[at]
		switch {
		case d.LastSeq > 0 || !d.Organiser:
			return models.Fail(models.CodeConflict, "error.idea.kept")
		case d.Rev != i.Rev:
			return models.Fail(models.CodeConflict, "error.idea.changed")
		}
		d.Title, d.Body, d.BodyHTML, d.Rev = i.Title, i.Body, i.BodyHTML, d.Rev+1
		d.Texts = maps.Clone(d.Texts)
		for lang, x := range i.Texts {
			d.Texts[lang] = ideaText(x)
		}
		kept = d.model()
		if err = t.Put("ideas", d); err != nil {
			return err
		}
		if err = indexIdea(t, d); err != nil {
			return err
		}
		c.Version++
		if err = t.Put("consultations", c); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
	return kept, err
}

// MoveDraftIdea implements models.IdeaStore.
func (s *Store) MoveDraftIdea(ctx context.Context, consultationID, ideaID string, to int, by models.AuditEntry) error {
	return s.put(ctx, consultationID, nil, func(t *tx) error {
		c, list, at, err := draftIdeas(t, consultationID, ideaID)
		if err != nil {
			return err
		}
		moved := list[at]
		list = slices.Delete(list, at, at+1)
		list = slices.Insert(list, max(1, min(to, len(list)+1))-1, moved)
		for n, d := range list {
			if d.Number == n+1 {
				continue
			}
			d.Number = n + 1
			if err := t.Put("ideas", d); err != nil {
				return err
			}
		}
		c.Version++
		if err = t.Put("consultations", c); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
}

// RemoveDraftIdea implements models.IdeaStore. CodeNotFound for the consultation
// and the idea; CodeConflict error.idea.kept for a participant's idea and one that
// has replies or stands in the chain.
func (s *Store) RemoveDraftIdea(ctx context.Context, consultationID, ideaID string, by models.AuditEntry) error {
	return s.put(ctx, consultationID, nil, func(t *tx) error {
		c, list, at, err := draftIdeas(t, consultationID, ideaID)
		if err != nil {
			return err
		}
		held, err := engine.Exists(t, "replies", eq("c", c.ID, "idea", ideaID))
		if err == nil && (held || list[at].LastSeq > 0 || !list[at].Organiser) {
			err = models.Fail(models.CodeConflict, "error.idea.kept")
		}
		if err == nil {
			err = closeUp(t, c, list[at:])
		}
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}

// closeUp takes out the first of the ideas and returns the others the numbers before theirs.
func closeUp(t *tx, c consultation, list []idea) error {
	gone := list[0]
	if gone.MergedInto != "" {
		c.Merged--
	}
	if err := t.Delete("ideas", gone); err != nil {
		return err
	}
	if err := unindex(t, gone.item(), c.ID); err != nil {
		return err
	}
	for _, d := range list[1:] {
		d.Number--
		if err := t.Put("ideas", d); err != nil {
			return err
		}
	}
	c.IdeaCount, c.LastNumber, c.Version = c.IdeaCount-1, c.LastNumber-1, c.Version+1
	return t.Put("consultations", c)
}
