package sqlite

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// ideaSelect reads a whole idea with its other languages and published response.
const ideaSelect = "SELECT " + contributionColumns + `, number, title, body, body_html, organiser, merged_into,
	first_vote_at, agree, disagree, pass, reply_count,
	(SELECT json_group_object(language, json_object('Title', title, 'Body', body, 'BodyHTML', body_html))
		FROM idea_texts WHERE idea_id = ideas.id),
	(SELECT json_object('IdeaID', idea_id, 'Decision', decision, 'Reason', reason, 'ReasonHTML', reason_html,
		'Owner', owner, 'By', due, 'DraftedBy', drafted_by, 'PublishedBy', published_by,
		'Updated', updated_at, 'Published', published_at) FROM responses WHERE idea_id = ideas.id AND published_at > 0)
	FROM ideas `

func scanIdea(row engine.Scanner) (i models.Idea, err error) {
	var r *storedResponse
	err = row.Scan(contributionDest(&i.Contribution, &i.Number, &i.Title, &i.Body, &i.BodyHTML, &i.Organiser,
		&i.MergedInto, engine.ScanTime(&i.FirstVote), &i.Tally.Agree, &i.Tally.Disagree, &i.Tally.Pass, &i.ReplyCount,
		engine.ScanJSON(&i.Texts), engine.ScanJSON(&r))...)
	if len(i.Texts) == 0 {
		i.Texts = nil
	}
	i.Response = r.response()
	return i, err
}

// idea reads one by id; CodeNotFound error.idea.unknown.
func idea(q engine.Queries, id string) (models.Idea, error) {
	i, err := scanIdea(q.Row(ideaSelect+"WHERE id = ?", id))
	return i, engine.Missing(err, "error.idea.unknown")
}

// Idea implements models.IdeaStore. Votes change only its tally, so that the rest
// stays cached while people vote.
func (s *Store) Idea(ctx context.Context, consultationID string, number int) (models.Idea, error) {
	i, err := s.cachedIdea(ctx, consultationID, number)
	if err == nil {
		err = s.db.Reader(ctx).Row("SELECT first_vote_at, agree, disagree, pass FROM ideas WHERE id = ?", i.ID).
			Scan(engine.ScanTime(&i.FirstVote), &i.Tally.Agree, &i.Tally.Disagree, &i.Tally.Pass)
	}
	return ownParts(i), engine.Wrap("idea", engine.Missing(err, "error.idea.unknown"))
}

// IdeaAlone implements models.IdeaStore.
func (s *Store) IdeaAlone(ctx context.Context, consultationID string, number int) (models.Idea, error) {
	i, err := s.cachedIdea(ctx, consultationID, number)
	i.FirstVote, i.Tally = time.Time{}, models.Tally{}
	return ownParts(i), engine.Wrap("idea alone", engine.Missing(err, "error.idea.unknown"))
}

// cachedIdea returns a numbered idea; its fields that votes change may be outdated.
func (s *Store) cachedIdea(ctx context.Context, consultationID string, number int) (models.Idea, error) {
	key := "idea " + strconv.Itoa(number) + " of " + consultationID
	return engine.Cached(s.db.Cache(), key, engine.FixedTopic[models.Idea](engine.AnyTopic), func() (models.Idea, error) {
		return scanIdea(s.db.Reader(ctx).Row(ideaSelect+"WHERE consultation_id = ? AND number = ? AND number > 0", consultationID, number))
	})
}

// ownParts returns a cached idea with texts and a response of its own, which the caller
// may modify.
func ownParts(i models.Idea) models.Idea {
	i.Texts = maps.Clone(i.Texts)
	if i.Response != nil {
		r := *i.Response
		i.Response = &r
	}
	return i
}

// IdeaByID implements models.IdeaStore.
func (s *Store) IdeaByID(ctx context.Context, id string) (models.Idea, error) {
	i, err := idea(s.db.Reader(ctx), id)
	return i, engine.Wrap("idea", err)
}

