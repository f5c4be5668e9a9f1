package sqlite

import (
	"context"
	"math"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// consultationSelect reads a whole consultation, its texts as one JSON object.
const consultationSelect = `SELECT id, slug, state, language, settings, time_zone,
	opens_at, suggestions_close_at, closes_at, answer_by, created_at, edited_at, paused_at, sealed_at, answered_at,
	state_reason, rev, version, vote_seq, idea_count, reply_count, voter_count, chain_length, chain_head,
	source, source_id, demo,
	(SELECT json_group_object(language, json_object('title', title, 'question', question, 'body', body,
		'body_html', body_html, 'who_decides', who_decides, 'can_change', can_change, 'contact', contact,
		'other_formats', other_formats)) FROM consultation_texts WHERE consultation_id = consultations.id)
	FROM consultations `

func scanConsultation(row engine.Scanner) (c models.Consultation, err error) {
	return c, row.Scan(&c.ID, &c.Slug, &c.State, &c.Language, engine.ScanJSON(&c.Settings), &c.TimeZone,
		engine.ScanTime(&c.OpensAt), engine.ScanTime(&c.SuggestionsCloseAt), engine.ScanTime(&c.ClosesAt), engine.ScanTime(&c.AnswerBy), engine.ScanTime(&c.CreatedAt),
		engine.ScanTime(&c.EditedAt), engine.ScanTime(&c.PausedAt), engine.ScanTime(&c.SealedAt), engine.ScanTime(&c.AnsweredAt),
		&c.StateReason, &c.Rev, &c.Version, &c.VoteSeq, &c.IdeaCount, &c.ReplyCount, &c.VoterCount,
		&c.ChainLength, &c.ChainHead, &c.Source, &c.SourceID, &c.Demo, engine.ScanJSON(&c.Texts))
}

// consultation reads one; CodeNotFound error.consultation.unknown.
func consultation(q engine.Queries, id string) (models.Consultation, error) {
	c, err := scanConsultation(q.Row(consultationSelect+"WHERE id = ?", id))
	return c, engine.Missing(err, "error.consultation.unknown")
}

// sharedRules is rules for a write that does not change them: they are read once for all
// writes of a transaction.
func sharedRules(t *engine.Tx, id string) (models.Consultation, error) {
	if c, ok := t.Shared(id).(models.Consultation); ok {
		return c, nil
	}
	c, err := rules(t, id)
	if err == nil {
		t.Share(id, c)
	}
	return c, err
}

// rules reads what the rules on time, state and eligibility depend on, without texts.
// CodeNotFound error.consultation.unknown.
func rules(q engine.Queries, id string) (c models.Consultation, err error) {
	err = q.Row(`SELECT id, state, settings, time_zone, opens_at, suggestions_close_at, closes_at, state_reason
		FROM consultations WHERE id = ?`, id).Scan(&c.ID, &c.State, engine.ScanJSON(&c.Settings), &c.TimeZone,
		engine.ScanTime(&c.OpensAt), engine.ScanTime(&c.SuggestionsCloseAt), engine.ScanTime(&c.ClosesAt), &c.StateReason)
	return c, engine.Missing(err, "error.consultation.unknown")
}

// Consultations implements models.ConsultationStore.
func (s *Store) Consultations(ctx context.Context, f models.ConsultationFilter) ([]models.Consultation, string, error) {
	t, id, err := engine.ParseCursor(f.After, math.MaxInt64)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Reader(ctx).Query(consultationSelect+`WHERE (created_at, id) < (?, ?)
		AND (? = 0 OR state IN (SELECT value FROM json_each(?)))
		ORDER BY created_at DESC, id DESC LIMIT ?`, t, id, len(f.States), engine.JSON(f.States), engine.PageLimit(f.Limit))
	list, err := engine.Collect(rows, err, scanConsultation)
	if err != nil {
		return nil, "", engine.Wrap("consultations", err)
	}
	list, next := engine.Page(list, f.Limit, func(c models.Consultation) string { return engine.Cursor(c.CreatedAt, c.ID) })
	return list, next, nil
}

// AddConsultation implements models.ConsultationStore.
func (s *Store) AddConsultation(ctx context.Context, c models.Consultation, ideas []models.Idea, by models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		c.CreatedAt = t.Now
		if err := insertConsultation(t, c); err != nil {
			return err
		}
		for n, i := range ideas {
			i.ConsultationID, i.Organiser, i.Number = c.ID, true, n+1
			i.CreatedAt, i.PublishedAt, i.Status = t.Now, t.Now, models.StatusPublished
			if err := insertIdea(t, i); err != nil {
				return err
			}
		}
		if err := recount(t, c.ID); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
}

// insertConsultation inserts c with Rev and Version 1 and all counters 0.
func insertConsultation(t *engine.Tx, c models.Consultation) error {
	if c.State == "" {
		c.State = models.StateDraft
	}
	err := t.Run(`INSERT INTO consultations (id, slug, state, language, settings, time_zone,
		opens_at, suggestions_close_at, closes_at, answer_by, created_at, edited_at, paused_at, sealed_at, answered_at,
		state_reason, rev, version, vote_seq, reply_seq, idea_count, reply_count, voter_count, chain_length, chain_head,
		source, source_id, demo)
		VALUES (?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, 1, 1, 0, 0, 0, 0, 0, 0, '',  ?, ?, ?)`,
		c.ID, c.Slug, c.State, c.Language, engine.JSON(c.Settings), c.TimeZone,
		engine.Millis(c.OpensAt), engine.Millis(c.SuggestionsCloseAt), engine.Millis(c.ClosesAt), engine.Millis(c.AnswerBy), engine.Millis(c.CreatedAt),
		engine.Millis(c.EditedAt), engine.Millis(c.PausedAt), engine.Millis(c.SealedAt), engine.Millis(c.AnsweredAt), c.StateReason, c.Source, c.SourceID, c.Demo)
	if err != nil {
		return slugTaken(err)
	}
	return putConsultationTexts(t, c)
}

// slugTaken returns CodeConflict error.consultation.slug for a duplicate, and other errors as
// they are.
func slugTaken(err error) error {
	if engine.IsDuplicate(err) {
		return engine.Refusal(models.CodeConflict, "error.consultation.slug", "consultation", err)
	}
	return err
}

// putConsultationTexts replaces the texts of c and their search document.
func putConsultationTexts(t *engine.Tx, c models.Consultation) error {
	if err := t.Run("DELETE FROM consultation_texts WHERE consultation_id = ?", c.ID); err != nil {
		return err
	}
	var titles, bodies string
	for lang, x := range c.Texts {
		err := t.Run(`INSERT INTO consultation_texts (consultation_id, language, title, question, body, body_html,
			who_decides, can_change, contact, other_formats) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.ID, lang, x.Title, x.Question, x.Body, x.BodyHTML, x.WhoDecides, x.CanChange, x.Contact, x.OtherFormats)
		if err != nil {
			return err
		}
		titles += x.Title + "\n"
		bodies += x.Question + "\n" + x.Body + "\n"
	}
	return index(t, "consultation", c.ID, c.ID, titles, bodies)
}

// EditConsultation implements models.ConsultationStore.
func (s *Store) EditConsultation(ctx context.Context, c models.Consultation, revisions []models.ConsultationRevision, by models.AuditEntry) (models.Consultation, error) {
	var now models.Consultation
	err := s.write(ctx, func(t *engine.Tx) error {
		if err := movable(t, c); err != nil {
			return err
		}
		n, err := t.Exec(`UPDATE consultations SET slug = ?, language = ?, settings = ?, time_zone = ?, opens_at = ?,
			suggestions_close_at = ?, closes_at = ?, answer_by = ?,
			edited_at = CASE state WHEN 'draft' THEN edited_at ELSE ? END, rev = rev + 1, version = version + 1
			WHERE id = ? AND rev = ?`,
			c.Slug, c.Language, engine.JSON(c.Settings), c.TimeZone, engine.Millis(c.OpensAt),
			engine.Millis(c.SuggestionsCloseAt), engine.Millis(c.ClosesAt), engine.Millis(c.AnswerBy), engine.Millis(t.Now), c.ID, c.Rev)
		if err != nil {
			return slugTaken(err)
		}
		if n == 0 {
			return changedSince(t, c.ID)
		}
		if err = putConsultationTexts(t, c); err != nil {
			return err
		}
		if err = addConsultationRevisions(t, c.ID, revisions); err != nil {
			return err
		}
		if err = addAuditEntry(t, by); err != nil {
			return err
		}
		now, err = consultation(t, c.ID)
		return err
	})
	return now, err
}

// movable refuses to move dates or settings once voting has closed, at the store's
// time: the edit may have been checked a moment before.
func movable(t *engine.Tx, next models.Consultation) error {
	old, err := consultation(t, next.ID)
	if err != nil {
		return err
	}
	if len(old.SettingChanges(next)) == 0 || old.RulesMove(t.Now) {
		return nil
	}
	return models.Fail(models.CodeClosed, "error.edit.closed")
}

// changedSince returns why no row had that id and revision: CodeNotFound or CodeConflict.
func changedSince(q engine.Queries, id string) error {
	if _, err := rules(q, id); err != nil {
		return err
	}
	return models.Fail(models.CodeConflict, "error.consultation.changed")
}

func addConsultationRevisions(t *engine.Tx, id string, revisions []models.ConsultationRevision) error {
	for _, r := range revisions {
		err := t.Run(`INSERT INTO consultation_revisions (id, consultation_id, language, before, after, reason, changes, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, id, r.Language, engine.JSON(r.Before), engine.JSON(r.After), r.Reason, engine.JSON(r.Changes), engine.Millis(t.Now))
		if err != nil {
			return err
		}
	}
	return nil
}

// MoveConsultation implements models.ConsultationStore.
func (s *Store) MoveConsultation(ctx context.Context, c models.Consultation, by models.AuditEntry) (models.Consultation, error) {
	var now models.Consultation
	err := s.write(ctx, func(t *engine.Tx) error {
		n, err := t.Exec(`UPDATE consultations SET state = ?, state_reason = ?, opens_at = ?, paused_at = ?,
			rev = rev + 1, version = version + 1 WHERE id = ? AND rev = ?`,
			c.State, c.StateReason, engine.Millis(c.OpensAt), engine.Millis(c.PausedAt), c.ID, c.Rev)
		if err != nil {
			return err
		}
		if n == 0 {
			return changedSince(t, c.ID)
		}
		if err = addAuditEntry(t, by); err != nil {
			return err
		}
		now, err = consultation(t, c.ID)
		return err
	})
	return now, err
}

// ConsultationRevisions implements models.ConsultationStore.
func (s *Store) ConsultationRevisions(ctx context.Context, id string) ([]models.ConsultationRevision, error) {
	rows, err := s.db.Reader(ctx).Query(`SELECT id, consultation_id, language, before, after, reason, changes, at
		FROM consultation_revisions WHERE consultation_id = ? ORDER BY seq`, id)
	list, err := engine.Collect(rows, err, func(row engine.Scanner) (r models.ConsultationRevision, err error) {
		return r, row.Scan(&r.ID, &r.ConsultationID, &r.Language, engine.ScanJSON(&r.Before), engine.ScanJSON(&r.After),
			&r.Reason, engine.ScanJSON(&r.Changes), engine.ScanTime(&r.At))
	})
	return list, engine.Wrap("consultation revisions", err)
}

// seen raises the version, because the public sees a difference.
func seen(t *engine.Tx, consultationID string) error {
	return t.Run("UPDATE consultations SET version = version + 1 WHERE id = ?", consultationID)
}

// recount counts the published ideas and replies of a consultation from nothing.
func recount(t *engine.Tx, consultationID string) error {
	return t.Run(`UPDATE consultations SET
		idea_count = (SELECT count(*) FROM ideas WHERE consultation_id = ?1 AND status = 'published'),
		reply_count = (SELECT count(*) FROM replies WHERE consultation_id = ?1 AND status = 'published')
		WHERE id = ?1`, consultationID)
}
