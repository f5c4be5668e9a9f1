package sqlite

import (
	"database/sql"
	"strings"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// standing returns further columns of a kind of item: its state in the queue and the chain.
func standing(kind models.Kind) string {
	return strings.NewReplacer("{kind}", string(kind), "{table}", itemTables[kind]).Replace(
		`decided_at, (SELECT max(seq) FROM decision_items AS d WHERE d.kind = '{kind}' AND d.item_id = {table}.id),
		(SELECT since FROM queue WHERE kind = '{kind}' AND item_id = {table}.id),
		(SELECT waits FROM queue WHERE kind = '{kind}' AND item_id = {table}.id)`)
}

// corner is an item's state in the queue and the chain.
type corner struct {
	lastSeq, since sql.NullInt64
	waits          sql.NullBool
}

func (p *corner) into(s *models.CopiedStanding) []any {
	return []any{engine.ScanTime(&s.DecidedAt), &p.lastSeq, &p.since, &p.waits}
}

func (p *corner) fill(s *models.CopiedStanding) {
	s.LastSeq, s.Queued, s.Since, s.Waits = p.lastSeq.Int64, p.since.Valid, engine.FromMillis(p.since.Int64), p.waits.Bool
}

var ideasOut = "SELECT " + contributionColumns + `, number, title, body, body_html, organiser, merged_into,
	first_vote_at, agree, disagree, pass, reply_count,
	(SELECT json_group_object(language, json_object('Title', title, 'Body', body, 'BodyHTML', body_html))
		FROM idea_texts WHERE idea_id = ideas.id), ` + standing(models.KindIdea) + " FROM ideas WHERE id > ? ORDER BY id"

func scanCopiedIdea(row engine.Scanner) (models.CopyRecord, error) {
	var i models.CopiedIdea
	var p corner
	err := row.Scan(contributionDest(&i.Contribution, append([]any{
		&i.Number, &i.Title, &i.Body, &i.BodyHTML, &i.Organiser, &i.MergedInto, engine.ScanTime(&i.FirstVote),
		&i.Tally.Agree, &i.Tally.Disagree, &i.Tally.Pass, &i.ReplyCount, engine.ScanJSON(&i.Texts),
	}, p.into(&i.CopiedStanding)...)...)...)
	if len(i.Texts) == 0 {
		i.Texts = nil
	}
	p.fill(&i.CopiedStanding)
	return i, err
}

var repliesOut = "SELECT " + contributionColumns + `, idea_id, parent_id, parent_name, orphan, depth, seq, path, path_new,
	body, body_html, ` + standing(models.KindReply) + " FROM replies WHERE id > ? ORDER BY id"

func scanCopiedReply(row engine.Scanner) (models.CopyRecord, error) {
	var r models.CopiedReply
	var p corner
	err := row.Scan(contributionDest(&r.Contribution, append([]any{
		&r.IdeaID, &r.ParentID, &r.ParentName, &r.Orphan, &r.Depth, &r.Seq, &r.Path, &r.PathNew, &r.Body, &r.BodyHTML,
	}, p.into(&r.CopiedStanding)...)...)...)
	p.fill(&r.CopiedStanding)
	return r, err
}

var wordingsOut = "SELECT kind, item_id, rev, title, body, at, CASE kind " +
	overItems("WHEN '{kind}' THEN (SELECT consultation_id FROM {table} WHERE id = item_id)", " ") +
	" END FROM text_revisions ORDER BY kind, item_id, rev"

func scanCopiedWording(row engine.Scanner) (models.CopyRecord, error) {
	var r models.CopiedWording
	err := row.Scan(&r.Item.Kind, &r.Item.ID, &r.Rev, &r.Title, &r.Body, engine.ScanTime(&r.At), &r.ConsultationID)
	return r, err
}
