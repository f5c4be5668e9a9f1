package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// outlet calls fn with the records of one kind after a key.
type outlet func(q engine.Queries, after string, fn func(models.CopyRecord) error) error

// CopyOut implements models.CopyStore, as of one moment for each kind.
func (s *Store) CopyOut(ctx context.Context, kind models.CopyKind, after string, fn func(models.CopyRecord) error) error {
	out := outletOf(kind)
	if out == nil {
		return fmt.Errorf("copy: no kind %q", kind)
	}
	return s.db.Stream(ctx, "copy "+string(kind), func(q engine.Queries) error {
		return out(q, after, func(r models.CopyRecord) error {
			if r.CopyKey() <= after { // small kinds are read from their beginning
				return nil
			}
			if err := fn(r); err != nil {
				return engine.FromCallback(err)
			}
			return nil
		})
	})
}

func outletOf(kind models.CopyKind) outlet {
	switch kind {
	case models.CopySite:
		return siteOut
	case models.CopyConsultations:
		return consultationsOut
	case models.CopyRevisions:
		return rowsOut(revisionsOut, scanCopiedRevision)
	case models.CopyParticipants:
		return rowsOut(participantSelect+"WHERE p.id > ? ORDER BY p.id", scanCopiedParticipant)
	case models.CopySessions:
		return rowsOut(sessionsOut, scanCopiedSession)
	case models.CopyLinks:
		return rowsOut(linkSelect+"WHERE l.id > ? ORDER BY l.id", scanCopiedLink)
	case models.CopyIdeas:
		return rowsOut(ideasOut, scanCopiedIdea)
	case models.CopyReplies:
		return rowsOut(repliesOut, scanCopiedReply)
	case models.CopyWordings:
		return rowsOut(wordingsOut, scanCopiedWording)
	case models.CopyVotes:
		return votesOut
	case models.CopyDecisions:
		return rowsOut(decisionsOut, scanCopiedDecision)
	case models.CopyReports:
		return rowsOut(reportsOut, scanCopiedReport)
	case models.CopySealed:
		return rowsOut(sealedOut, scanCopiedSealed)
	case models.CopyResponses:
		return rowsOut(responsesOut, scanCopiedResponse)
	case models.CopyJobs:
		return rowsOut("SELECT "+jobColumns+" FROM jobs WHERE id > ? ORDER BY id", scanCopiedJob)
	case models.CopyAudit:
		return rowsOut(auditSelect+"ORDER BY seq", scanCopiedAuditEntry)
	}
	return nil
}

// rowsOut returns an outlet of the rows of one query, which may use the key.
func rowsOut(text string, scan func(engine.Scanner) (models.CopyRecord, error)) outlet {
	return func(q engine.Queries, after string, fn func(models.CopyRecord) error) error {
		var args []any
		if strings.Contains(text, "?") {
			args = []any{after}
		}
		rows, err := q.Query(text, args...)
		return handEach(rows, err, scan, fn)
	}
}

func handEach(rows *sql.Rows, err error, scan func(engine.Scanner) (models.CopyRecord, error), fn func(models.CopyRecord) error) error {
	return engine.Each(rows, err, func(row engine.Scanner) error {
		r, err := scan(row)
		return errorOr(err, func() error { return fn(r) })
	})
}

func siteOut(q engine.Queries, _ string, fn func(models.CopyRecord) error) error {
	secret, err := engine.One[[]byte](q.Row("SELECT value FROM site WHERE name = 'secret'"))
	if err != nil {
		return err
	}
	marked, err := engine.One[bool](q.Row("SELECT EXISTS (SELECT 1 FROM site WHERE name = 'demo')"))
	if err != nil {
		return err
	}
	r := models.CopiedSite{Secret: secret, Demo: marked}
	if r.Audit, err = auditHead(q); err != nil {
		return err
	}
	r.Settings, err = siteSettings(q)
	return errorOr(err, func() error { return fn(r) })
}

func consultationsOut(q engine.Queries, after string, fn func(models.CopyRecord) error) error {
	rows, err := q.Query("SELECT id FROM consultations WHERE id > ? ORDER BY id", after)
	ids, err := engine.Collect(rows, err, engine.One[string])
	for _, id := range ids {
		if err != nil {
			return err
		}
		var r models.CopiedConsultation
		if r.ReplySeq, err = engine.One[int64](q.Row("SELECT reply_seq FROM consultations WHERE id = ?", id)); err != nil {
			return err
		}
		if r.Consultation, err = consultation(q, id); err != nil {
			return err
		}
		err = fn(r)
	}
	return err
}

const revisionsOut = `SELECT id, consultation_id, language, before, after, reason, changes, at,
	row_number() OVER (PARTITION BY consultation_id ORDER BY seq)
	FROM consultation_revisions ORDER BY consultation_id, seq`

