package sqlite

import (
	"fmt"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// copyIn inserts a record as it is; an existing one is left as it is.
func copyIn(t *engine.Tx, r models.CopyRecord) error {
	switch r := r.(type) {
	case models.CopiedSite:
		return siteIn(t, r)
	case models.CopiedConsultation:
		return consultationIn(t, r)
	case models.CopiedRevision:
		return revisionIn(t, r)
	case models.CopiedParticipant:
		return participantIn(t, r.Participant)
	case models.CopiedSession:
		return t.Run(`INSERT INTO sessions (token_hash, participant_id, created_at, expires_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (token_hash) DO NOTHING`, r.TokenHash, r.ParticipantID, engine.Millis(r.CreatedAt), engine.Millis(r.ExpiresAt))
	case models.CopiedLink:
		return linkIn(t, r.Link)
	case models.CopiedIdea:
		return ideaIn(t, r)
	case models.CopiedReply:
		return replyIn(t, r)
	case models.CopiedWording:
		return t.Run(`INSERT INTO text_revisions (kind, item_id, rev, title, body, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (kind, item_id, rev) DO NOTHING`, r.Item.Kind, r.Item.ID, r.Rev, r.Title, r.Body, engine.Millis(r.At))
	case models.CopiedVote:
		return voteIn(t, r.Vote)
	case models.CopiedDecision:
		return decisionIn(t, r)
	case models.CopiedReport:
		return t.Run(`INSERT INTO reports (id, kind, item_id, consultation_id, reason, reference, network, created_at, closed_by)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			r.ID, r.Item.Kind, r.Item.ID, r.ConsultationID, r.Reason, r.Reference, r.Network, engine.Millis(r.CreatedAt), r.ClosedBy)
	case models.CopiedSealed:
		return sealedIn(t, r.Sealed)
	case models.CopiedResponse:
		return responseIn(t, r)
	case models.CopiedJob:
		return jobIn(t, r.Job)
	case models.CopiedAuditEntry:
		return insertAuditEntry(t, r.AuditEntry)
	}
	return fmt.Errorf("copy: no place for a %T", r)
}

func siteIn(t *engine.Tx, r models.CopiedSite) error {
	err := t.Run("UPDATE site SET value = ? WHERE name = 'secret'", r.Secret)
	if err == nil && r.Audit.Length > 0 {
		err = putSiteValue(t, "audit", r.Audit)
	}
	if err == nil && r.Settings.Version > 0 {
		err = putSiteValue(t, "settings", r.Settings)
	}
	if err != nil || !r.Demo {
		return err
	}
	return t.Run("INSERT INTO site (name, value) VALUES ('demo', x'01') ON CONFLICT DO NOTHING")
}

func consultationIn(t *engine.Tx, c models.CopiedConsultation) error {
	n, err := t.Exec(`INSERT INTO consultations (id, slug, state, language, settings, time_zone,
		opens_at, suggestions_close_at, closes_at, answer_by, created_at, edited_at, paused_at, sealed_at, answered_at,
		state_reason, rev, version, vote_seq, reply_seq, idea_count, reply_count, voter_count, chain_length, chain_head,
		source, source_id, demo)
		VALUES (?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`,
		c.ID, c.Slug, c.State, c.Language, engine.JSON(c.Settings), c.TimeZone,
		engine.Millis(c.OpensAt), engine.Millis(c.SuggestionsCloseAt), engine.Millis(c.ClosesAt), engine.Millis(c.AnswerBy), engine.Millis(c.CreatedAt),
		engine.Millis(c.EditedAt), engine.Millis(c.PausedAt), engine.Millis(c.SealedAt), engine.Millis(c.AnsweredAt),
		c.StateReason, c.Rev, c.Version, c.VoteSeq, c.ReplySeq, c.IdeaCount, c.ReplyCount, c.VoterCount, c.ChainLength, c.ChainHead,
		c.Source, c.SourceID, c.Demo)
	if err != nil || n == 0 {
		return err
	}
	return putConsultationTexts(t, c.Consultation)
}

// revisionIn inserts the nth edit of a consultation, which has no key of its own here.
func revisionIn(t *engine.Tx, r models.CopiedRevision) error {
	return t.Run(`INSERT INTO consultation_revisions (id, consultation_id, language, before, after, reason, changes, at)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
		WHERE (SELECT count(*) FROM consultation_revisions WHERE consultation_id = ?2) < ?9`,
		r.ID, r.ConsultationID, r.Language, engine.JSON(r.Before), engine.JSON(r.After), r.Reason, engine.JSON(r.Changes), engine.Millis(r.At), r.N)
}

func participantIn(t *engine.Tx, p models.Participant) error {
	err := t.Run(`INSERT INTO participants (id, name, address, address_key, mail_key, capacity, band, number, language, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		p.ID, p.Name, p.Address, p.AddressKey, recipientKey(p.Address), p.Capacity, p.Band, p.Number, p.Language, engine.Millis(p.CreatedAt))
	for _, g := range p.Grants {
		if err == nil {
			err = t.Run("INSERT INTO grants (participant_id, role, consultation_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
				p.ID, g.Role, g.ConsultationID)
		}
	}
	return err
}

func linkIn(t *engine.Tx, l models.Link) error {
	return t.Run(`INSERT INTO links (id, token_hash, token_hash2, purpose, address, address_key, name, capacity, band, role,
		consultation_id, choices, return_to, language, created_at, expires_at, used_at, reminded_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		l.ID, l.TokenHash, l.TokenHash2, l.Purpose, l.Address, l.AddressKey, l.Name, l.Capacity, l.Band, engine.JSON(l.Grant),
		l.ConsultationID, engine.JSON(l.Choices), l.ReturnTo, l.Language, engine.Millis(l.CreatedAt), engine.Millis(l.ExpiresAt), engine.Millis(l.UsedAt), engine.Millis(l.RemindedAt))
}

// queueIn inserts an item's row in the queue.
func queueIn(t *engine.Tx, item models.Item, consultationID string, s models.CopiedStanding) error {
	if !s.Queued {
		return nil
	}
	return enqueue(t, item, consultationID, s.Since, s.Waits)
}

func ideaIn(t *engine.Tx, i models.CopiedIdea) error {
	n, err := t.Exec("INSERT INTO ideas ("+contributionColumns+`, decided_at, number, title, body, body_html, organiser,
		merged_into, first_vote_at, agree, disagree, pass, reply_count)
		VALUES (`+contributionPlaceholders+", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		contributionArgs(i.Contribution, engine.Millis(i.DecidedAt), i.Number, i.Title, i.Body, i.BodyHTML, i.Organiser,
			i.MergedInto, engine.Millis(i.FirstVote), i.Tally.Agree, i.Tally.Disagree, i.Tally.Pass, i.ReplyCount)...)
	if err != nil || n == 0 {
		return err
	}
	if err = putIdeaTexts(t, i.Idea); err != nil {
		return err
	}
	return queueIn(t, i.Item(), i.ConsultationID, i.CopiedStanding)
}

func replyIn(t *engine.Tx, r models.CopiedReply) error {
	n, err := t.Exec("INSERT INTO replies ("+contributionColumns+`, decided_at, idea_id, parent_id, parent_name, orphan, depth,
		seq, path, path_new, shown, body, body_html)
		VALUES (`+contributionPlaceholders+", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		contributionArgs(r.Contribution, engine.Millis(r.DecidedAt), r.IdeaID, r.ParentID, r.ParentName, r.Orphan, r.Depth,
			r.Seq, r.Path, r.PathNew, r.Shown(), r.Body, r.BodyHTML)...)
	if err != nil || n == 0 {
		return err
	}
	return queueIn(t, r.Item(), r.ConsultationID, r.CopiedStanding)
}

func voteIn(t *engine.Tx, v models.Vote) error {
	return t.Run(`INSERT INTO votes (consultation_id, idea_id, participant_id, voice, capacity, band, tier, channel, choice, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (idea_id, participant_id) DO NOTHING`,
		v.ConsultationID, v.IdeaID, v.ParticipantID, v.Voice, v.Capacity, v.Band, v.Tier, v.Channel, v.Choice, engine.Millis(v.At))
}

func decisionIn(t *engine.Tx, d models.CopiedDecision) error {
	n, err := t.Exec(`INSERT INTO decisions (consultation_id, seq, action, reason, reason_salt, actor_id, undoes, at, prev_hash, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (consultation_id, seq) DO NOTHING`,
		d.ConsultationID, d.Seq, d.Action, d.Reason, d.ReasonSalt, d.ActorID, d.Undoes, engine.Millis(d.At), d.PrevHash, d.Hash)
	if err != nil || n == 0 {
		return err
	}
	for n, it := range d.Items {
		err = t.Run(`INSERT INTO decision_items (consultation_id, seq, position, kind, item_id, rev, from_status, to_status,
			digest, waited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			d.ConsultationID, d.Seq, n, it.Item.Kind, it.Item.ID, it.Rev, it.From, it.To, it.Digest, d.Waited[n])
		if err != nil {
			return err
		}
	}
	return nil
}

func sealedIn(t *engine.Tx, v models.Sealed) error {
	return t.Run(`INSERT INTO sealed (consultation_id, version, full_file, public_file, full_sha256, public_sha256, result,
		sealed_by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (consultation_id, version) DO NOTHING`,
		v.ConsultationID, v.Version, blob(v.Full), blob(v.Public), v.FullSHA256, v.PublicSHA256, engine.JSON(v.Result), v.SealedBy, engine.Millis(v.At))
}

func responseIn(t *engine.Tx, r models.CopiedResponse) error {
	return t.Run(`INSERT INTO responses (idea_id, consultation_id, decision, reason, reason_html, owner, due, drafted_by,
		published_by, updated_at, published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (idea_id) DO NOTHING`,
		r.IdeaID, r.ConsultationID, r.Decision, r.Reason, r.ReasonHTML, r.Owner, r.By, r.DraftedBy, r.PublishedBy,
		engine.Millis(r.UpdatedAt), engine.Millis(r.PublishedAt))
}

func jobIn(t *engine.Tx, j models.Job) error {
	return t.Run("INSERT INTO jobs ("+jobColumns+`, recipient_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`,
		j.ID, j.Kind, j.Language, j.Recipient, engine.JSON(j.Args), engine.Millis(j.NotBefore), j.Attempts, engine.Millis(j.LeasedTo), engine.Millis(j.DoneAt),
		j.LastError, engine.Millis(j.CreatedAt), j.Unconfirmed, j.Deferred, j.LinkID, j.MailboxKey(), j.Topic, recipientKey(j.Recipient))
}
