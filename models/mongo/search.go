package mongo

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
	"folkmoot/models/words"
)

// searchDocs is how many of the newest matches are ranked.
const searchDocs = 500

// kindConsultation stands beside the kinds of items in the index of words.
const kindConsultation models.Kind = "consultation"

type searched struct {
	Doc   `bson:",inline"` // the item
	Item  models.Item
	N     int64    // grows with the time of publication
	Words []string // those of the heading twice
	Runs  string   // what is written without spaces, see words.Runs
}

func newSearched(item models.Item, consultationID string, published models.Time, heading, body string) searched {
	list := words.Of(heading)
	return searched{
		docIn(consultationID, item.String()), item, engine.MS(published), slices.Concat(list, list, words.Of(body)),
		words.Runs(heading + "\n" + body),
	}
}

func consultationWords(c consultation) searched {
	var titles, bodies string
	for _, t := range c.Texts {
		titles += t.Title + "\n"
		bodies += t.Question + "\n" + t.Body + "\n"
	}
	return newSearched(models.Item{Kind: kindConsultation, ID: c.Doc.ID}, c.Doc.ID, c.CreatedAt, titles, bodies)
}

func ideaWords(i idea) searched {
	titles, bodies := i.Title, i.Body
	for _, t := range i.Texts {
		titles += "\n" + t.Title
		bodies += "\n" + t.Body
	}
	return newSearched(i.Item(), i.C, i.PublishedAt, titles, bodies)
}

func replyWords(r reply) searched {
	return newSearched(r.Item(), r.C, r.PublishedAt, "", r.Body)
}

func indexConsultation(t *tx, c consultation) { t.Put("search", consultationWords(c)) }

// indexItem makes the words of a published text searchable, and of another not.
func indexItem(t *tx, status models.Status, d searched) {
	if status == models.StatusPublished {
		t.Put("search", d)
	} else {
		t.Delete("search", d.C, d.ID)
	}
}

// Search implements models.SearchStore.
func (s *Store) Search(ctx context.Context, query string, limit int) ([]models.Hit, error) {
	terms := words.Query(query)
	if len(terms) == 0 || limit <= 0 {
		return nil, ctx.Err()
	}
	r := s.read(ctx)
	docs, err := engine.All[searched](r, engine.Query{Coll: "search", Filter: matching(terms), Sort: eq("n", -1), Limit: searchDocs})
	if err != nil {
		return nil, err
	}
	docs = slices.DeleteFunc(docs, func(d searched) bool {
		return slices.ContainsFunc(terms, func(t words.Term) bool { return !t.Holds(d.Runs) })
	})
	slices.SortStableFunc(docs, func(a, b searched) int { return cmp.Compare(b.score(terms), a.score(terms)) })
	var hits []models.Hit
	for n := 0; n < len(docs) && len(hits) < limit; n++ {
		h, err := hit(r, docs[n])
		if err != nil {
			return nil, err
		}
		if h != nil {
			hits = append(hits, *h)
		}
	}
	return hits, nil
}

// matching finds the texts that have the words of all terms, in any order.
func matching(terms []words.Term) bson.D {
	var all bson.A
	for _, t := range terms {
		for i, w := range t.Words {
			if t.Prefix && i == len(t.Words)-1 {
				all = append(all, eq("words", eq("$elemMatch", eq("$gte", w, "$lt", w+"\U0010FFFF"))))
			} else {
				all = append(all, eq("words", w))
			}
		}
	}
	return eq("$and", all)
}

// score is higher the more often a text has the words and the shorter it is: the part of
// BM25 that needs no knowledge of other texts (k₁ = 1.2, b = 0.75, a mean of 100 words).
func (d searched) score(terms []words.Term) (score float64) {
	for _, t := range terms {
		for i, w := range t.Words {
			var hits float64
			for _, has := range d.Words {
				if has == w || t.Prefix && i == len(t.Words)-1 && strings.HasPrefix(has, w) {
					hits++
				}
			}
			score += hits / (hits + 1.2*(0.25+0.75*float64(len(d.Words))/100)) / float64(len(t.Words))
		}
	}
	return score
}

// hit looks a text up; nil if the public may not see it.
func hit(r engine.Reader, d searched) (*models.Hit, error) {
	c, found, err := engine.Get[consultation](r, "consultations", "", d.C)
	if err != nil || !found || c.State == models.StateDraft {
		return nil, err
	}
	own := c.Texts[c.Language]
	h := models.Hit{Kind: string(d.Item.Kind), Slug: c.Slug, Title: own.Title, Text: own.Question + "\n" + own.Body, At: c.CreatedAt}
	if d.Item.Kind == kindConsultation {
		return &h, nil
	}
	v, err := subjectOf(r, d.C, d.Item)
	if models.IsNotFound(err) || err == nil && v.Status != models.StatusPublished {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if i := v.idea; i != nil {
		h.IdeaNumber, h.Heading, h.Text, h.At = i.Number, i.Title, i.Body, i.PublishedAt
		return &h, nil
	}
	h.ReplyID, h.Heading, h.Text, h.At = v.reply.ID, v.AuthorName, v.reply.Body, v.CreatedAt
	h.IdeaNumber, err = numberOf(r, d.C, v.reply.IdeaID)
	return &h, err
}
