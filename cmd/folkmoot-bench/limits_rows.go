package main

import (
	"sync/atomic"
	"time"

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
		last_error, created_at, unconfirmed, deferred, link_id)
		VALUES (?1, 'received', 'en', 'p@example.org', 'p@example.org', ?2, ?3, 0, 0, 0, '', ?3, 0, 0, '')`
	bareReplySeq = `UPDATE consultations SET reply_seq = max(reply_seq, ?) WHERE id = ?`
)

var bareStatements = []string{bareVote, bareVoice, bareTally, bareVoteSeq, bareReply, bareQueue, bareJob, bareReplySeq}

func voteSteps(s writeSpec, idea, person, choice string) []step {
	now := time.Now().UnixMilli()
	return []step{
		{bareVote, []any{idea, person, s.Consultation, choice, now}},
		{bareVoice, []any{s.Consultation, person, now}},
		{bareTally, []any{choice, idea}},
		{bareVoteSeq, []any{s.Consultation}},
	}
}

// replySeq numbers the bare replies, above those that the store was filled with.
var replySeq atomic.Int64

func replySteps(s writeSpec, id, person, body string) []step {
	now, seq := time.Now().UnixMilli(), 10_000_000+replySeq.Add(1)
	r := models.Reply{}
	r.Place(nil, seq)
	token := models.HashToken(id)
	job := `{"reference":"2345-6789","slug":"flood","title":"Local supply: flood","token":"` + token + `"}`
	return []step{
		{bareReply, []any{id, s.Consultation, person, token, now, seq, r.Path, r.PathNew, body}},
		{bareQueue, []any{id, s.Consultation, now}},
		{bareJob, []any{id, job, now}},
		{bareReplySeq, []any{seq, s.Consultation}},
	}
}
