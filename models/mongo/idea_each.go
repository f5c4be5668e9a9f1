package mongo

import (
	"context"
	"strconv"

	"folkmoot/models"
)

// EachIdea implements models.IdeaStore.
func (s *Store) EachIdea(ctx context.Context, consultationID string, words bool, fn func(models.Idea) error) error {
	fields := eq("number", 1, "status", 1, "mergedInto", 1, "tally", 1)
	if words {
		fields = append(fields, eq("title", 1, "author", 1, "body", 1)...)
	}
	return batches(ctx, s, func(after string) query {
		number, _ := strconv.Atoi(after) // "": from the first on
		return query{
			coll: "ideas", filter: eq("c", consultationID, "number", eq("$gt", number)),
			sort: eq("number", 1), fields: fields,
		}
	}, func(d idea) string { return strconv.Itoa(d.Number) }, func(d idea) error { return fn(figuresOf(d, words)) })
}

// figuresOf gives no more of an idea than EachIdea reads.
func figuresOf(d idea, words bool) models.Idea {
	full := d.model()
	i := models.Idea{Number: full.Number, MergedInto: full.MergedInto, Tally: full.Tally}
	i.ID, i.Status = full.ID, full.Status
	if words {
		i.Title, i.AuthorName, i.Body = full.Title, full.AuthorName, full.Body
	}
	return i
}
