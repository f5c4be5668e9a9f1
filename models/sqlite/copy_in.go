package sqlite

import (
	"fmt"

	"folkmoot/models"
)

// copyIn adds a record as it is. One that is there already stays.
func copyIn(t *tx, r models.CopyRecord) error {
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
		return t.run(`INSERT INTO sessions (token_hash, participant_id, created_at, expires_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (token_hash) DO NOTHING`, r.TokenHash, r.ParticipantID, ms(r.CreatedAt), ms(r.ExpiresAt))
	case models.CopiedLink:
		return linkIn(t, r.Link)
	case models.CopiedIdea:
		return ideaIn(t, r)
	case models.CopiedReply:
		return replyIn(t, r)
	case models.CopiedWording:
		return t.run(`INSERT INTO text_revisions (kind, item_id, rev, title, body, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (kind, item_id, rev) DO NOTHING`, r.Item.Kind, r.Item.ID, r.Rev, r.Title, r.Body, ms(r.At))
	case models.CopiedVote:
		return voteIn(t, r.Vote)
	case models.CopiedDecision:
		return decisionIn(t, r)
	case models.CopiedReport:
		return t.run(`INSERT INTO reports (id, kind, item_id, consultation_id, reason, reference, network, created_at, closed_by)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			r.ID, r.Item.Kind, r.Item.ID, r.ConsultationID, r.Reason, r.Reference, r.Network, ms(r.CreatedAt), r.ClosedBy)
	case models.CopiedSealed:
		return sealedIn(t, r.Sealed)
	case models.CopiedDownload:
		return downloadIn(t, r)
	case models.CopiedResponse:
		return responseIn(t, r)
	case models.CopiedJob:
		return jobIn(t, r.Job)
	}
	return fmt.Errorf("copy: no place for a %T", r)
}

func siteIn(t *tx, r models.CopiedSite) error {
	err := t.run("UPDATE site SET value = ? WHERE name = 'secret'", r.Secret)
	if err != nil || !r.Demo {
		return err
	}
	return t.run("INSERT INTO site (name, value) VALUES ('demo', x'01') ON CONFLICT DO NOTHING")
}

func consultationIn(t *tx, c models.CopiedConsultation) error {
	n, err := t.exec(`INSERT INTO consultations (id, slug, state, language, settings, time_zone,
		opens_at, suggestions_close_at, closes_at, answer_by, created_at, edited_at, paused_at, sealed_at, answered_at,
		state_reason, rev, version, vote_seq, reply_seq, idea_count, reply_count, voter_count, chain_length, chain_head,
		source, source_id, demo)
		VALUES (?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`,
		c.ID, c.Slug, c.State, c.Language, toJSON(c.Settings), c.TimeZone,
		ms(c.OpensAt), ms(c.SuggestionsCloseAt), ms(c.ClosesAt), ms(c.AnswerBy), ms(c.CreatedAt),
		ms(c.EditedAt), ms(c.PausedAt), ms(c.SealedAt), ms(c.AnsweredAt),
		c.StateReason, c.Rev, c.Version, c.VoteSeq, c.ReplySeq, c.IdeaCount, c.ReplyCount, c.VoterCount, c.ChainLength, c.ChainHead,
		c.Source, c.SourceID, c.Demo)
	if err != nil || n == 0 {
		return err
	}
	return putConsultationTexts(t, c.Consultation)
}

// revisionIn adds the nth edit of a consultation, which has no key of its own here.
func revisionIn(t *tx, r models.CopiedRevision) error {
	return t.run(`INSERT INTO consultation_revisions (id, consultation_id, language, before, after, reason, changes, at)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
		WHERE (SELECT count(*) FROM consultation_revisions WHERE consultation_id = ?2) < ?9`,
		r.ID, r.ConsultationID, r.Language, toJSON(r.Before), toJSON(r.After), r.Reason, toJSON(r.Changes), ms(r.At), r.N)
}

func participantIn(t *tx, p models.Participant) error {
	err := t.run(`INSERT INTO participants (id, name, address, address_key, mail_key, capacity, band, number, language, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		p.ID, p.Name, p.Address, p.AddressKey, recipientKey(p.Address), p.Capacity, p.Band, p.Number, p.Language, ms(p.CreatedAt))
	for _, g := range p.Grants {
		if err == nil {
			err = t.run("INSERT INTO grants (participant_id, role, consultation_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
				p.ID, g.Role, g.ConsultationID)
		}
	}
	return err
}

func linkIn(t *tx, l models.Link) error {
	return t.run(`INSERT INTO links (id, token_hash, token_hash2, purpose, address, address_key, name, capacity, band, role,
		consultation_id, choices, return_to, language, created_at, expires_at, used_at, reminded_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		l.ID, l.TokenHash, l.TokenHash2, l.Purpose, l.Address, l.AddressKey, l.Name, l.Capacity, l.Band, toJSON(l.Grant),
		l.ConsultationID, toJSON(l.Choices), l.ReturnTo, l.Language, ms(l.CreatedAt), ms(l.ExpiresAt), ms(l.UsedAt), ms(l.RemindedAt))
}

// queueIn gives an item its place before the moderators.
func queueIn(t *tx, item models.Item, consultationID string, s models.CopiedStanding) error {
	if !s.Queued {
		return nil
	}
	return enqueue(t, item, consultationID, s.Since, s.Waits)
}

func ideaIn(t *tx, i models.CopiedIdea) error {
	n, err := t.exec("INSERT INTO ideas ("+contributionColumns+`, decided_at, number, title, body, body_html, organiser,
		merged_into, first_vote_at, agree, disagree, pass, reply_count)
		VALUES (`+contributionMarks+", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		contributionArgs(i.Contribution, ms(i.DecidedAt), i.Number, i.Title, i.Body, i.BodyHTML, i.Organiser,
			i.MergedInto, ms(i.FirstVote), i.Tally.Agree, i.Tally.Disagree, i.Tally.Pass, i.ReplyCount)...)
	if err != nil || n == 0 {
		return err
	}
	if err = putIdeaTexts(t, i.Idea); err != nil {
		return err
	}
	return queueIn(t, i.Item(), i.ConsultationID, i.CopiedStanding)
}

func replyIn(t *tx, r models.CopiedReply) error {
	n, err := t.exec("INSERT INTO replies ("+contributionColumns+`, decided_at, idea_id, parent_id, parent_name, orphan, depth,
		seq, path, path_new, shown, body, body_html)
		VALUES (`+contributionMarks+", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		contributionArgs(r.Contribution, ms(r.DecidedAt), r.IdeaID, r.ParentID, r.ParentName, r.Orphan, r.Depth,
			r.Seq, r.Path, r.PathNew, r.Shown(), r.Body, r.BodyHTML)...)
	if err != nil || n == 0 {
		return err
	}
	return queueIn(t, r.Item(), r.ConsultationID, r.CopiedStanding)
}

func voteIn(t *tx, v models.Vote) error {
	return t.run(`INSERT INTO votes (consultation_id, idea_id, participant_id, voice, capacity, band, tier, channel, choice, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (idea_id, participant_id) DO NOTHING`,
		v.ConsultationID, v.IdeaID, v.ParticipantID, v.Voice, v.Capacity, v.Band, v.Tier, v.Channel, v.Choice, ms(v.At))
}

func decisionIn(t *tx, d models.CopiedDecision) error {
	n, err := t.exec(`INSERT INTO decisions (consultation_id, seq, action, reason, reason_salt, actor_id, undoes, at, prev_hash, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (consultation_id, seq) DO NOTHING`,
		d.ConsultationID, d.Seq, d.Action, d.Reason, d.ReasonSalt, d.ActorID, d.Undoes, ms(d.At), d.PrevHash, d.Hash)
	if err != nil || n == 0 {
		return err
	}
	for n, it := range d.Items {
		err = t.run(`INSERT INTO decision_items (consultation_id, seq, position, kind, item_id, rev, from_status, to_status,
			digest, waited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			d.ConsultationID, d.Seq, n, it.Item.Kind, it.Item.ID, it.Rev, it.From, it.To, it.Digest, d.Waited[n])
		if err != nil {
			return err
		}
	}
	return nil
}

func sealedIn(t *tx, v models.Sealed) error {
	return t.run(`INSERT INTO sealed (consultation_id, version, full_file, public_file, full_sha256, public_sha256, result,
		sealed_by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (consultation_id, version) DO NOTHING`,
		v.ConsultationID, v.Version, blob(v.Full), blob(v.Public), v.FullSHA256, v.PublicSHA256, toJSON(v.Result), v.SealedBy, ms(v.At))
}

// downloadIn adds the nth of one person at one time, which has no key of its own here.
func downloadIn(t *tx, d models.CopiedDownload) error {
	return t.run(`INSERT INTO downloads (consultation_id, version, participant_id, at) SELECT ?1, ?2, ?3, ?4
		WHERE (SELECT count(*) FROM downloads WHERE consultation_id = ?1 AND version = ?2 AND participant_id = ?3 AND at = ?4) < ?5`,
		d.ConsultationID, d.Version, d.ParticipantID, ms(d.At), d.N)
}

func responseIn(t *tx, r models.CopiedResponse) error {
	return t.run(`INSERT INTO responses (idea_id, consultation_id, decision, reason, reason_html, owner, due, drafted_by,
		published_by, updated_at, published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (idea_id) DO NOTHING`,
		r.IdeaID, r.ConsultationID, r.Decision, r.Reason, r.ReasonHTML, r.Owner, r.By, r.DraftedBy, r.PublishedBy,
		ms(r.UpdatedAt), ms(r.PublishedAt))
}

func jobIn(t *tx, j models.Job) error {
	return t.run("INSERT INTO jobs ("+jobColumns+`, recipient_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`,
		j.ID, j.Kind, j.Language, j.Recipient, toJSON(j.Args), ms(j.NotBefore), j.Attempts, ms(j.LeasedTo), ms(j.DoneAt),
		j.LastError, ms(j.CreatedAt), j.Unconfirmed, j.Deferred, j.LinkID, recipientKey(j.Recipient))
}
