package sqlite

import (
	"context"
	"math"

	"folkmoot/models"
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

func scanConsultation(row scanner) (c models.Consultation, err error) {
	return c, row.Scan(&c.ID, &c.Slug, &c.State, &c.Language, asJSON(&c.Settings), &c.TimeZone,
		at(&c.OpensAt), at(&c.SuggestionsCloseAt), at(&c.ClosesAt), at(&c.AnswerBy), at(&c.CreatedAt),
		at(&c.EditedAt), at(&c.PausedAt), at(&c.SealedAt), at(&c.AnsweredAt),
		&c.StateReason, &c.Rev, &c.Version, &c.VoteSeq, &c.IdeaCount, &c.ReplyCount, &c.VoterCount,
		&c.ChainLength, &c.ChainHead, &c.Source, &c.SourceID, &c.Demo, asJSON(&c.Texts))
}

// consultation reads one; CodeNotFound error.consultation.unknown.
func consultation(q queries, id string) (models.Consultation, error) {
	c, err := scanConsultation(q.row(consultationSelect+"WHERE id = ?", id))
	return c, missing(err, "error.consultation.unknown")
}

// rules gives what the rules of a consultation ask for, as read once in a transaction
// in which they do not change.
func (t *tx) rules(id string) (models.Consultation, error) {
	if c, ok := t.known[id]; ok {
		return c, nil
	}
	c, err := rules(t, id)
	if err == nil && t.known != nil {
		t.known[id] = c
	}
	return c, err
}

// rules reads what the rules on time, state and eligibility ask for, without texts.
func rules(q queries, id string) (c models.Consultation, err error) {
	err = q.row(`SELECT id, state, settings, time_zone, opens_at, suggestions_close_at, closes_at, state_reason
		FROM consultations WHERE id = ?`, id).Scan(&c.ID, &c.State, asJSON(&c.Settings), &c.TimeZone,
		at(&c.OpensAt), at(&c.SuggestionsCloseAt), at(&c.ClosesAt), &c.StateReason)
	return c, missing(err, "error.consultation.unknown")
}

// Consultations implements models.ConsultationStore.
func (s *Store) Consultations(ctx context.Context, f models.ConsultationFilter) ([]models.Consultation, string, error) {
	t, id, err := parseCursor(f.After, math.MaxInt64)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.reader(ctx).query(consultationSelect+`WHERE (created_at, id) < (?, ?)
		AND (? = 0 OR state IN (SELECT value FROM json_each(?)))
		ORDER BY created_at DESC, id DESC LIMIT ?`, t, id, len(f.States), toJSON(f.States), more(f.Limit))
	list, err := collect(rows, err, scanConsultation)
	if err != nil {
		return nil, "", wrap("consultations", err)
	}
	list, next := page(list, f.Limit, func(c models.Consultation) string { return cursor(c.CreatedAt, c.ID) })
	return list, next, nil
}

// AddConsultation implements models.ConsultationStore.
func (s *Store) AddConsultation(ctx context.Context, c models.Consultation, ideas []models.Idea) error {
	return s.put(ctx, func(t *tx) error {
		c.CreatedAt = t.now
		if err := insertConsultation(t, c); err != nil {
			return err
		}
		for n, i := range ideas {
			i.ConsultationID, i.Organiser, i.Number = c.ID, true, n+1
			i.CreatedAt, i.PublishedAt, i.Status = t.now, t.now, models.StatusPublished
			if err := insertIdea(t, i); err != nil {
				return err
			}
		}
		return recount(t, c.ID)
	})
}

// insertConsultation adds c as new, whatever its counters say.
func insertConsultation(t *tx, c models.Consultation) error {
	if c.State == "" {
		c.State = models.StateDraft
	}
	err := t.run(`INSERT INTO consultations (id, slug, state, language, settings, time_zone,
		opens_at, suggestions_close_at, closes_at, answer_by, created_at, edited_at, paused_at, sealed_at, answered_at,
		state_reason, rev, version, vote_seq, reply_seq, idea_count, reply_count, voter_count, chain_length, chain_head,
		source, source_id, demo)
		VALUES (?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, 1, 1, 0, 0, 0, 0, 0, 0, '',  ?, ?, ?)`,
		c.ID, c.Slug, c.State, c.Language, toJSON(c.Settings), c.TimeZone,
		ms(c.OpensAt), ms(c.SuggestionsCloseAt), ms(c.ClosesAt), ms(c.AnswerBy), ms(c.CreatedAt),
		ms(c.EditedAt), ms(c.PausedAt), ms(c.SealedAt), ms(c.AnsweredAt), c.StateReason, c.Source, c.SourceID, c.Demo)
	if err != nil {
		return slugTaken(err)
	}
	return putConsultationTexts(t, c)
}

// slugTaken names the usual reason why a consultation is there already.
func slugTaken(err error) error {
	if unique(err) {
		return refusal(models.CodeConflict, "error.consultation.slug", "consultation", err)
	}
	return err
}

// putConsultationTexts replaces the texts of c and what is searched of them.
func putConsultationTexts(t *tx, c models.Consultation) error {
	if err := t.run("DELETE FROM consultation_texts WHERE consultation_id = ?", c.ID); err != nil {
		return err
	}
	var titles, bodies string
	for lang, x := range c.Texts {
		err := t.run(`INSERT INTO consultation_texts (consultation_id, language, title, question, body, body_html,
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
func (s *Store) EditConsultation(ctx context.Context, c models.Consultation, revisions []models.ConsultationRevision) (models.Consultation, error) {
	var now models.Consultation
	err := s.put(ctx, func(t *tx) error {
		if err := movable(t, c); err != nil {
			return err
		}
		n, err := t.exec(`UPDATE consultations SET slug = ?, language = ?, settings = ?, time_zone = ?, opens_at = ?,
			suggestions_close_at = ?, closes_at = ?, answer_by = ?,
			edited_at = CASE state WHEN 'draft' THEN edited_at ELSE ? END, rev = rev + 1, version = version + 1
			WHERE id = ? AND rev = ?`,
			c.Slug, c.Language, toJSON(c.Settings), c.TimeZone, ms(c.OpensAt),
			ms(c.SuggestionsCloseAt), ms(c.ClosesAt), ms(c.AnswerBy), ms(t.now), c.ID, c.Rev)
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
		now, err = consultation(t, c.ID)
		return err
	})
	return now, err
}

// movable refuses to move dates or settings once voting has closed, at the store's
// time: the edit may have been checked a moment before.
func movable(t *tx, next models.Consultation) error {
	old, err := consultation(t, next.ID)
	if err != nil {
		return err
	}
	moved := old.SettingChanges(next)
	if state := old.StateAt(t.now); len(moved) == 0 || state == models.StateDraft || state == models.StateOpen || state == models.StatePaused {
		return nil
	}
	return models.Fail(models.CodeClosed, "error.edit.closed")
}

// changedSince tells why no row had that id and revision.
func changedSince(q queries, id string) error {
	if _, err := rules(q, id); err != nil {
		return err
	}
	return models.Fail(models.CodeConflict, "error.consultation.changed")
}

func addConsultationRevisions(t *tx, id string, revisions []models.ConsultationRevision) error {
	for _, r := range revisions {
		err := t.run(`INSERT INTO consultation_revisions (id, consultation_id, language, before, after, reason, changes, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, id, r.Language, toJSON(r.Before), toJSON(r.After), r.Reason, toJSON(r.Changes), ms(t.now))
		if err != nil {
			return err
		}
	}
	return nil
}

// MoveConsultation implements models.ConsultationStore.
func (s *Store) MoveConsultation(ctx context.Context, c models.Consultation) (models.Consultation, error) {
	var now models.Consultation
	err := s.put(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE consultations SET state = ?, state_reason = ?, opens_at = ?, paused_at = ?,
			rev = rev + 1, version = version + 1 WHERE id = ? AND rev = ?`,
			c.State, c.StateReason, ms(c.OpensAt), ms(c.PausedAt), c.ID, c.Rev)
		if err != nil {
			return err
		}
		if n == 0 {
			return changedSince(t, c.ID)
		}
		now, err = consultation(t, c.ID)
		return err
	})
	return now, err
}

// ConsultationRevisions implements models.ConsultationStore.
func (s *Store) ConsultationRevisions(ctx context.Context, id string) ([]models.ConsultationRevision, error) {
	rows, err := s.reader(ctx).query(`SELECT id, consultation_id, language, before, after, reason, changes, at
		FROM consultation_revisions WHERE consultation_id = ? ORDER BY seq`, id)
	list, err := collect(rows, err, func(row scanner) (r models.ConsultationRevision, err error) {
		return r, row.Scan(&r.ID, &r.ConsultationID, &r.Language, asJSON(&r.Before), asJSON(&r.After),
			&r.Reason, asJSON(&r.Changes), at(&r.At))
	})
	return list, wrap("consultation revisions", err)
}

// seen raises the version: a stranger can see the difference.
func seen(t *tx, consultationID string) error {
	return t.run("UPDATE consultations SET version = version + 1 WHERE id = ?", consultationID)
}

// recount counts the published ideas and replies of a consultation from nothing.
func recount(t *tx, consultationID string) error {
	return t.run(`UPDATE consultations SET
		idea_count = (SELECT count(*) FROM ideas WHERE consultation_id = ?1 AND status = 'published'),
		reply_count = (SELECT count(*) FROM replies WHERE consultation_id = ?1 AND status = 'published')
		WHERE id = ?1`, consultationID)
}
