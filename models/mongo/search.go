package mongo

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// term is one word of a query and how many texts have it.
type term struct {
	word      string
	beginning bool
	headings  float64 // texts with it in the heading
	bodies    float64 // … in the body
	texts     int64
}

// condition finds the texts whose field has the term.
func (t term) condition(name string) bson.D {
	if !t.beginning {
		return eq(name, t.word)
	}
	return eq(name, eq("$gte", t.word, "$lt", t.word+"\U0010FFFF"))
}

// Search implements models.SearchStore.
func (s *Store) Search(ctx context.Context, query string, limit int) ([]models.Hit, error) {
	words := queryWords(query)
	if len(words) == 0 || limit <= 0 {
		return nil, ctx.Err()
	}
	terms, err := s.weigh(ctx, words)
	if err != nil || terms == nil {
		return nil, err
	}
	docs, err := s.matches(ctx, terms)
	if err != nil {
		return nil, err
	}
	ranked, err := s.rank(ctx, docs, terms)
	if err != nil {
		return nil, err
	}
	var hits []models.Hit
	for n := 0; n < len(ranked) && len(hits) < limit; n++ {
		h, err := s.hit(ctx, ranked[n])
		if err != nil {
			return nil, err
		}
		if h != nil {
			hits = append(hits, *h)
		}
	}
	return hits, nil
}

// weigh counts for each word in how many texts it is; nil if one is in none.
func (s *Store) weigh(ctx context.Context, words []string) ([]term, error) {
	var terms []term
	for n, w := range words {
		t := term{word: w, beginning: n == len(words)-1}
		counts := map[string]int64{}
		for _, name := range []string{"words", "headings", "only"} {
			n, err := s.count(ctx, "search", t.condition(name))
			if err != nil {
				return nil, err
			}
			counts[name] = n
		}
		if counts["words"] == 0 {
			return nil, nil
		}
		t.texts, t.headings, t.bodies = counts["words"], float64(counts["headings"]), float64(counts["words"]-counts["only"])
		terms = append(terms, t)
	}
	return terms, nil
}

// matches reads the newest texts that have all terms: those with the rarest, as long as
// they have the others.
func (s *Store) matches(ctx context.Context, terms []term) (docs []searchDoc, err error) {
	rarest := slices.MinFunc(terms, func(a, b term) int { return cmp.Compare(a.texts, b.texts) })
	q := query{coll: "search", filter: rarest.condition("words"), sort: eq("n", -1)}
	if len(terms) == 1 {
		q.limit = searchDocs
	}
	err = each(ctx, s, q, func(d searchDoc) error {
		for _, t := range terms {
			if !slices.ContainsFunc(d.Words, t.is) {
				return nil
			}
		}
		if docs = append(docs, d); len(docs) == searchDocs {
			return errEnough
		}
		return nil
	})
	return docs, err
}

func (t term) is(word string) bool {
	return word == t.word || t.beginning && strings.HasPrefix(word, t.word)
}

// rank sorts by score, the newest first among equals.
func (s *Store) rank(ctx context.Context, docs []searchDoc, terms []term) ([]searchDoc, error) {
	all, err := s.stats.of(ctx, s)
	scores := make(map[string]float64, len(docs))
	for _, d := range docs {
		scores[d.ID] = all.bm25(d, terms)
	}
	slices.SortFunc(docs, func(a, b searchDoc) int {
		return cmp.Or(cmp.Compare(scores[b.ID], scores[a.ID]), cmp.Compare(b.N, a.N), cmp.Compare(b.ID, a.ID))
	})
	return docs, err
}

// corpus is what the ranking has to know of all texts.
type corpus struct {
	Texts   float64 `bson:"texts"`
	Length  float64 `bson:"length"` // mean, in words
	HeadLen float64 `bson:"headLen"`
}

// bm25 scores a text (Robertson and Zaragoza, The Probabilistic Relevance Framework,
// 2009; k₁ = 1.2, b = 0.75), heading and body each for itself.
func (c corpus) bm25(d searchDoc, terms []term) (score float64) {
	const k1, b = 1.2, 0.75
	part := func(hits int64, with, length, mean float64) float64 {
		if hits == 0 {
			return 0
		}
		n := float64(hits)
		idf := math.Log(1 + (max(c.Texts, with)-with+0.5)/(with+0.5))
		return idf * n * (k1 + 1) / (n + k1*(1-b+b*length/max(mean, 1)))
	}
	for _, t := range terms {
		score += headingGain * part(hitsOf(d.Headings, d.HeadHits, t.word, t.beginning), t.headings, float64(d.HeadLen), c.HeadLen)
		score += part(hitsOf(d.Words, d.Hits, t.word, t.beginning), t.bodies, float64(d.Length), c.Length)
	}
	return score
}

// searchStats keeps the corpus for as long as a hundred times what it takes to count it,
// at most a minute: ranking needs no more.
type searchStats struct {
	mu    sync.Mutex
	until time.Time
	last  corpus
}

func (k *searchStats) of(ctx context.Context, s *Store) (corpus, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	begun := time.Now()
	if begun.Before(k.until) {
		return k.last, nil
	}
	cursor, err := s.in("search").Aggregate(ctx, bson.A{
		eq("$match", eq("size", eq("$gt", int64(0)))),
		eq("$group", eq("_id", nil, "texts", eq("$sum", int64(1)), "length", eq("$avg", "$length"), "headLen", eq("$avg", "$headLen"))),
	})
	if err != nil {
		return corpus{}, wrap("count words", err)
	}
	var list []corpus
	if err = cursor.All(ctx, &list); err != nil || len(list) == 0 {
		return corpus{}, wrap("count words", err)
	}
	k.last, k.until = list[0], begun.Add(min(100*time.Since(begun), time.Minute))
	return k.last, nil
}

// hit looks a text up; nil if the public may not see it.
func (s *Store) hit(ctx context.Context, d searchDoc) (*models.Hit, error) {
	c, found, err := first[consultation](ctx, s, "consultations", eq("_id", d.C), nil, withoutEntries)
	if err != nil || !found || c.State == models.StateDraft {
		return nil, err
	}
	h := models.Hit{Kind: d.Kind, Slug: c.Slug, Title: c.text().Title}
	switch models.Kind(d.Kind) {
	case models.KindIdea:
		return s.ideaHit(ctx, d, h)
	case models.KindReply:
		return s.replyHit(ctx, d, h)
	}
	h.At = c.CreatedAt
	if t, ok := c.Texts[c.Language]; ok {
		h.Text = t.Question + "\n" + t.Body
	}
	return &h, nil
}

func (s *Store) ideaHit(ctx context.Context, d searchDoc, h models.Hit) (*models.Hit, error) {
	i, found, err := within[idea](ctx, s, "ideas", d.C, d.Item)
	if err != nil || !found || i.Item.Status != models.StatusPublished {
		return nil, err
	}
	h.IdeaNumber, h.Heading, h.Text, h.At = i.Number, i.Title, i.Body, i.Item.PublishedAt
	return &h, nil
}

func (s *Store) replyHit(ctx context.Context, d searchDoc, h models.Hit) (*models.Hit, error) {
	r, found, err := within[reply](ctx, s, "replies", d.C, d.Item)
	if err != nil || !found || r.Item.Status != models.StatusPublished {
		return nil, err
	}
	h.ReplyID, h.Heading, h.Text, h.At = r.Item.ID, r.Item.AuthorName, r.Body, r.Item.CreatedAt
	h.IdeaNumber, err = s.numberOf(ctx, d.C, r.IdeaID)
	return &h, err
}
