package sqlite

import (
	"context"
	"strconv"

	"folkmoot/models"
)

const (
	figureSelect = "SELECT id, number, status, merged_into, agree, disagree, pass" + eachFrom
	wordsSelect  = "SELECT id, number, status, merged_into, agree, disagree, pass, title, author_name, body" + eachFrom
	eachFrom     = " FROM ideas WHERE consultation_id = ? AND number > ? AND number > 0 ORDER BY number LIMIT ?"
)

// EachIdea implements models.IdeaStore.
func (s *Store) EachIdea(ctx context.Context, consultationID string, words bool, fn func(models.Idea) error) error {
	text, scan := figureSelect, scanFigures
	if words {
		text, scan = wordsSelect, scanWords
	}
	q := s.reader(ctx)
	return batches("ideas", func(after string) ([]models.Idea, error) {
		number, _ := strconv.Atoi(after) // "": from the first on
		rows, err := q.query(text, consultationID, number, batchSize)
		return collect(rows, err, scan)
	}, func(i models.Idea) string { return strconv.Itoa(i.Number) }, fn)
}

func figuresDest(i *models.Idea, then ...any) []any {
	return append([]any{
		&i.ID, &i.Number, &i.Status, &i.MergedInto, &i.Tally.Agree, &i.Tally.Disagree, &i.Tally.Pass,
	}, then...)
}

func scanFigures(row scanner) (i models.Idea, err error) { return i, row.Scan(figuresDest(&i)...) }

func scanWords(row scanner) (i models.Idea, err error) {
	return i, row.Scan(figuresDest(&i, &i.Title, &i.AuthorName, &i.Body)...)
}
