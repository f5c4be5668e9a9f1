package mongo

import (
	"context"
	"errors"
	"slices"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

const (
	// importAtOnce is how many texts come in with their consultation in one transaction.
	// More of them come before it, in steps, and stand for nothing until it is there.
	importAtOnce = 5_000
	// importTime is how long an import may take; what is left of one that did not come to
	// its end is then taken out.
	importTime = time.Hour
)

// arrival is a document of the site: an import too large for one transaction.
type arrival struct {
	ID      string    `bson:"_id"`
	Arrives string    `bson:"arrives"` // the consultation
	Until   time.Time `bson:"until"`
}

// DocKey implements engine.Document.
func (d arrival) DocKey() (c, id string) { return "", d.ID }

// AddImport implements models.ImportStore. The organiser's ideas and what d publishes
// are published, all else waits in the queue from now on; dates are those of the source.
// CodeInvalid error.reply.parent for a reply that comes before its parent.
func (s *Store) AddImport(ctx context.Context, c models.Consultation, ideas []models.Idea, replies []models.Reply, d models.Decision) (added bool, err error) {
	large := len(ideas)+len(replies) > importAtOnce
	comes := arrival{ID: "arrival " + c.ID, Arrives: c.ID}
	var early *imported
	if large {
		if early, err = s.importEarly(ctx, comes, c, ideas, replies, d); err != nil || early == nil {
			return false, err
		}
	}
	source := sourceKey(c.Source, c.SourceID)
	needs := []engine.Ref{{Coll: "reservations", ID: slugKey(c.Slug)}, {Coll: "reservations", ID: source}, {Coll: "consultations", ID: c.ID}}
	err = s.put(ctx, "", needs, func(t *tx) error {
		added = false
		if there, err := isImported(t, source); err != nil || there && c.SourceID != "" {
			return err
		}
		in := early
		if in == nil {
			if in, err = prepareImport(c, ideas, replies, d, t.Now()); err != nil {
				return err
			}
		}
		if err := in.arrive(t, source, early == nil); err != nil {
			return err
		}
		added = true
		return t.Delete("site", comes)
	})
	if large && !added && models.CodeOf(err) != models.CodeUnavailable {
		err = errors.Join(err, s.dropArrival(ctx, comes))
	}
	return added && err == nil, err
}

func isImported(r engine.Reader, source string) (bool, error) {
	_, there, err := engine.Get[reservation](r, "reservations", source)
	return there, err
}

// imported are the documents of an import.
type imported struct {
	c    consultation
	docs map[string][]any // by collection
}

// prepareImport makes the documents.
func prepareImport(c models.Consultation, ideas []models.Idea, replies []models.Reply, d models.Decision, now time.Time) (*imported, error) {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = now
	}
	in := &imported{c: newConsultation(c), docs: map[string][]any{}}
	public := map[models.Item]bool{}
	for _, it := range d.Items {
		public[it.Item] = it.To == models.StatusPublished
	}
	counts, err := in.addReplies(replies, public, now)
	if err != nil {
		return nil, err
	}
	in.addIdeas(ideas, public, counts, now)
	if len(d.Items) > 0 {
		d.ConsultationID = c.ID
		linkToChain(&d, &in.c, now)
		waited := make([]int64, len(d.Items))
		for n := range waited {
			waited[n] = -1
		}
		doc, items := newDecision(d, waited)
		in.docs["decisions"], in.docs["decided"] = []any{doc}, items
	}
	return in, nil
}

// place returns an imported text its place: status, dates and, if it waits, the queue.
func (in *imported) place(c *Contribution, at *Standing, item models.Item, public map[models.Item]bool, shown bool, now time.Time) {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = now
	}
	c.ConsultationID, c.Status, c.Reason, c.Withdrawn, c.Rev = in.c.ID, models.StatusPending, "", false, 1
	c.EditedAt, c.PublishedAt = time.Time{}, time.Time{}
	if _, decided := public[item]; decided {
		at.LastSeq = 1
	}
	if shown {
		c.Status, c.PublishedAt = models.StatusPublished, c.CreatedAt
		return
	}
	at.enqueue(item, now, true)
}