// Ideas implements models.IdeaStore. An idea that was removed comes with its
// words: who prints it looks at its status.
func (s *Store) Ideas(ctx context.Context, f models.IdeaFilter) ([]models.Idea, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = -1
	}
	where := "WHERE consultation_id = ? AND number > ? AND " + shownIdeas + " ORDER BY number LIMIT ?"
	args := []any{f.ConsultationID, f.AfterNumber, limit}
	switch {
	case f.All:
		where = "WHERE consultation_id = ? AND (number = 0 OR number > ?) ORDER BY number = 0, number, created_at, id LIMIT ?"
	case len(f.Numbers) > 0:
		where = "WHERE consultation_id = ? AND number > ? AND " + shownIdeas + ` AND number IN
			(SELECT value FROM json_each(?)) ORDER BY number LIMIT ?`
		args = slices.Insert(args, 2, any(engine.JSON(f.Numbers)))
	}
	rows, err := s.db.Reader(ctx).Query(ideaSelect+where, args...)
	list, err := engine.Collect(rows, err, scanIdea)
	return list, engine.Wrap("ideas", err)
}

// shownIdeas selects the ideas on the public page.
const shownIdeas = `number > 0 AND (status = 'published' OR (status IN ('removed', 'erased') AND published_at > 0))`

// IdeaPlaces implements models.IdeaStore.
func (s *Store) IdeaPlaces(ctx context.Context, consultationID string) ([]models.IdeaPlace, error) {
	rows, err := s.db.Reader(ctx).Query("SELECT number, published_at, reply_count FROM ideas WHERE consultation_id = ? AND "+
		shownIdeas+" ORDER BY number", consultationID)
	list, err := engine.Collect(rows, err, func(row engine.Scanner) (p models.IdeaPlace, err error) {
		return p, row.Scan(&p.Number, engine.ScanTime(&p.PublishedAt), &p.ReplyCount)
	})
	return list, engine.Wrap("idea places", err)
}

// AddIdea implements models.IdeaStore.
func (s *Store) AddIdea(ctx context.Context, i models.Idea, jobs []models.Job) (models.Idea, error) {
	var kept models.Idea
	err := s.write(ctx, func(t *engine.Tx) error {
		c, err := rules(t, i.ConsultationID)
		if err != nil {
			return err
		}
		if err = addSuggestion(t, c, i); err != nil {
			return err
		}
		if err = addJobs(t, jobs); err != nil {
			return err
		}
		kept, err = idea(t, i.ID)
		return err
	})
	return kept, err
}

// AddOrganiserIdea implements models.IdeaStore.
func (s *Store) AddOrganiserIdea(ctx context.Context, i models.Idea, by models.AuditEntry) (models.Idea, error) {
	var kept models.Idea
	err := s.write(ctx, func(t *engine.Tx) error {
		c, err := rules(t, i.ConsultationID)
		if err != nil {
			return err
		}
		if err = addOrganisersIdea(t, c, i); err != nil {
			return err
		}
		if err = addAuditEntry(t, by); err != nil {
			return err
		}
		kept, err = idea(t, i.ID)
		return err
	})
	return kept, err
}

// addSuggestion adds a participant's pending idea.
func addSuggestion(t *engine.Tx, c models.Consultation, i models.Idea) error {
	if err := c.Accepts(models.ActSuggest, t.Now); err != nil {
		return err
	}
	fresh(&i.Contribution, t)
	i.Number = 0
	if err := insertIdea(t, i); err != nil {
		return err
	}
	return enqueue(t, i.Item(), c.ID, t.Now, true)
}

// addOrganisersIdea adds a published idea while draft or open.
func addOrganisersIdea(t *engine.Tx, c models.Consultation, i models.Idea) error {
	if state := c.StateAt(t.Now); state != models.StateDraft && state != models.StateOpen {
		return models.Fail(models.CodeClosed, "error.consultation.closed", "date", c.ClosesAt, "zone", c.TimeZone)
	}
	fresh(&i.Contribution, t)
	i.Status, i.PublishedAt = models.StatusPublished, t.Now
	var err error
	if i.Number, err = nextNumber(t, c.ID); err != nil {
		return err
	}
	if err = insertIdea(t, i); err != nil {
		return err
	}
	return t.Run("UPDATE consultations SET idea_count = idea_count + 1, version = version + 1 WHERE id = ?", c.ID)
}