func scanCopiedRevision(row engine.Scanner) (models.CopyRecord, error) {
	var r models.CopiedRevision
	err := row.Scan(&r.ID, &r.ConsultationID, &r.Language, engine.ScanJSON(&r.Before), engine.ScanJSON(&r.After), &r.Reason,
		engine.ScanJSON(&r.Changes), engine.ScanTime(&r.At), &r.N)
	return r, err
}

func scanCopiedParticipant(row engine.Scanner) (models.CopyRecord, error) {
	p, err := scanParticipant(row)
	return models.CopiedParticipant{Participant: p}, err
}

const sessionsOut = `SELECT token_hash, participant_id, created_at, expires_at FROM sessions
	WHERE token_hash > ? ORDER BY token_hash`

func scanCopiedSession(row engine.Scanner) (models.CopyRecord, error) {
	var r models.CopiedSession
	err := row.Scan(&r.TokenHash, &r.ParticipantID, engine.ScanTime(&r.CreatedAt), engine.ScanTime(&r.ExpiresAt))
	return r, err
}

func scanCopiedLink(row engine.Scanner) (models.CopyRecord, error) {
	l, err := scanLink(row)
	return models.CopiedLink{Link: l}, err
}

func votesOut(q engine.Queries, after string, fn func(models.CopyRecord) error) error {
	ideaID, participantID, _ := strings.Cut(after, "/")
	rows, err := q.Query(voteSelect+"WHERE (idea_id, participant_id) > (?, ?) ORDER BY idea_id, participant_id", ideaID, participantID)
	return handEach(rows, err, func(row engine.Scanner) (models.CopyRecord, error) {
		v, err := scanVote(row)
		return models.CopiedVote{Vote: v}, err
	}, fn)
}

// decisionsOut reads decisions with their items and the items' waiting times, each as one
// JSON list.
const decisionsOut = `SELECT consultation_id, seq, action, reason, reason_salt, actor_id, undoes, at, prev_hash, hash,
	(SELECT json_group_array(json_object('Item', json_object('Kind', kind, 'ID', item_id), 'Rev', rev, 'From', from_status,
		'To', to_status, 'Digest', digest)) FROM (SELECT * FROM decision_items AS i
		WHERE i.consultation_id = decisions.consultation_id AND i.seq = decisions.seq ORDER BY position)),
	(SELECT json_group_array(waited) FROM (SELECT waited FROM decision_items AS i
		WHERE i.consultation_id = decisions.consultation_id AND i.seq = decisions.seq ORDER BY position))
	FROM decisions ORDER BY consultation_id, seq`

func scanCopiedDecision(row engine.Scanner) (models.CopyRecord, error) {
	var r models.CopiedDecision
	err := row.Scan(&r.ConsultationID, &r.Seq, &r.Action, &r.Reason, &r.ReasonSalt, &r.ActorID, &r.Undoes, engine.ScanTime(&r.At),
		&r.PrevHash, &r.Hash, engine.ScanJSON(&r.Items), engine.ScanJSON(&r.Waited))
	return r, err
}

const reportsOut = `SELECT id, kind, item_id, consultation_id, reason, reference, network, created_at, closed_by
	FROM reports WHERE id > ? ORDER BY id`

func scanCopiedReport(row engine.Scanner) (models.CopyRecord, error) {
	var r models.CopiedReport
	err := row.Scan(&r.ID, &r.Item.Kind, &r.Item.ID, &r.ConsultationID, &r.Reason, &r.Reference, &r.Network,
		engine.ScanTime(&r.CreatedAt), &r.ClosedBy)
	return r, err
}

const sealedOut = sealedColumns + "full_file, public_file FROM sealed ORDER BY consultation_id, version"

func scanCopiedSealed(row engine.Scanner) (models.CopyRecord, error) {
	v, err := scanSealed(row)
	return models.CopiedSealed{Sealed: v}, err
}

const responsesOut = `SELECT idea_id, consultation_id, decision, reason, reason_html, owner, due, drafted_by, published_by,
	updated_at, published_at FROM responses WHERE idea_id > ? ORDER BY idea_id`

func scanCopiedResponse(row engine.Scanner) (models.CopyRecord, error) {
	var r models.CopiedResponse
	err := row.Scan(&r.IdeaID, &r.ConsultationID, &r.Decision, &r.Reason, &r.ReasonHTML, &r.Owner, &r.By, &r.DraftedBy,
		&r.PublishedBy, engine.ScanTime(&r.UpdatedAt), engine.ScanTime(&r.PublishedAt))
	return r, err
}

func scanCopiedJob(row engine.Scanner) (models.CopyRecord, error) {
	j, err := scanJob(row)
	return models.CopiedJob{Job: j}, err
}

func scanCopiedAuditEntry(row engine.Scanner) (models.CopyRecord, error) {
	e, err := scanAuditEntry(row)
	return models.CopiedAuditEntry{AuditEntry: e}, err
}
