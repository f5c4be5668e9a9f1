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

const (
	searchDocs  = 500 // so many of the newest matches are ranked
	headingGain = 2   // a word in a title counts so many times
)

// kindConsultation stands beside the kinds of items in the index of words.
const kindConsultation models.Kind = "consultation"

// searchDoc is what is searched of one public text.
type searchDoc struct {
	ID     string   `bson:"_id"` // kind and id
	C      string   `bson:"c"`
	Kind   string   `bson:"kind"`
	Item   string   `bson:"item"`
	N      int64    `bson:"n"`      // grows with the time of publication
	Words  []string `bson:"words"`  // each once
	Hits   []int64  `bson:"hits"`   // of each; one in the heading counts headingGain times
	Runs   string   `bson:"runs"`   // what is written without spaces, see words.Runs
	Length int64    `bson:"length"` // in words
}

// DocKey implements engine.Document.
func (d searchDoc) DocKey() (c, id string) { return d.C, d.ID }

// newSearchDoc counts the words of a heading and a body.
func newSearchDoc(item models.Item, consultationID string, n int64, heading, body string) searchDoc {
	d := searchDoc{
		ID: item.String(), C: consultationID, Kind: string(item.Kind), Item: item.ID, N: n, Words: []string{}, Hits: []int64{},
		Runs: words.Runs(heading + "\n" + body),
	}
	at := map[string]int{}
	add := func(text string, gain int64) {
		for _, w := range words.Of(text) {
			i, ok := at[w]
			if !ok {
				i = len(d.Words)
				at[w] = i
				d.Words, d.Hits = append(d.Words, w), append(d.Hits, 0)
			}
			d.Hits[i] += gain
			d.Length++
		}
	}
	add(heading, headingGain)
	add(body, 1)
	return d
}

func consultationWords(c consultation) searchDoc {
	var titles, bodies string
	for _, t := range c.Texts {
		titles += t.Title + "\n"
		bodies += t.Question + "\n" + t.Body + "\n"
	}
	return newSearchDoc(models.Item{Kind: kindConsultation, ID: c.ID}, c.ID, engine.MS(c.CreatedAt), titles, bodies)
}

func ideaWords(i idea) searchDoc {
	titles, bodies := i.Title, i.Body
	for _, t := range i.Texts {
		titles += "\n" + t.Title
		bodies += "\n" + t.Body
	}
	return newSearchDoc(i.item(), i.ConsultationID, engine.MS(i.PublishedAt), titles, bodies)
}

func replyWords(r reply) searchDoc {
	return newSearchDoc(r.item(), r.ConsultationID, engine.MS(r.PublishedAt), "", r.Body)
}

// indexConsultation makes the words of all languages searchable.
func indexConsultation(t *tx, c consultation) error { return t.Replace("search", consultationWords(c)) }

// indexIdea makes the words of a published idea searchable, and of another not.
func indexIdea(t *tx, i idea) error {
	if i.Status != models.StatusPublished {
		return unindex(t, i.item(), i.ConsultationID)
	}
	return t.Replace("search", ideaWords(i))
}

// indexReply makes the words of a published reply searchable, and of another not.
func indexReply(t *tx, r reply) error {
	if r.Status != models.StatusPublished {
		return unindex(t, r.item(), r.ConsultationID)
	}
	return t.Replace("search", replyWords(r))
}

// unindex makes a text no longer searchable.
func unindex(t *tx, item models.Item, consultationID string) error {
	return t.DeleteAll("search", eq("c", consultationID, "_id", item.String()))
}

// Search implements models.SearchStore.
func (s *Store) Search(ctx context.Context, query string, limit int) ([]models.Hit, error) {
	terms := words.Query(query)
	if len(terms) == 0 || limit <= 0 {
		return nil, ctx.Err()
	}
	r := s.read(ctx)
	docs, err := engine.All[searchDoc](r, engine.Query{Coll: "search", Filter: matching(terms), Sort: eq("n", -1), Limit: searchDocs})
	if err != nil {
		return nil, err
	}
	docs = slices.DeleteFunc(docs, func(d searchDoc) bool {
		return slices.ContainsFunc(terms, func(t words.Term) bool { return !t.Holds(d.Runs) })
	})
	slices.SortStableFunc(docs, func(a, b searchDoc) int { return cmp.Compare(b.score(terms), a.score(terms)) })
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
func (d searchDoc) score(terms []words.Term) (score float64) {
	for _, t := range terms {
		for i, w := range t.Words {
			var hits float64
			for n, has := range d.Words {
				if has == w || t.Prefix && i == len(t.Words)-1 && strings.HasPrefix(has, w) {
					hits += float64(d.Hits[n])
				}
			}
			score += hits / (hits + 1.2*(0.25+0.75*float64(d.Length)/100)) / float64(len(t.Words))
		}
	}
	return score
}

// hit looks a text up; nil if the public may not see it.
func hit(r engine.Reader, d searchDoc) (*models.Hit, error) {
	c, found, err := engine.Get[consultation](r, "consultations", d.C)
	if err != nil || !found || c.State == models.StateDraft {
		return nil, err
	}
	h := models.Hit{Kind: d.Kind, Slug: c.Slug, Title: c.text().Title, At: c.CreatedAt}
	switch models.Kind(d.Kind) {
	case models.KindIdea:
		i, found, err := engine.Within[idea](r, "ideas", d.C, d.Item)
		if err != nil || !found || i.Status != models.StatusPublished {
			return nil, err
		}
		h.IdeaNumber, h.Heading, h.Text, h.At = i.Number, i.Title, i.Body, i.PublishedAt
	case models.KindReply:
		v, found, err := engine.Within[reply](r, "replies", d.C, d.Item)
		if err != nil || !found || v.Status != models.StatusPublished {
			return nil, err
		}
		h.ReplyID, h.Heading, h.Text, h.At = v.ID, v.AuthorName, v.Body, v.CreatedAt
		h.IdeaNumber, err = numberOf(r, d.C, v.IdeaID)
		return &h, err
	default:
		if t, ok := c.Texts[c.Language]; ok {
			h.Text = t.Question + "\n" + t.Body
		}
	}
	return &h, nil
}
