package mongo

import (
	"context"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/models"
)

// kindConsultation stands beside the kinds of items in the index of words.
const kindConsultation models.Kind = "consultation"

// putSearchDoc makes a text searchable as it is in version d.V, unless a later one
// is there already.
func (s *Store) putSearchDoc(ctx context.Context, d searchDoc) error {
	return s.write(ctx, "update search", func(ctx context.Context) error {
		filter := eq("_id", d.ID, "c", d.C, "v", eq("$lt", d.V))
		_, err := s.in("search").ReplaceOne(ctx, filter, d, options.Replace().SetUpsert(true))
		if driver.IsDuplicateKeyError(err) { // the same version or a later one
			return nil
		}
		return err
	})
}

// unindex makes a text no longer searchable, whatever version of it was.
func (s *Store) unindex(ctx context.Context, item models.Item, consultationID string) error {
	return s.remove(ctx, "search", eq("_id", item.String(), "c", consultationID), false)
}

// indexConsultation makes the words of all languages searchable.
func (s *Store) indexConsultation(ctx context.Context, c consultation) error {
	return s.putSearchDoc(ctx, consultationWords(c))
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

// indexItem lets the words follow the item. What was never published has none.
func (s *Store) indexItem(ctx context.Context, item models.Item) error {
	var d searchDoc
	var published bool
	if item.Kind == models.KindIdea {
		i, found, err := get[idea](ctx, s, "ideas", item.ID)
		if err != nil || !found {
			return err
		}
		d, published = indexIdea(i), !i.Item.PublishedAt.IsZero()
	} else {
		r, found, err := get[reply](ctx, s, "replies", item.ID)
		if err != nil || !found {
			return err
		}
		d, published = indexReply(r), !r.Item.PublishedAt.IsZero()
	}
	if !published {
		return nil
	}
	return s.putSearchDoc(ctx, d)
}

// indexIdeas makes all published ideas of a consultation searchable.
func (s *Store) indexIdeas(ctx context.Context, consultationID string) error {
	return each(ctx, s, query{coll: "ideas", filter: eq("c", consultationID)}, func(i idea) error {
		if i.Item.Status != models.StatusPublished {
			return nil
		}
		return s.putSearchDoc(ctx, indexIdea(i))
	})
}

// indexReplies makes all published replies of a consultation searchable.
func (s *Store) indexReplies(ctx context.Context, consultationID string) error {
	return each(ctx, s, query{coll: "replies", filter: eq("c", consultationID)}, func(r reply) error {
		if r.Item.Status != models.StatusPublished {
			return nil
		}
		return s.putSearchDoc(ctx, indexReply(r))
	})
}
