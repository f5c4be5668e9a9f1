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
	Doc     `bson:",inline"`
	Arrives string // the consultation
	Until   time.Time
}

// AddImport implements models.ImportStore. The organiser's ideas and what d publishes
// are published, all else waits in the queue from now on; dates are those of the source.
// CodeInvalid error.reply.parent for a reply that comes before its parent.
func (s *Store) AddImport(ctx context.Context, c models.Consultation, ideas []models.Idea, replies []models.Reply, d models.Decision) (added bool, err error) {
	source := sourceKey(c.Source, c.SourceID)
	if there, err := isImported(s.read(ctx), c); err != nil || there {
		return false, err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return false, err
	}
	in, err := prepareImport(c, ideas, replies, d, now)
	if err != nil {
		return false, err
	}
	comes := arrival{Doc: Doc{ID: "arrival " + c.ID}, Arrives: c.ID, Until: now.Add(importTime)}
	large := len(ideas)+len(replies) > importAtOnce
	if large {
		if _, err = s.db.InsertOne(ctx, "site", comes); err == nil {
			err = in.send(ctx, s.db)
		}
		if err != nil {
			return false, err
		}
		in.batch = batch{}
	}
	err = s.put(ctx, "", nil, func(t *tx) error {
		added = false
		if there, err := isImported(t, c); err != nil || there {
			return err
		}
		in.arrive(t, source)
		t.Delete("site", "", comes.ID)
		added = true
		return nil
	})
	added = added && err == nil
	if large && !added && models.CodeOf(err) != models.CodeUnavailable {
		err = errors.Join(err, s.dropArrival(ctx, comes))
	}
	return added, err
}

func isImported(r engine.Reader, c models.Consultation) (bool, error) {
	_, there, err := engine.Get[reservation](r, "reservations", "", sourceKey(c.Source, c.SourceID))
	return there && c.SourceID != "", err
}

type imported struct {
	c      consultation
	public map[models.Item]bool // what its decision publishes or (false) does not
	now    time.Time
	batch
}

func prepareImport(c models.Consultation, ideas []models.Idea, replies []models.Reply, d models.Decision, now time.Time) (*imported, error) {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = now
	}
	in := &imported{c: newConsultation(c), public: map[models.Item]bool{}, now: now}
	for _, it := range d.Items {
		in.public[it.Item] = it.To == models.StatusPublished
	}
	counts, err := in.addReplies(replies)
	if err != nil {
		return nil, err
	}
	in.addIdeas(ideas, counts)
	if len(d.Items) > 0 {
		d.ConsultationID = c.ID
		linkToChain(&d, &in.c, now)
		doc, items := newDecision(d, slices.Repeat([]int64{-1}, len(d.Items)))
		in.add("decisions", doc)
		in.add("decided", items...)
	}
	return in, nil
}

// place returns an imported text its place: status, dates and, if it waits, the queue.
func (in *imported) place(v subject, shown bool) {
	if v.CreatedAt.IsZero() {
		v.CreatedAt = in.now
	}
	v.ConsultationID, v.Status, v.Reason, v.Withdrawn, v.Rev = in.c.Doc.ID, models.StatusPending, "", false, 1
	v.EditedAt, v.PublishedAt = time.Time{}, time.Time{}
	if _, decided := in.public[v.item()]; decided {
		v.LastSeq = 1
	}
	if shown {
		v.Status, v.PublishedAt = models.StatusPublished, v.CreatedAt
		return
	}
	v.enqueue(v.item(), in.now, true)
}

func (in *imported) addIdeas(ideas []models.Idea, counts map[string]int64) {
	for _, i := range ideas {
		shown := i.Organiser || in.public[i.Item()]
		i.Number = 0
		if shown {
			in.c.LastNumber++
			i.Number = in.c.LastNumber
		}
		i.ConsultationID = in.c.Doc.ID
		d := newIdea(i)
		in.place(d.subject(), shown)
		d.ReplyCount = counts[d.ID]
		if d.MergedInto != "" {
			in.c.Merged++
		}
		in.addIdea(d)
	}
	in.c.IdeaCount = int64(in.c.LastNumber)
}

// addReplies returns how many are published on each idea.
func (in *imported) addReplies(replies []models.Reply) (map[string]int64, error) {
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
		r.ConsultationID = in.c.Doc.ID
		d := newReply(r)
		in.place(d.subject(), in.public[r.Item()])
		d.OnPage = d.Shown()
		in.addReply(d)
		if d.Status == models.StatusPublished {
			counts[r.IdeaID]++
			in.c.ReplyCount++
		}
	}
	in.c.ReplySeq = int64(len(replies))
	return counts, nil
}

// arrive adds the consultation, with what belongs to it and was not sent before.
func (in *imported) arrive(t *tx, source string) {
	reserveSlug(t, in.c.Slug, in.c.Doc.ID)
	if in.c.SourceID != "" {
		t.Insert("reservations", reservation{Doc{ID: source}, in.c.Doc.ID})
	}
	t.Insert("consultations", in.c)
	indexConsultation(t, in.c)
	for _, coll := range in.colls {
		for _, doc := range in.docs[coll] {
			t.Insert(coll, doc)
		}
	}
}

// dropArrival takes out what came of a large import whose consultation did not.
func (s *Store) dropArrival(ctx context.Context, a arrival) error {
	if _, err := rules(s.read(ctx), a.Arrives); !models.IsNotFound(err) {
		return err
	}
	for _, coll := range []string{"ideas", "replies", "decisions", "decided", "search"} {
		if err := s.db.DeleteMany(ctx, coll, eq("c", a.Arrives)); err != nil {
			return err
		}
	}
	return s.db.DeleteMany(ctx, "site", eq("_id", a.ID))
}

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
