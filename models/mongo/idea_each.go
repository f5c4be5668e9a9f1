package mongo

import (
	"context"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// EachFigure implements models.IdeaStore.
func (s *Store) EachFigure(ctx context.Context, consultationID string, fn func(models.IdeaFigure) error) error {
	fields := eq("number", 1, "status", 1, "mergedInto", 1, "tally", 1)
	return s.eachNumbered(ctx, consultationID, fields, func(d idea) error {
		t := models.Tally(d.Tally)
		if t.Total() == 0 && d.MergedInto == "" {
			return nil
		}
		return fn(models.IdeaFigure{ID: d.ID, Number: d.Number, Status: d.Status, MergedInto: d.MergedInto, Tally: t})
	})
}

// EachWords implements models.IdeaStore.
func (s *Store) EachWords(ctx context.Context, consultationID string, fn func(models.IdeaWords) error) error {
	fields := eq("number", 1, "status", 1, "mergedInto", 1, "title", 1, "author", 1, "body", 1)
	return s.eachNumbered(ctx, consultationID, fields, func(d idea) error {
		if d.Status != models.StatusPublished || d.MergedInto != "" {
			return nil
		}
		return fn(models.IdeaWords{ID: d.ID, Number: d.Number, Title: d.Title, Author: d.AuthorName, Body: d.Body})
	})
}

// eachNumbered reads some fields of the ideas that have a number.
func (s *Store) eachNumbered(ctx context.Context, consultationID string, fields bson.D, fn func(idea) error) error {
	return engine.Batches(s.read(ctx), func(after string) engine.Query {
		number, _ := strconv.Atoi(after) // "": from the first on
		return engine.Query{
			Coll: "ideas", Filter: eq("c", consultationID, "number", eq("$gt", number)), Sort: eq("number", 1), Fields: fields,
		}
	}, func(d idea) string { return strconv.Itoa(d.Number) }, fn)
}
