package mongo

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// idea is its document. The response in it may be a draft, and the tally is over what is
// merged into it.
type idea struct {
	Doc         `bson:",inline"`
	models.Idea `bson:",inline"`
	Standing    `bson:",inline"`
}

// newIdea makes the document of i as it is, without what is counted and answered later.
func newIdea(i models.Idea) idea {
	i.Rev, i.FirstVote, i.Tally, i.ReplyCount, i.Response = max(i.Rev, 1), models.Time{}, models.Tally{}, 0, nil
	if len(i.Texts) == 0 {
		i.Texts = nil
	}
	return idea{Doc: docIn(i.ConsultationID, i.ID), Idea: i}
}

// model returns the idea with its response if that is published.
func (d idea) model() models.Idea {
	if d.Response != nil && d.Response.PublishedAt.IsZero() {
		d.Response = nil
	}
	return d.Idea
}

// ideaIn reads an idea of a consultation; CodeNotFound error.idea.unknown.
func ideaIn(r engine.Reader, consultationID, id string) (idea, error) {
	d, found, err := engine.Get[idea](r, "ideas", consultationID, id)
	return d, engine.Missing(found && d.C == consultationID, err, "error.idea.unknown")
}

// numberedIdeas finds the ideas of a consultation that have a number after the one given.
func numberedIdeas(consultationID string, after int, fields bson.D) engine.Query {
	filter := eq("c", consultationID, "number", eq("$gt", max(after, 0)))
	return engine.Query{Coll: "ideas", Filter: filter, Sort: eq("number", 1), Fields: fields}
}

// Idea implements models.IdeaStore. Every vote asks for one, so that one read serves all
// who wait for it, whichever ideas they ask for.
func (s *Store) Idea(ctx context.Context, consultationID string, number int) (models.Idea, error) {
	if number <= 0 {
		return models.Idea{}, engine.Missing(false, ctx.Err(), "error.idea.unknown")
	}
	read := func(ctx context.Context, numbers []string) (map[string]models.Idea, error) {
		wanted := mapped(numbers, func(n string) int { i, _ := strconv.Atoi(n); return i })
		found := make(map[string]models.Idea, len(wanted))
		q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID, "number", eq("$in", wanted))}
		return found, engine.Each(s.read(ctx), q, func(d idea) error {
			found[strconv.Itoa(d.Number)] = d.model()
			return nil
		})
	}
	i, found, err := s.ideas.Do(ctx, consultationID, strconv.Itoa(number), read)
	i.Texts = maps.Clone(i.Texts) // for who changes them
	return i, engine.Missing(found, err, "error.idea.unknown")
}

// IdeaAlone implements models.IdeaStore.
func (s *Store) IdeaAlone(ctx context.Context, consultationID string, number int) (models.Idea, error) {
	i, err := s.Idea(ctx, consultationID, number)
	i.FirstVote, i.Tally = time.Time{}, models.Tally{}
	return i, err
}

// IdeaByID implements models.IdeaStore.
func (s *Store) IdeaByID(ctx context.Context, id string) (models.Idea, error) {
	d, err := engine.Find[idea](s.read(ctx), "ideas", "", id, "error.idea.unknown")
	return d.model(), err
}

// Ideas implements models.IdeaStore. An idea that was removed comes with its
// words: who prints it looks at its status.
func (s *Store) Ideas(ctx context.Context, f models.IdeaFilter) (list []models.Idea, err error) {
	add := func(d idea) error {
		if !f.All && !d.Shown() {
			return nil
		}
		if list = append(list, d.model()); f.Limit > 0 && len(list) == f.Limit {
			return engine.ErrEnough
		}
		return nil
	}
	q := numberedIdeas(f.ConsultationID, f.AfterNumber, nil)
	if len(f.Numbers) > 0 && !f.All {
		q.Filter[1].Value = eq("$gt", max(f.AfterNumber, 0), "$in", f.Numbers)
	}
	err = engine.Each(s.read(ctx), q, add)
	if err == nil && f.All && (f.Limit <= 0 || len(list) < f.Limit) {
		unnumbered := eq("c", f.ConsultationID, "number", 0)
		err = engine.Each(s.read(ctx), engine.Query{Coll: "ideas", Filter: unnumbered, Sort: eq(ofText("createdat"), 1, "_id", 1)}, add)
	}
	return list, err
}

