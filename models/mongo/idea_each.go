package mongo

import (
	"context"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// EachFigure implements models.IdeaStore.
func (s *Store) EachFigure(ctx context.Context, consultationID string, fn func(models.IdeaFigure) error) error {
	fields := eq("number", 1, "status", 1, "mergedInto", 1, "tally", 1)
	return s.eachNumbered(ctx, consultationID, fields, func(i models.Idea) error {
		if i.Tally.Total() == 0 && i.MergedInto == "" {
			return nil
		}
		return fn(models.IdeaFigure{ID: i.ID, Number: i.Number, Status: i.Status, MergedInto: i.MergedInto, Tally: i.Tally})
	})
}

// EachWords implements models.IdeaStore.
func (s *Store) EachWords(ctx context.Context, consultationID string, fn func(models.IdeaWords) error) error {
	fields := eq("number", 1, "status", 1, "mergedInto", 1, "title", 1, "author", 1, "body", 1)
	return s.eachNumbered(ctx, consultationID, fields, func(i models.Idea) error {
		if i.Status != models.StatusPublished || i.MergedInto != "" {
			return nil
		}
		return fn(models.IdeaWords{ID: i.ID, Number: i.Number, Title: i.Title, Author: i.AuthorName, Body: i.Body})
	})
}

// eachNumbered reads some fields of the ideas that have a number.
func (s *Store) eachNumbered(ctx context.Context, consultationID string, fields bson.D, fn func(models.Idea) error) error {
	return batches(ctx, s, func(after string) query {
		number, _ := strconv.Atoi(after) // "": from the first on
		return query{
			coll: "ideas", filter: eq("c", consultationID, "number", eq("$gt", number)),
			sort: eq("number", 1), fields: fields,
		}
	}, func(d idea) string { return strconv.Itoa(d.Number) }, func(d idea) error { return fn(d.model()) })
}
