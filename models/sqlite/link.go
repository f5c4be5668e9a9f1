package sqlite

import (
	"cmp"
	"context"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// linkSelect reads a whole link. A ballot link expires relative to the closing time.
const linkSelect = `SELECT l.id, l.token_hash, l.token_hash2, l.purpose, l.address, l.address_key, l.name, l.capacity, l.band,
	l.role, l.consultation_id, l.choices, l.return_to, l.language, l.created_at, l.expires_at, l.used_at, l.reminded_at,
	coalesce(c.closes_at, 0)
	FROM links AS l LEFT JOIN consultations AS c ON l.purpose = 'ballot' AND c.id = l.consultation_id `

func scanLink(row engine.Scanner) (l models.Link, err error) {
	var closes time.Time
	err = row.Scan(&l.ID, &l.TokenHash, &l.TokenHash2, &l.Purpose, &l.Address, &l.AddressKey, &l.Name, &l.Capacity, &l.Band,
		engine.ScanJSON(&l.Grant), &l.ConsultationID, engine.ScanJSON(&l.Choices), &l.ReturnTo, &l.Language,
		engine.ScanTime(&l.CreatedAt), engine.ScanTime(&l.ExpiresAt), engine.ScanTime(&l.UsedAt), engine.ScanTime(&l.RemindedAt), engine.ScanTime(&closes))
	if l.Purpose == models.PurposeBallot && !closes.IsZero() {
		l.ExpiresAt = closes.Add(models.LateLinks)
	}
	return l, err
}

// link reads a link by either token. CodeNotFound error.link.unknown.
func link(q engine.Queries, tokenHash string) (models.Link, error) {
	l, err := scanLink(q.Row(linkSelect+"WHERE l.token_hash = ?1 OR (l.token_hash2 = ?1 AND l.token_hash2 <> '')", tokenHash))
	return l, engine.Missing(err, "error.link.unknown")
}

// Link implements models.LinkStore.
func (s *Store) Link(ctx context.Context, tokenHash string) (models.Link, error) {
	l, err := link(s.db.Reader(ctx), tokenHash)
	return l, engine.Wrap("link", err)
}

// AddLink implements models.LinkStore.
func (s *Store) AddLink(ctx context.Context, l models.Link, jobs []models.Job) error {
	return s.write(ctx, func(t *engine.Tx) error {
		l.Grant = nil
		if err := insertLink(t, l); err != nil {
			return err
		}
		return addJobs(t, jobs)
	})
}

// AddHandLink implements models.LinkStore.
func (s *Store) AddHandLink(ctx context.Context, l models.Link, by models.AuditEntry) error {
	return s.write(ctx, func(t *engine.Tx) error {
		if l.Grant == nil {
			l.Grant = &models.Grant{Role: models.RoleParticipant}
		}
		if err := checkHandLink(t, l); err != nil {
			return err
		}
		if err := insertLink(t, l); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
}

// checkHandLink refuses a link that was made by hand for an account that has voted: whoever
// held it would see the votes. CodeConflict error.link.voted.
func checkHandLink(t *engine.Tx, l models.Link) error {
	if l.Grant == nil {
		return nil
	}
	voted, err := engine.One[bool](t.Row(`SELECT EXISTS (SELECT 1 FROM participants AS p, consultations AS c
		WHERE p.address_key = ? AND EXISTS (SELECT 1 FROM votes AS v WHERE v.consultation_id = c.id AND v.participant_id = p.id))`,
		l.AddressKey))
	if err == nil && voted {
		return models.Fail(models.CodeConflict, "error.link.voted")
	}
	return err
}

// insertLink inserts a link that is made now.
func insertLink(t *engine.Tx, l models.Link) error {
	l.CreatedAt = t.Now
	if l.ExpiresAt.IsZero() && l.Purpose == models.PurposeSignIn {
		l.ExpiresAt = t.Now.Add(models.SignInLife)
	}
	if l.Choices == nil {
		l.Choices = []models.ChosenVote{}
	}
	return t.Run(`INSERT INTO links (id, token_hash, token_hash2, purpose, address, address_key, name, capacity, band, role,
		consultation_id, choices, return_to, language, created_at, expires_at, used_at, reminded_at)
		VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
		l.ID, l.TokenHash, l.Purpose, l.Address, l.AddressKey, l.Name, l.Capacity, l.Band, engine.JSON(l.Grant),
		l.ConsultationID, engine.JSON(l.Choices), l.ReturnTo, l.Language, engine.Millis(l.CreatedAt), engine.Millis(l.ExpiresAt))
}

// UseLink implements models.LinkStore.
func (s *Store) UseLink(ctx context.Context, u models.LinkUse) (models.LinkUsed, error) {
	var used models.LinkUsed
	err := s.write(ctx, func(t *engine.Tx) error {
		used = models.LinkUsed{}
		l, err := link(t, u.TokenHash)
		if err != nil {
			return err
		}
		if err = l.CheckUse(t.Now); err != nil {
			return err
		}
		if err = checkHandLink(t, l); err != nil {
			return err
		}
		if err = t.Run("UPDATE links SET used_at = ? WHERE id = ?", engine.Millis(t.Now), l.ID); err != nil {
			return err
		}
		l.UsedAt = t.Now
		used.Link = l
		if used.Participant, used.Created, err = confirm(t, l.Account(u.NewID), u); err != nil {
			return err
		}
		if err = countChoices(t, &used); err != nil {
			return err
		}
		return closeSpent(t, used)
	})
	if err != nil {
		return models.LinkUsed{}, err
	}
	return used, nil
}

// closeSpent marks the other ballot links of the address as used that would change
// nothing: on each of their ideas the account's vote is the same, or is newer.
func closeSpent(t *engine.Tx, used models.LinkUsed) error {
	l := used.Link
	if l.Purpose != models.PurposeBallot {
		return nil
	}
	rows, err := t.Query("SELECT id, choices, created_at FROM links WHERE consultation_id = ? AND address_key = ? AND purpose = ? AND used_at = 0",
		l.ConsultationID, l.AddressKey, models.PurposeBallot)
	waiting, err := engine.Collect(rows, err, func(row engine.Scanner) (w models.Link, err error) {
		return w, row.Scan(&w.ID, engine.ScanJSON(&w.Choices), engine.ScanTime(&w.CreatedAt))
	})
	if err != nil {
		return err
	}
	for _, w := range waiting {
		spent, err := isSpent(t, w, used.Participant.ID)
		if err != nil {
			return err
		}
		if spent {
			if err := t.Run("UPDATE links SET used_at = ? WHERE id = ?", engine.Millis(t.Now), w.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func isSpent(t *engine.Tx, w models.Link, participantID string) (bool, error) {
	for _, v := range w.Choices {
		var n int
		err := t.Row("SELECT count(*) FROM votes WHERE idea_id = ? AND participant_id = ? AND (choice = ? OR at > ?)",
			v.IdeaID, participantID, v.Choice, engine.Millis(w.CreatedAt)).Scan(&n)
		if err != nil || n == 0 {
			return false, err
		}
	}
	return true, nil
}

// ConfirmAddress implements models.LinkStore.
func (s *Store) ConfirmAddress(ctx context.Context, p models.Participant, v models.Session) (models.Participant, error) {
	var added models.Participant
	err := s.write(ctx, func(t *engine.Tx) error {
		_, err := participantByAddress(t, p.AddressKey)
		if err == nil {
			return models.Fail(models.CodeConflict, "error.contribution.confirmed")
		}
		if models.IsNotFound(err) {
			added, _, err = confirm(t, p, models.LinkUse{Session: v})
		}
		return err
	})
	return added, err
}

// confirm finds or adds the account of p's address, adds the session, assigns to the account
// what guests sent with the address, and releases the messages that waited for that.
func confirm(t *engine.Tx, p models.Participant, u models.LinkUse) (kept models.Participant, created bool, err error) {
	if kept, created, err = accountOf(t, p); err != nil {
		return kept, created, err
	}
	if v := u.Session; v.TokenHash != "" {
		v.ParticipantID = kept.ID
		if err = insertSession(t, v); err != nil {
			return kept, created, err
		}
	}
	for _, table := range itemTables {
		err = t.Run("UPDATE "+table+` SET participant_id = ?1 WHERE address_key = ?2 AND address_key <> '' AND participant_id = ''
			AND (?3 OR guest = ?4 AND guest <> '')`, kept.ID, p.AddressKey, u.TakesOver(kept, ""), u.Guest)
		if err != nil {
			return kept, created, err
		}
	}
	return kept, created, releaseDeferred(t, p.Address)
}

// accountOf finds or adds the account of p's address, and fills in name, capacity and band
// from p where the account has none.
func accountOf(t *engine.Tx, p models.Participant) (models.Participant, bool, error) {
	kept, created, err := ensure(t, p)
	if err != nil || created {
		return kept, created, err
	}
	if kept.Capacity == "" {
		kept.Capacity, kept.Band = p.Capacity, p.Band
	}
	kept.Name = cmp.Or(kept.Name, p.Name)
	return kept, false, t.Run("UPDATE participants SET name = ?, capacity = ?, band = ? WHERE id = ?",
		kept.Name, kept.Capacity, kept.Band, kept.ID)
}

// countChoices counts the choices of a ballot link as votes, at the time of choosing.
func countChoices(t *engine.Tx, used *models.LinkUsed) error {
	l := used.Link
	if len(l.Choices) == 0 {
		return nil
	}
	c, err := rules(t, l.ConsultationID)
	if err != nil {
		return err
	}
	for _, choice := range l.Choices {
		if used.Participant.CheckVote(c) != nil {
			used.Refused++
			continue
		}
		if c.AcceptsLateLink(l.CreatedAt, t.Now) != nil {
			used.TooLate++
			continue
		}
		if err = countChoice(t, c, used, choice); err != nil {
			return err
		}
	}
	return nil
}

// countChoice counts one choice; a newer vote of the same person is left as it is.
func countChoice(t *engine.Tx, c models.Consultation, used *models.LinkUsed, choice models.ChosenVote) error {
	u, err := newVoteUpdate(t, c, models.NewVote(c.ID, used.Participant, choice, used.Link.CreatedAt))
	if models.IsNotFound(err) {
		used.Refused++
		return nil
	}
	if err != nil {
		return err
	}
	kept, _, err := u.apply(t)
	if kept.Choice == choice.Choice {
		used.Counted++
	}
	return err
}

// unreminded selects ballot links that are due a reminder, without those of consultations
// that take no late link any more.
const unreminded = linkSelect + `WHERE l.purpose = 'ballot' AND l.used_at = 0 AND l.reminded_at = 0
	AND l.created_at <= ? AND c.closes_at > ? ORDER BY l.created_at`

func unremindedAt(now time.Time) []any {
	return []any{engine.Millis(now.Add(-models.ReminderAfter)), engine.Millis(now.Add(-models.LateLinks))}
}

// RemindBallots implements models.LinkStore.
func (s *Store) RemindBallots(ctx context.Context, renew func(models.Link) (string, models.Job)) (int, error) {
	some, err := engine.One[bool](s.db.Reader(ctx).Row("SELECT EXISTS ("+unreminded+")", unremindedAt(s.now())...))
	if err != nil || !some {
		return 0, engine.Wrap("remind ballots", err)
	}
	reminded := 0
	err = s.write(ctx, func(t *engine.Tx) error {
		reminded = 0
		rows, err := t.Query(unreminded, unremindedAt(t.Now)...)
		links, err := engine.Collect(rows, err, scanLink)
		for _, l := range links {
			var done bool
			if err == nil {
				done, err = remind(t, l, renew)
			}
			if done {
				reminded++
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return reminded, nil
}

// remind adds the reminder of one ballot link, if its votes can still be counted. It
// reports whether it did.
func remind(t *engine.Tx, l models.Link, renew func(models.Link) (string, models.Job)) (bool, error) {
	c, err := rules(t, l.ConsultationID)
	if models.IsNotFound(err) {
		return false, nil
	}
	if err != nil || l.CheckUse(t.Now) != nil || c.AcceptsLateLink(l.CreatedAt, t.Now) != nil {
		return false, err
	}
	hash, job := renew(l)
	if plan, err := planJob(t, job); err != nil || plan.Dropped {
		return false, err
	}
	if err := t.Run("UPDATE links SET token_hash2 = ?, reminded_at = ? WHERE id = ?", hash, engine.Millis(t.Now), l.ID); err != nil {
		return false, err
	}
	return true, addJobs(t, []models.Job{job})
}