// IdeaPlaces implements models.IdeaStore.
func (s *Store) IdeaPlaces(ctx context.Context, consultationID string) (list []models.IdeaPlace, err error) {
	fields := eq("number", 1, ofText("status"), 1, ofText("publishedat"), 1, "replycount", 1)
	err = engine.Each(s.read(ctx), numberedIdeas(consultationID, 0, fields), func(d idea) error {
		if d.Shown() {
			list = append(list, models.IdeaPlace{Number: d.Number, PublishedAt: d.PublishedAt, ReplyCount: d.ReplyCount})
		}
		return nil
	})
	return list, err
}

// AddIdea implements models.IdeaStore.
func (s *Store) AddIdea(ctx context.Context, i models.Idea, jobs []models.Job) (kept models.Idea, err error) {
	err = s.change(ctx, i.ConsultationID, jobNeeds(jobs), func(t *tx, c *consultation) error {
		fresh(&i.Contribution, t)
		if err := c.Accepts(models.ActSuggest, t.Now()); err != nil {
			return err
		}
		i.Number = 0
		d := newIdea(i)
		d.enqueue(d.Item(), t.Now(), true)
		t.Insert("ideas", d)
		addJobs(t, jobs)
		kept = d.model()
		return nil
	})
	return kept, err
}

// AddOrganiserIdea implements models.IdeaStore.
func (s *Store) AddOrganiserIdea(ctx context.Context, i models.Idea, by models.AuditEntry) (kept models.Idea, err error) {
	err = s.change(ctx, i.ConsultationID, nil, func(t *tx, c *consultation) error {
		if state := c.StateAt(t.Now()); state != models.StateDraft && state != models.StateOpen {
			return models.Fail(models.CodeClosed, "error.consultation.closed", "date", c.ClosesAt, "zone", c.TimeZone)
		}
		fresh(&i.Contribution, t)
		c.LastNumber, c.IdeaCount, c.Version = c.LastNumber+1, c.IdeaCount+1, c.Version+1
		i.Status, i.PublishedAt, i.Number = models.StatusPublished, t.Now(), c.LastNumber
		kept = insertIdea(t, c, i).model()
		addAuditEntry(t, by)
		return nil
	})
	return kept, err
}

// insertIdea adds i as it is, without a tally, and notes in c if it is merged.
func insertIdea(t *tx, c *consultation, i models.Idea) idea {
	d := newIdea(i)
	if i.MergedInto != "" {
		c.Merged++
	}
	t.Insert("ideas", d)
	indexItem(t, d.Status, ideaWords(d))
	return d
}

// edit gives d the words of i, in other languages where i has any.
func (d *idea) edit(i models.Idea) {
	d.Title, d.Body, d.BodyHTML, d.Rev = i.Title, i.Body, i.BodyHTML, d.Rev+1
	if len(i.Texts) > 0 {
		texts := map[string]models.IdeaText{}
		maps.Copy(texts, d.Texts)
		maps.Copy(texts, i.Texts)
		d.Texts = texts
	}
}

// EditIdea implements models.IdeaStore. The texts in other languages are replaced
// too where i has any.
func (s *Store) EditIdea(ctx context.Context, i models.Idea) (kept models.Idea, err error) {
	c, err := s.consultationOf(ctx, "ideas", i.ID, "error.idea.unknown")
	if err != nil {
		return models.Idea{}, err
	}
	err = s.put(ctx, c, nil, func(t *tx) error {
		d, err := ideaIn(t, c, i.ID)
		switch {
		case err != nil:
			return err
		case !d.FirstVote.IsZero():
			return models.Fail(models.CodeClosed, "error.idea.fixed")
		case d.Status != models.StatusPending:
			return models.Fail(models.CodeClosed, "error.edit.published")
		case d.Rev != i.Rev:
			return models.Fail(models.CodeConflict, "error.idea.changed")
		}
		keepWording(t, d.Item(), d.Contribution, d.Title, d.Body)
		d.edit(i)
		d.EditedAt = t.Now()
		kept = d.model()
		t.Put("ideas", d)
		return nil
	})
	return kept, err
}

