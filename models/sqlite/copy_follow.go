package sqlite

// countVoices computes the voices from the votes. Of a voice's entries over an idea and
// all ideas merged into it the latest counts; of two by one participant at one time the
// one on the smaller idea id does, as in supersedes. A cycle of merges, which no method
// can make, has no root and counts for itself.
var countVoices = []string{
	"DELETE FROM voices",
	`WITH RECURSIVE merged (id, root) AS (
		SELECT id, id FROM ideas WHERE merged_into = ''
		UNION ALL SELECT ideas.id, merged.root FROM ideas JOIN merged ON ideas.merged_into = merged.id AND ideas.merged_into <> ''),
	entries AS (
		SELECT consultation_id, voice, at, choice <> 'none' AND row_number() OVER (
			PARTITION BY consultation_id, voice, coalesce(root, idea_id) ORDER BY at DESC, participant_id DESC, idea_id) = 1 AS live
		FROM votes LEFT JOIN merged ON merged.id = idea_id)
	INSERT INTO voices (consultation_id, voice, live, last_at)
		SELECT consultation_id, voice, sum(live), max(at) FROM entries GROUP BY consultation_id, voice`,
}

// indexAll builds the search index, in the order in which the texts became public.
var indexAll = []string{
	"DELETE FROM search_docs",
	"DELETE FROM search",
	`INSERT INTO search_docs (kind, item_id, consultation_id) SELECT kind, id, consultation_id FROM (
		SELECT 'consultation' AS kind, id, id AS consultation_id, created_at AS at FROM consultations
		UNION ALL SELECT 'idea', id, consultation_id, published_at FROM ideas WHERE status = 'published'
		UNION ALL SELECT 'reply', id, consultation_id, published_at FROM replies WHERE status = 'published')
		ORDER BY at, kind, id`,
	`INSERT INTO search (docid, heading, body)
		SELECT docid, group_concat(title || char(10), ''), group_concat(question || char(10) || body || char(10), '')
		FROM search_docs JOIN consultation_texts AS t ON t.consultation_id = item_id WHERE kind = 'consultation' GROUP BY docid`,
	`INSERT INTO search (docid, heading, body) SELECT docid,
		title || coalesce((SELECT group_concat(char(10) || t.title, '') FROM idea_texts AS t WHERE t.idea_id = i.id), ''),
		body || coalesce((SELECT group_concat(char(10) || t.body, '') FROM idea_texts AS t WHERE t.idea_id = i.id), '')
		FROM search_docs JOIN ideas AS i ON i.id = item_id WHERE kind = 'idea'`,
	`INSERT INTO search (docid, heading, body) SELECT docid, '', body
		FROM search_docs JOIN replies AS r ON r.id = item_id WHERE kind = 'reply'`,
}
