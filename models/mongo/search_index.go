package mongo

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// kindConsultation stands beside the kinds of items in the index of words.
const kindConsultation models.Kind = "consultation"

// putSearchDocs makes texts searchable, each as it is in its version V, unless a later
// one is there already. Both commands may be sent again: one adds what is not there,
// the other replaces what is older.
func (s *Store) putSearchDocs(ctx context.Context, docs []searchDoc) error {
	const some = 200
	for part := range slices.Chunk(docs, some) {
		added := mapped(part, func(d searchDoc) driver.WriteModel { return driver.NewInsertOneModel().SetDocument(d) })
		there, err := s.bulk(ctx, "search", added)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		newer := mapped(part, func(d searchDoc) driver.WriteModel {
			return driver.NewReplaceOneModel().SetFilter(eq("_id", d.ID, "c", d.C, "v", eq("$lt", d.V))).SetReplacement(d)
		})
		if _, err = s.bulk(ctx, "search", newer); err != nil {
			return err
		}
	}
	return nil
}

// unindex makes a text no longer searchable, whatever version of it was.
func (s *Store) unindex(ctx context.Context, item models.Item, consultationID string) error {
	return s.remove(ctx, "search", eq("_id", item.String(), "c", consultationID), false)
}

// indexConsultation makes the words of all languages searchable.
func (s *Store) indexConsultation(ctx context.Context, c consultation) error {
	return s.putSearchDocs(ctx, []searchDoc{consultationWords(c)})
}

// consultationWords gives what is searched of a consultation.
func consultationWords(c consultation) searchDoc {
	var titles, bodies string
	for _, t := range c.Texts {
		titles += t.Title + "\n"
		bodies += t.Question + "\n" + t.Body + "\n"
	}
	d := newSearchDoc(models.Item{Kind: kindConsultation, ID: c.ID}, c.ID, titles, bodies)
	d.V, d.N = c.Rev, ms(c.CreatedAt)
	return d
}

// indexIdea gives what is searched of an idea: nothing unless it is published.
func indexIdea(i idea) searchDoc {
	titles, bodies := i.Title, i.Body
	for _, t := range i.Texts {
		titles += "\n" + t.Title
		bodies += "\n" + t.Body
	}
	if i.Item.Status != models.StatusPublished {
		titles, bodies = "", ""
	}
	d := newSearchDoc(i.model().Item(), i.Item.ConsultationID, titles, bodies)
	d.V, d.N = i.Standing.V, ms(i.Item.PublishedAt)
	return d
}

func indexReply(r reply) searchDoc {
	body := r.Body
	if r.Item.Status != models.StatusPublished {
		body = ""
	}
	d := newSearchDoc(r.model(0).Item(), r.Item.ConsultationID, "", body)
	d.V, d.N = r.Standing.V, ms(r.Item.PublishedAt)
	return d
}

// indexItems lets the words follow items of one consultation. What was never published
// has none.
func (s *Store) indexItems(ctx context.Context, consultationID string, items []models.Item) error {
	ids := map[models.Kind][]string{}
	for _, item := range items {
		ids[item.Kind] = append(ids[item.Kind], item.ID)
	}
	const some = 500
	for part := range slices.Chunk(ids[models.KindIdea], some) {
		if err := s.indexIdeas(ctx, eq("c", consultationID, "_id", eq("$in", part))); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(ids[models.KindReply], some) {
		list, err := all[reply](ctx, s, query{coll: "replies", filter: eq("c", consultationID, "_id", eq("$in", part))})
		if err != nil {
			return err
		}
		if err = s.indexReplies(ctx, list); err != nil {
			return err
		}
	}
	return nil
}

// indexIdeas lets the words follow the ideas that the filter finds.
func (s *Store) indexIdeas(ctx context.Context, filter bson.D) error {
	list, err := all[idea](ctx, s, query{coll: "ideas", filter: filter})
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(i idea) bool { return i.Item.PublishedAt.IsZero() })
	return s.putSearchDocs(ctx, mapped(list, indexIdea))
}

func (s *Store) indexReplies(ctx context.Context, list []reply) error {
	list = slices.DeleteFunc(list, func(r reply) bool { return r.Item.PublishedAt.IsZero() })
	return s.putSearchDocs(ctx, mapped(list, indexReply))
}

// indexThreads makes all replies of a consultation searchable, some at a time.
func (s *Store) indexThreads(ctx context.Context, consultationID string) error {
	for after := ""; ; {
		list, err := all[reply](ctx, s, query{
			coll: "replies", filter: eq("c", consultationID, "_id", eq("$gt", after)), sort: eq("_id", 1), limit: batchSize,
		})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].Item.ID
		if err = s.indexReplies(ctx, list); err != nil {
			return err
		}
	}
}
