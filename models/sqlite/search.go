package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
	"folkmoot/models/words"
)

const (
	searchDocs  = 5_000 // only so many of the newest matches are ranked
	headingGain = 2.0   // weight of a word in a title
)

// index adds a text to the search index or replaces it.
func index(t *engine.Tx, kind, id, consultationID, heading, body string) error {
	docid, err := engine.One[int64](t.Row("SELECT docid FROM search_docs WHERE kind = ? AND item_id = ?", kind, id))
	if err == nil {
		return t.Run("UPDATE search SET heading = ?, body = ? WHERE docid = ?", indexed(heading), indexed(body), docid)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	docid, err = engine.One[int64](t.Row("INSERT INTO search_docs (kind, item_id, consultation_id) VALUES (?, ?, ?) RETURNING docid",
		kind, id, consultationID))
	if err != nil {
		return err
	}
	return t.Run("INSERT INTO search (docid, heading, body) VALUES (?, ?, ?)", docid, indexed(heading), indexed(body))
}

// unindex removes a text from the search index.
func unindex(t *engine.Tx, kind, id string) error {
	docid, err := engine.One[int64](t.Row("DELETE FROM search_docs WHERE kind = ? AND item_id = ? RETURNING docid", kind, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return errorOr(err, func() error { return t.Run("DELETE FROM search WHERE docid = ?", docid) })
}

// matchQuery returns an FTS expression for the words of a query. Each is quoted and holds
// letters, marks and digits only, so that nothing in it is syntax. "" if there is no word.
func matchQuery(query string) string {
	var phrases []string
	for _, t := range words.Query(query) {
		phrase := strings.Join(t.Words, " ")
		if t.Prefix {
			phrase += "*"
		}
		phrases = append(phrases, `"`+phrase+`"`)
	}
	return strings.Join(phrases, " ")
}

// indexed returns the words of a text as they stand in the index.
func indexed(text string) string { return strings.Join(words.Of(text), " ") }

// found is a matching document before its text is read.
type found struct {
	docid int64
	score float64
}

// Search implements models.SearchStore.
func (s *Store) Search(ctx context.Context, query string, limit int) ([]models.Hit, error) {
	match := matchQuery(query)
	if match == "" || limit <= 0 {
		return nil, ctx.Err()
	}
	var hits []models.Hit
	err := s.db.Snapshot(ctx, "search", func(q engine.Queries) error {
		rows, err := q.Query("SELECT docid, matchinfo(search, 'pcnalx') FROM search WHERE search MATCH ? ORDER BY docid DESC LIMIT ?",
			match, searchDocs)
		list, err := engine.Collect(rows, err, scanFound)
		slices.SortStableFunc(list, func(a, b found) int { return -cmpFloat(a.score, b.score) })
		for n := 0; err == nil && n < len(list) && len(hits) < limit; n++ {
			var h *models.Hit
			if h, err = hit(q, list[n].docid); h != nil {
				hits = append(hits, *h)
			}
		}
		return err
	})
	return hits, err
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func scanFound(row engine.Scanner) (f found, err error) {
	var info []byte
	if err = row.Scan(&f.docid, &info); err != nil {
		return f, err
	}
	n := make([]float64, len(info)/4)
	for i := range n {
		n[i] = float64(binary.NativeEndian.Uint32(info[4*i:]))
	}
	f.score = bm25(n)
	return f, nil
}

// bm25 scores a document from matchinfo 'pcnalx' (Robertson and Zaragoza, The
// Probabilistic Relevance Framework, 2009; k₁ = 1.2, b = 0.75), column by column.
// The layout is: phrases, columns, documents, the columns' mean lengths, their
// lengths here, then for each phrase and column hits here, hits in all documents,
// and documents with a hit.
func bm25(n []float64) (score float64) {
	const k1, b = 1.2, 0.75
	phrases, columns, docs := int(n[0]), int(n[1]), n[2]
	mean, length, x := n[3:3+columns], n[3+columns:3+2*columns], n[3+2*columns:]
	for p := range phrases {
		for c := range columns {
			hits, with := x[3*(p*columns+c)], x[3*(p*columns+c)+2]
			if hits == 0 {
				continue
			}
			idf := math.Log(1 + (docs-with+0.5)/(with+0.5))
			part := idf * hits * (k1 + 1) / (hits + k1*(1-b+b*length[c]/max(mean[c], 1)))
			if c == 0 {
				part *= headingGain
			}
			score += part
		}
	}
	return score
}

// hit reads a document; nil if the public may not see it.
func hit(q engine.Queries, docid int64) (*models.Hit, error) {
	var h models.Hit
	var id, consultationID string
	err := q.Row(`SELECT d.kind, d.item_id, d.consultation_id, c.slug, coalesce(t.title, ''),
		coalesce(t.question || char(10) || t.body, ''), c.created_at
		FROM search_docs AS d JOIN consultations AS c ON c.id = d.consultation_id
		LEFT JOIN consultation_texts AS t ON t.consultation_id = c.id AND t.language = c.language
		WHERE d.docid = ? AND c.state <> 'draft'`, docid).
		Scan(&h.Kind, &id, &consultationID, &h.Slug, &h.Title, &h.Text, engine.ScanTime(&h.At))
	switch h.Kind {
	case string(models.KindIdea):
		err = q.Row(`SELECT number, title, body, published_at FROM ideas WHERE id = ? AND status = 'published'`, id).
			Scan(&h.IdeaNumber, &h.Heading, &h.Text, engine.ScanTime(&h.At))
	case string(models.KindReply):
		h.ReplyID = id
		err = q.Row(`SELECT author_name, body, created_at, coalesce((SELECT number FROM ideas WHERE id = idea_id), 0)
			FROM replies WHERE id = ? AND status = 'published'`, id).
			Scan(&h.Heading, &h.Text, engine.ScanTime(&h.At), &h.IdeaNumber)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &h, err
}
