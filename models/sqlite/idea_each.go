package sqlite

import (
	"context"
	"strconv"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

const (
	figureSelect = `SELECT id, number, status, merged_into, agree, disagree, pass FROM ideas
		WHERE consultation_id = ? AND number > ? AND number > 0 AND (agree + disagree + pass > 0 OR merged_into <> '')
		ORDER BY number LIMIT ?`
	// Where nobody has voted, only merged ideas have figures; they are few.
	mergedSelect = `SELECT id, number, status, merged_into, agree, disagree, pass FROM ideas INDEXED BY ideas_merged
		WHERE consultation_id = ? AND number > ? AND number > 0 AND merged_into <> ''
		ORDER BY number LIMIT ?`
	wordsSelect = `SELECT id, number, title, author_name, body FROM ideas
		WHERE consultation_id = ? AND number > ? AND number > 0 AND status = 'published' AND merged_into = ''
		ORDER BY number LIMIT ?`
)

// EachFigure implements models.IdeaStore.
func (s *Store) EachFigure(ctx context.Context, consultationID string, fn func(models.IdeaFigure) error) error {
	voted, err := engine.One[bool](s.db.Reader(ctx).Row("SELECT EXISTS (SELECT 1 FROM votes WHERE consultation_id = ?)", consultationID))
	if err != nil {
		return engine.Wrap("ideas", err)
	}
	text := mergedSelect
	if voted {
		text = figureSelect
	}
	number := func(i models.IdeaFigure) string { return strconv.Itoa(i.Number) }
	return engine.EachInBatches("ideas", byNumber(s.db.Reader(ctx), text, consultationID, scanFigure), number, fn)
}

// EachWords implements models.IdeaStore.
func (s *Store) EachWords(ctx context.Context, consultationID string, fn func(models.IdeaWords) error) error {
	number := func(i models.IdeaWords) string { return strconv.Itoa(i.Number) }
	return engine.EachInBatches("ideas", byNumber(s.db.Reader(ctx), wordsSelect, consultationID, scanWords), number, fn)
}

// byNumber returns a function that reads a batch of ideas after a number.
func byNumber[T any](q engine.Queries, text, consultationID string, scan func(engine.Scanner) (T, error)) func(after string) ([]T, error) {
	return func(after string) ([]T, error) {
		number, _ := strconv.Atoi(after) // "": from the first on
		rows, err := q.Query(text, consultationID, number, engine.BatchSize)
		return engine.Collect(rows, err, scan)
	}
}

func scanFigure(row engine.Scanner) (i models.IdeaFigure, err error) {
	return i, row.Scan(&i.ID, &i.Number, &i.Status, &i.MergedInto, &i.Tally.Agree, &i.Tally.Disagree, &i.Tally.Pass)
}

func scanWords(row engine.Scanner) (i models.IdeaWords, err error) {
	return i, row.Scan(&i.ID, &i.Number, &i.Title, &i.Author, &i.Body)
}