func nextNumber(q engine.Queries, consultationID string) (int, error) {
	return engine.One[int](q.Row("SELECT coalesce(max(number), 0) + 1 FROM ideas WHERE consultation_id = ? AND number > 0", consultationID))
}

// insertIdea inserts i with an empty tally.
func insertIdea(t *engine.Tx, i models.Idea) error {
	err := t.Run("INSERT INTO ideas ("+contributionColumns+`, decided_at, number, title, body, body_html, organiser,
		merged_into, first_vote_at, agree, disagree, pass, reply_count)
		VALUES (`+contributionPlaceholders+", 0, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)",
		contributionArgs(i.Contribution, i.Number, i.Title, i.Body, i.BodyHTML, i.Organiser, i.MergedInto)...)
	if err != nil {
		return err
	}
	if err = putIdeaTexts(t, i); err != nil {
		return err
	}
	return indexIdea(t, i)
}

func putIdeaTexts(t *engine.Tx, i models.Idea) error {
	for lang, x := range i.Texts {
		err := t.Run(`INSERT INTO idea_texts (idea_id, language, title, body, body_html) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET title = excluded.title, body = excluded.body, body_html = excluded.body_html`,
			i.ID, lang, x.Title, x.Body, x.BodyHTML)
		if err != nil {
			return err
		}
	}
	return nil
}

// indexIdea adds a published idea to the search index and removes any other.
func indexIdea(t *engine.Tx, i models.Idea) error {
	if i.Status != models.StatusPublished {
		return unindex(t, string(models.KindIdea), i.ID)
	}
	titles, bodies := i.Title, i.Body
	for _, x := range i.Texts {
		titles += "\n" + x.Title
		bodies += "\n" + x.Body
	}
	return index(t, string(models.KindIdea), i.ID, i.ConsultationID, titles, bodies)
}

// EditIdea implements models.IdeaStore. The texts in other languages are replaced
// too where i has any.
func (s *Store) EditIdea(ctx context.Context, i models.Idea) (models.Idea, error) {
	var kept models.Idea
	err := s.write(ctx, func(t *engine.Tx) error {
		old, err := idea(t, i.ID)
		switch {
		case err != nil:
			return err
		case !old.FirstVote.IsZero():
			return models.Fail(models.CodeClosed, "error.idea.fixed")
		case old.Status != models.StatusPending:
			return models.Fail(models.CodeClosed, "error.edit.published")
		case old.Rev != i.Rev:
			return models.Fail(models.CodeConflict, "error.idea.changed")
		}
		if err = keepWording(t, old.Item(), old.Rev, old.Title, old.Body); err != nil {
			return err
		}
		if err = t.Run(`UPDATE ideas SET title = ?, body = ?, body_html = ?, rev = rev + 1, edited_at = ? WHERE id = ?`,
			i.Title, i.Body, i.BodyHTML, engine.Millis(t.Now), i.ID); err != nil {
			return err
		}
		if err = putIdeaTexts(t, i); err != nil {
			return err
		}
		kept, err = idea(t, i.ID)
		return err
	})
	return kept, err
}