// changeDraft runs fn on a consultation that is a draft, its ideas that have a number, by
// number, and the place of one of them among these. CodeConflict
// error.consultation.not_draft; CodeNotFound for the consultation and the idea.
func (s *Store) changeDraft(ctx context.Context, consultationID, ideaID string, by models.AuditEntry, fn func(t *tx, c *consultation, list []idea, at int) error) error {
	return s.change(ctx, consultationID, nil, func(t *tx, c *consultation) error {
		if c.State != models.StateDraft {
			return models.Fail(models.CodeConflict, "error.consultation.not_draft")
		}
		list := engine.List[idea](t, numberedIdeas(consultationID, 0, nil))
		at := slices.IndexFunc(list, func(d idea) bool { return d.ID == ideaID })
		if at < 0 {
			return models.Fail(models.CodeNotFound, "error.idea.unknown")
		}
		if err := fn(t, c, list, at); err != nil {
			return err
		}
		c.Version++
		addAuditEntry(t, by)
		return nil
	})
}

// EditDraftIdea implements models.IdeaStore.
func (s *Store) EditDraftIdea(ctx context.Context, i models.Idea, by models.AuditEntry) (kept models.Idea, err error) {
	err = s.changeDraft(ctx, i.ConsultationID, i.ID, by, func(t *tx, _ *consultation, list []idea, at int) error {
		d := list[at]
		switch {
		case d.LastSeq > 0 || !d.Organiser:
			return models.Fail(models.CodeConflict, "error.idea.kept")
		case d.Rev != i.Rev:
			return models.Fail(models.CodeConflict, "error.idea.changed")
		}
		d.edit(i)
		kept = d.model()
		t.Put("ideas", d)
		indexItem(t, d.Status, ideaWords(d))
		return nil
	})
	return kept, err
}

// MoveDraftIdea implements models.IdeaStore.
func (s *Store) MoveDraftIdea(ctx context.Context, consultationID, ideaID string, to int, by models.AuditEntry) error {
	return s.changeDraft(ctx, consultationID, ideaID, by, func(t *tx, _ *consultation, list []idea, at int) error {
		moved := list[at]
		list = slices.Delete(list, at, at+1)
		renumber(t, slices.Insert(list, max(1, min(to, len(list)+1))-1, moved))
		return nil
	})
}

func renumber(t *tx, list []idea) {
	for n, d := range list {
		if d.Number != n+1 {
			d.Number = n + 1
			t.Put("ideas", d)
		}
	}
}

// RemoveDraftIdea implements models.IdeaStore. CodeNotFound for the consultation
// and the idea; CodeConflict error.idea.kept for a participant's idea and one that
// has replies or stands in the chain.
func (s *Store) RemoveDraftIdea(ctx context.Context, consultationID, ideaID string, by models.AuditEntry) error {
	return s.changeDraft(ctx, consultationID, ideaID, by, func(t *tx, c *consultation, list []idea, at int) error {
		gone := list[at]
		held, err := engine.Exists(t, "replies", eq("c", consultationID, "ideaid", ideaID))
		if err == nil && (held || gone.LastSeq > 0 || !gone.Organiser) {
			err = models.Fail(models.CodeConflict, "error.idea.kept")
		}
		if err != nil {
			return err
		}
		t.Delete("ideas", consultationID, ideaID)
		t.Delete("search", consultationID, gone.Item().String())
		renumber(t, slices.Delete(list, at, at+1))
		if gone.MergedInto != "" {
			c.Merged--
		}
		c.IdeaCount, c.LastNumber = c.IdeaCount-1, c.LastNumber-1
		return nil
	})
}