func (in *imported) addIdeas(ideas []models.Idea, public map[models.Item]bool, counts map[string]int64, now time.Time) {
	for _, i := range ideas {
		shown := i.Organiser || public[i.Item()]
		i.Number = 0
		if shown {
			in.c.LastNumber++
			i.Number = in.c.LastNumber
		}
		d := newIdea(i)
		in.place(&d.Contribution, &d.Standing, d.item(), public, shown, now)
		d.ReplyCount = counts[d.ID]
		if d.MergedInto != "" {
			in.c.Merged++
		}
		in.docs["ideas"] = append(in.docs["ideas"], d)
		if shown {
			in.docs["search"] = append(in.docs["search"], ideaWords(d))
		}
	}
	in.c.IdeaCount = int64(in.c.LastNumber)
}

// addReplies returns how many are published on each idea.
func (in *imported) addReplies(replies []models.Reply, public map[models.Item]bool, now time.Time) (map[string]int64, error) {
	placed := make(map[string]*models.Reply, len(replies))
	counts := map[string]int64{}
	for n := range replies {
		r := replies[n]
		parent := placed[r.ParentID]
		if r.ParentID != "" && parent == nil {
			return nil, models.Fail(models.CodeInvalid, "error.reply.parent")
		}
		r.Place(parent, int64(n)+1)
		placed[r.ID] = &r
		d := newReply(r)
		in.place(&d.Contribution, &d.Standing, d.item(), public, public[r.Item()], now)
		d.Shown = d.shown()
		in.docs["replies"] = append(in.docs["replies"], d)
		if d.Status == models.StatusPublished {
			counts[r.IdeaID]++
			in.c.ReplyCount++
			in.docs["search"] = append(in.docs["search"], replyWords(d))
		}
	}
	in.c.ReplySeq = int64(len(replies))
	return counts, nil
}

// arrive adds the consultation, with all that belongs to it unless that is there.
func (in *imported) arrive(t *tx, source string, whole bool) error {
	if err := reserveSlug(t, in.c.Slug, in.c.ID); err != nil {
		return err
	}
	if in.c.SourceID != "" {
		if err := t.Insert("reservations", reservation{source, in.c.ID}); err != nil {
			return err
		}
	}
	if err := t.Insert("consultations", in.c); err != nil {
		return err
	}
	if err := indexConsultation(t, in.c); err != nil || !whole {
		return err
	}
	for _, coll := range importedColls {
		if len(in.docs[coll]) > 0 {
			if err := t.Add(coll, in.docs[coll]...); err != nil {
				return err
			}
		}
	}
	return nil
}

var importedColls = []string{"ideas", "replies", "decisions", "decided", "search"}

// importEarly adds in steps what belongs to a large import; nil if it is there already.
func (s *Store) importEarly(ctx context.Context, comes arrival, c models.Consultation, ideas []models.Idea, replies []models.Reply, d models.Decision) (*imported, error) {
	there, err := isImported(s.read(ctx), sourceKey(c.Source, c.SourceID))
	if err != nil || there && c.SourceID != "" {
		return nil, err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	in, err := prepareImport(c, ideas, replies, d, now)
	if err != nil {
		return nil, err
	}
	comes.Until = now.Add(importTime)
	if _, err = s.db.InsertOne(ctx, "site", comes); err != nil {
		return nil, err
	}
	for _, coll := range importedColls {
		for part := range slices.Chunk(in.docs[coll], engine.BatchSize) {
			if err = s.db.InsertMany(ctx, coll, part); err != nil {
				return nil, err
			}
		}
	}
	return in, nil
}

// dropArrival takes out what came of a large import whose consultation did not.
func (s *Store) dropArrival(ctx context.Context, a arrival) error {
	if _, err := rules(s.read(ctx), a.Arrives); !models.IsNotFound(err) {
		return err
	}
	for _, coll := range importedColls {
		if err := s.db.DeleteMany(ctx, coll, eq("c", a.Arrives)); err != nil {
			return err
		}
	}
	return s.db.DeleteMany(ctx, "site", eq("_id", a.ID))
}

// dropArrivals takes out those that were given up.
func (s *Store) dropArrivals(ctx context.Context, now time.Time) error {
	q := engine.Query{Coll: "site", Filter: eq("_id", eq("$gt", "arrival ", "$lt", "arrival!"), "until", eq("$lte", now))}
	list, err := engine.All[arrival](s.read(ctx), q)
	for _, a := range list {
		if err == nil {
			err = s.dropArrival(ctx, a)
		}
	}
	return err
}