// errorOr returns err, or what then returns if err is nil.
func errorOr(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// draftIdea reads an idea with a number of a consultation that is a draft. CodeConflict
// error.consultation.not_draft; CodeNotFound for the consultation and the idea.
func draftIdea(t *engine.Tx, consultationID, ideaID string) (models.Idea, error) {
	c, err := rules(t, consultationID)
	if err != nil {
		return models.Idea{}, err
	}
	if c.State != models.StateDraft {
		return models.Idea{}, models.Fail(models.CodeConflict, "error.consultation.not_draft")
	}
	i, err := scanIdea(t.Row(ideaSelect+"WHERE id = ? AND consultation_id = ? AND number > 0", ideaID, c.ID))
	return i, engine.Missing(err, "error.idea.unknown")
}

// decidedOn reports whether an idea stands in the chain of decisions.
func decidedOn(t *engine.Tx, i models.Idea) (bool, error) {
	return engine.One[bool](t.Row("SELECT EXISTS (SELECT 1 FROM decision_items WHERE kind = 'idea' AND item_id = ?)", i.ID))
}

// EditDraftIdea implements models.IdeaStore.
func (s *Store) EditDraftIdea(ctx context.Context, i models.Idea, by models.AuditEntry) (models.Idea, error) {
	var kept models.Idea
	err := s.write(ctx, func(t *engine.Tx) error {
		old, err := draftIdea(t, i.ConsultationID, i.ID)
		if err != nil {
			return err
		}
		decided, err := decidedOn(t, old)
		switch {
		case err != nil:
			return err
		case decided || !old.Organiser:
			return models.Fail(models.CodeConflict, "error.idea.kept")
		case old.Rev != i.Rev:
			return models.Fail(models.CodeConflict, "error.idea.changed")
		}
		if err = t.Run("UPDATE ideas SET title = ?, body = ?, body_html = ?, rev = rev + 1 WHERE id = ?",
			i.Title, i.Body, i.BodyHTML, i.ID); err != nil {
			return err
		}
		if err = putIdeaTexts(t, i); err != nil {
			return err
		}
		if kept, err = idea(t, i.ID); err != nil {
			return err
		}
		if err = indexIdea(t, kept); err != nil {
			return err
		}
		if err = seen(t, i.ConsultationID); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
	return kept, err
}

// MoveDraftIdea implements models.IdeaStore, by way of negative numbers, because no number
// may exist twice even for a moment.
func (s *Store) MoveDraftIdea(ctx context.Context, consultationID, ideaID string, to int, by models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		i, err := draftIdea(t, consultationID, ideaID)
		if err != nil {
			return err
		}
		next, err := nextNumber(t, consultationID)
		if err != nil {
			return err
		}
		to = max(1, min(to, next-1))
		step := 1 // of those in between
		if to > i.Number {
			step = -1
		}
		for _, q := range []struct {
			text string
			args []any
		}{
			{
				`UPDATE ideas SET number = -(number + ?) WHERE consultation_id = ? AND number BETWEEN ? AND ? AND id <> ?`,
				[]any{step, consultationID, min(to, i.Number), max(to, i.Number), i.ID},
			},
			{"UPDATE ideas SET number = ? WHERE id = ?", []any{-to, i.ID}},
			{"UPDATE ideas SET number = -number WHERE consultation_id = ? AND number < 0", []any{consultationID}},
		} {
			if err := t.Run(q.text, q.args...); err != nil {
				return err
			}
		}
		if err := seen(t, consultationID); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
}

// RemoveDraftIdea implements models.IdeaStore. CodeNotFound for the consultation
// and the idea; CodeConflict error.idea.kept for a participant's idea and one that
// has replies or stands in the chain.
func (s *Store) RemoveDraftIdea(ctx context.Context, consultationID, ideaID string, by models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		i, err := draftIdea(t, consultationID, ideaID)
		if err != nil {
			return err
		}
		held, err := decidedOn(t, i)
		if err == nil && !held {
			held, err = engine.One[bool](t.Row("SELECT EXISTS (SELECT 1 FROM replies WHERE consultation_id = ? AND idea_id = ?)",
				consultationID, i.ID))
		}
		if err == nil && (held || !i.Organiser) {
			err = models.Fail(models.CodeConflict, "error.idea.kept")
		}
		if err == nil {
			err = deleteIdea(t, i)
		}
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}

// deleteIdea deletes the idea and closes the gap in the numbers, by way of negative ones,
// because no number may exist twice even for a moment.
func deleteIdea(t *engine.Tx, i models.Idea) error {
	if err := unindex(t, string(models.KindIdea), i.ID); err != nil {
		return err
	}
	for _, q := range []string{
		"DELETE FROM ideas WHERE consultation_id = ?1 AND number = ?2",
		"UPDATE ideas SET number = 1 - number WHERE consultation_id = ?1 AND number > ?2",
		"UPDATE ideas SET number = -number WHERE consultation_id = ?1 AND number < 0 AND ?2 > 0",
		"UPDATE consultations SET idea_count = idea_count - 1, version = version + 1 WHERE id = ?1 AND ?2 > 0",
	} {
		if err := t.Run(q, i.ConsultationID, i.Number); err != nil {
			return err
		}
	}
	return nil
}
