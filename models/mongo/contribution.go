package mongo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// contribution is models.Contribution as it is stored.
type contribution struct {
	ID             string         `bson:"_id"`
	ConsultationID string         `bson:"c"`
	ParticipantID  string         `bson:"participant"`
	AuthorName     string         `bson:"author"`
	StaffRole      models.Role    `bson:"staffRole"`
	Address        string         `bson:"address"`
	AddressKey     string         `bson:"addressKey"`
	Guest          string         `bson:"guest"`
	Network        string         `bson:"network"`
	TokenHash      string         `bson:"token"`
	Reference      string         `bson:"reference"`
	Channel        models.Channel `bson:"channel"`
	Language       string         `bson:"language"`
	Source         string         `bson:"source"`
	SourceID       string         `bson:"sourceId"`
	Status         models.Status  `bson:"status"`
	Reason         string         `bson:"reason"`
	Withdrawn      bool           `bson:"withdrawn"`
	Rev            int64          `bson:"rev"`
	Salt           string         `bson:"salt"`
	CreatedAt      time.Time      `bson:"createdAt"`
	EditedAt       time.Time      `bson:"editedAt"`
	PublishedAt    time.Time      `bson:"publishedAt"`
}

// standing is what an idea and a reply have besides: where they are with moderators.
type standing struct {
	V         int64     `bson:"v"`         // raised by each edit and decision: their fence
	Op        string    `bson:"op"`        // of the last of them
	DecidedAt time.Time `bson:"decidedAt"` // zero: never
	LastSeq   int64     `bson:"lastSeq"`   // of the last decision; reports from before it are closed
	Queue     string    `bson:"q"`         // its place in the queue, or ""
	Waits     bool      `bson:"waits"`     // it is in the queue because it is pending
	Since     time.Time `bson:"since"`     // when it came into the queue
}

// fresh makes c what a text is that has just come in.
func fresh(c *models.Contribution, now time.Time) {
	c.Status, c.Reason, c.Withdrawn, c.Rev = models.StatusPending, "", false, 1
	c.CreatedAt, c.EditedAt, c.PublishedAt = now, models.Time{}, models.Time{}
}

// place gives an item its place in the queue.
func (s *standing) place(item models.Item, since time.Time, waits bool) {
	s.Queue, s.Since, s.Waits = key(since, item.String()), since, waits
}

// collOf is where items of the kind are.
func collOf(k models.Kind) string {
	if k == models.KindIdea {
		return "ideas"
	}
	return "replies"
}

// followArrival goes on after a participant's idea or reply has come in.
func (s *Store) followArrival(ctx context.Context, consultationID string, e entry, _ bool) error {
	if err := s.drain(ctx, e); err != nil {
		return err
	}
	return s.complete(ctx, consultationID, e.Op, nil, nil)
}

// ContributionByToken implements models.ReplyStore.
func (s *Store) ContributionByToken(ctx context.Context, tokenHash string) (models.Item, error) {
	for _, k := range []models.Kind{models.KindReply, models.KindIdea} {
		if tokenHash == "" {
			break
		}
		doc, found, err := first[struct {
			ID string `bson:"_id"`
		}](ctx, s, collOf(k), eq("token", tokenHash), nil, eq("_id", 1))
		if err != nil || found {
			return models.Item{Kind: k, ID: doc.ID}, err
		}
	}
	return models.Item{}, missing(false, ctx.Err(), "error.item.unknown")
}

// wording is an earlier text of an item.
type wording struct {
	ID    string    `bson:"_id"`
	C     string    `bson:"c"`
	Item  string    `bson:"item"`
	Rev   int64     `bson:"rev"`
	Title string    `bson:"title"`
	Body  string    `bson:"body"`
	At    time.Time `bson:"at"`
}

func wordingID(item string, rev int64) string { return item + "." + hex(rev) }

// keepWording keeps a text that is about to be replaced. It may be there from an edit
// that came to nothing.
func (s *Store) keepWording(ctx context.Context, w wording) error {
	w.ID = wordingID(w.Item, w.Rev)
	there, err := s.insert(ctx, "wordings", w.ID, "", w)
	if err != nil || !there {
		return err
	}
	_, err = s.update(ctx, "wordings", eq("_id", w.ID, "c", w.C), eq("$set", eq("at", w.At)))
	return err
}

// TextRevisions implements models.ReplyStore.
func (s *Store) TextRevisions(ctx context.Context, item models.Item) ([]models.TextRevision, error) {
	doc, found, err := first[contribution](ctx, s, collOf(item.Kind), eq("_id", item.ID), nil, eq("c", 1, "rev", 1))
	if err != nil || !found || doc.Rev == 1 {
		return nil, err
	}
	return s.textRevisions(ctx, doc.ConsultationID, item, doc.Rev)
}

// textRevisions lists the wordings before rev.
func (s *Store) textRevisions(ctx context.Context, consultationID string, item models.Item, rev int64) (list []models.TextRevision, err error) {
	q := query{
		coll: "wordings", filter: eq("c", consultationID, "_id", eq("$gte", wordingID(item.String(), 0), "$lt", wordingID(item.String(), rev))),
		sort: eq("_id", 1),
	}
	err = each(ctx, s, q, func(w wording) error {
		list = append(list, models.TextRevision{Item: item, Rev: w.Rev, Title: w.Title, Body: w.Body, At: w.At})
		return nil
	})
	return list, err
}

// ownership gives the conditions under which a text is the participant's, and the guest's.
func ownership(a models.Author) (filters []bson.D) {
	if a.ParticipantID != "" {
		filters = append(filters, eq("participant", a.ParticipantID))
	}
	if a.Guest != "" {
		filters = append(filters, eq("guest", a.Guest, "participant", ""))
	}
	return filters
}

// ownWaiting lists an author's waiting texts of one kind, the newest first, and counts
// all of them.
func ownWaiting[T any](ctx context.Context, s *Store, coll string, q models.OwnQuery, further bson.D, place func(T) models.OwnPlace) (list []T, total int64, err error) {
	for _, whose := range ownership(q.Author) {
		filter := append(append(whose, eq("c", q.ConsultationID, "status", models.StatusPending)...), further...)
		n, err := s.count(ctx, coll, filter)
		if err != nil {
			return nil, 0, err
		}
		total += n
		if at := q.Before; at != (models.OwnPlace{}) {
			filter = append(filter, eq("$or", []bson.D{eq("createdAt", eq("$lt", at.At)), eq("createdAt", at.At, "_id", eq("$lt", at.ID))})...)
		}
		some, err := all[T](ctx, s, query{coll: coll, filter: filter, sort: eq("createdAt", -1, "_id", -1), limit: int64(q.Limit)})
		if err != nil {
			return nil, 0, err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b T) int {
		return cmp.Or(place(b).At.Compare(place(a).At), cmp.Compare(place(b).ID, place(a).ID))
	})
	return list[:min(len(list), q.Limit)], total, nil
}
