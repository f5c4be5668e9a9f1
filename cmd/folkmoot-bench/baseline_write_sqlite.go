package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
)

// The rows that the real store writes for a vote, found by no reading at all.
const (
	bareVote = `INSERT INTO votes (idea_id, participant_id, consultation_id, voice, capacity, band, tier, channel, choice, at)
		VALUES (?1, ?2, ?3, ?2, 'resident', '', 'email', 'online', ?4, ?5)
		ON CONFLICT DO UPDATE SET choice = excluded.choice, at = excluded.at`
	bareVoice = `INSERT INTO voices (consultation_id, voice, live, last_at) VALUES (?, ?, 1, ?)
		ON CONFLICT DO UPDATE SET live = live + 1, last_at = excluded.last_at`
	bareTally = `UPDATE ideas SET agree = agree + (?1 = 'agree'), disagree = disagree + (?1 = 'disagree'),
		pass = pass + (?1 = 'pass') WHERE id = ?2`
	bareVoteSeq = `UPDATE consultations SET vote_seq = vote_seq + 1 WHERE id = ?`
)

// And those for a reply: itself, its place in the queue, the message to its author.
const (
	bareReply = `INSERT INTO replies (id, consultation_id, participant_id, author_name, staff_role, address, address_key, guest,
		network, token_hash, reference, channel, language, source, source_id, status, reason, withdrawn, rev, salt, created_at,
		edited_at, published_at, decided_at, idea_id, parent_id, parent_name, orphan, depth, seq, path, path_new, shown, body, body_html)
		VALUES (?1, ?2, ?3, 'Ada Marsh', '', '', '', '', ?1, ?4, '2345-6789', 'online', 'en', '', '', 'pending', '', 0, 1, ?1, ?5,
		0, 0, 0, '', '', '', 0, 1, ?6, ?7, ?8, 0, ?9, ?9)`
	bareQueue = `INSERT INTO queue (kind, item_id, consultation_id, since, waits) VALUES ('reply', ?, ?, ?, 1)`
	bareJob   = `INSERT INTO jobs (id, kind, language, recipient, recipient_key, args, not_before, attempts, leased_to, done_at,
		last_error, created_at, unconfirmed, deferred, link_id, mailbox, topic)
		VALUES (?1, 'received', 'en', 'p@example.org', 'p@example.org', ?2, ?3, 0, 0, 0, '', ?3, 0, 0, '', 'p@example.org', '')`
	bareReplySeq = `UPDATE consultations SET reply_seq = max(reply_seq, ?) WHERE id = ?`
)

var bareStatements = []string{bareVote, bareVoice, bareTally, bareVoteSeq, bareReply, bareQueue, bareJob, bareReplySeq}

// sqliteWriter commits batches on one connection, by statements that were prepared.
type sqliteWriter struct {
	spec       writeSpec
	begin, end *sql.Stmt
	prepared   map[string]*sql.Stmt
}

// bareSQLite writes the same rows as the real server into a file.
func bareSQLite(app *fiber.App, store string, spec writeSpec) error {
	db, err := openRaw(store, "rw")
	if err != nil {
		return err
	}
	w := &sqliteWriter{spec: spec, prepared: map[string]*sql.Stmt{}}
	if err := w.prepare(db); err != nil {
		return err
	}
	bareWrites(app, spec, w.transact)
	return nil
}

func (w *sqliteWriter) prepare(db *sql.DB) error {
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	var errs []error
	stmt := func(q string) *sql.Stmt {
		s, err := conn.PrepareContext(ctx, q)
		errs = append(errs, err)
		return s
	}
	w.begin, w.end = stmt("BEGIN IMMEDIATE"), stmt("COMMIT")
	for _, q := range bareStatements {
		w.prepared[q] = stmt(q)
	}
	return errors.Join(errs...)
}

// transact runs a batch. An error ends the measurement, so nothing is rolled back.
func (w *sqliteWriter) transact(batch []bareWrite) error {
	if _, err := w.begin.Exec(); err != nil {
		return err
	}
	for _, b := range batch {
		for _, s := range w.statements(b) {
			if _, err := w.prepared[s.sql].Exec(s.args...); err != nil {
				return fmt.Errorf("bare write: %w", err)
			}
		}
	}
	_, err := w.end.Exec()
	return err
}

// statement is one statement with its arguments.
type statement struct {
	sql  string
	args []any
}

func (w *sqliteWriter) statements(b bareWrite) []statement {
	now, c := time.Now().UnixMilli(), w.spec.Consultation
	if b.choice != "" {
		return []statement{
			{bareVote, []any{b.idea, b.person, c, b.choice, now}},
			{bareVoice, []any{c, b.person, now}},
			{bareTally, []any{b.choice, b.idea}},
			{bareVoteSeq, []any{c}},
		}
	}
	r := models.Reply{}
	r.Place(nil, b.seq)
	token := models.HashToken(b.id)
	return []statement{
		{bareReply, []any{b.id, c, b.person, token, now, b.seq, r.Path, r.PathNew, b.body}},
		{bareQueue, []any{b.id, c, now}},
		{bareJob, []any{b.id, receivedArgs(token), now}},
		{bareReplySeq, []any{b.seq, c}},
	}
}

// receivedArgs are the arguments of the message to a reply's author.
func receivedArgs(token string) string {
	return `{"reference":"2345-6789","slug":"flood","title":"Local supply: flood","token":"` + token + `"}`
}
