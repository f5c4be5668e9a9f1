package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// Contribution is models.Contribution as it is stored. It and Standing are exported because
// the driver leaves out what is embedded and is not.
type Contribution struct {
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

// DocKey implements engine.Document, for ideas and replies too, which embed it.
func (c Contribution) DocKey() (consultationID, id string) { return c.ConsultationID, c.ID }

// shown reports whether it has a place on the public page.
func (c Contribution) shown() bool { return models.Contribution(c).Shown() }

// fresh makes c what a text is that has just come in.
func fresh(c *models.Contribution, t *tx) {
	c.Status, c.Reason, c.Withdrawn, c.Rev = models.StatusPending, "", false, 1
	c.CreatedAt, c.EditedAt, c.PublishedAt = t.Now(), models.Time{}, models.Time{}
}

// Standing is what an idea and a reply have besides: where they are with moderators.
type Standing struct {
	DecidedAt time.Time `bson:"decidedAt"` // zero: never
	LastSeq   int64     `bson:"lastSeq"`   // of the last decision
	Queue     string    `bson:"q"`         // its place in the queue, or ""
	Waits     bool      `bson:"waits"`     // it is in the queue because it is pending
	Since     time.Time `bson:"since"`     // when it came into the queue
}

// collOf is where items of the kind are.
func collOf(k models.Kind) string {
	if k == models.KindIdea {
		return "ideas"
	}
	return "replies"
}

// ContributionByToken implements models.ReplyStore.
func (s *Store) ContributionByToken(ctx context.Context, tokenHash string) (models.Item, error) {
	for _, k := range []models.Kind{models.KindReply, models.KindIdea} {
		if tokenHash == "" {
			break
		}
		doc, found, err := engine.First[marker](s.read(ctx), engine.Query{
			Coll: collOf(k), Filter: eq("token", tokenHash), Fields: eq("_id", 1),
		})
		if err != nil || found {
			return models.Item{Kind: k, ID: doc.ID}, err
		}
	}
	return models.Item{}, missing(false, ctx.Err(), "error.item.unknown")
}

// consultationOf returns the consultation of an item, which never changes.
func (s *Store) consultationOf(ctx context.Context, coll, id, unknown string) (string, error) {
	doc, found, err := engine.First[Contribution](s.read(ctx), engine.Query{Coll: coll, Filter: eq("_id", id), Fields: eq("c", 1)})
	return doc.ConsultationID, missing(found, err, unknown)
}

// wording is an earlier text of an item.
type wording struct {
	ID    string    `bson:"_id"` // item and revision
	C     string    `bson:"c"`
	Item  string    `bson:"item"`
	Rev   int64     `bson:"rev"`
	Title string    `bson:"title"`
	Body  string    `bson:"body"`
	At    time.Time `bson:"at"`
}

func wordingID(item string, rev int64) string { return item + "." + hex(rev) }

// keepWording keeps a text that is about to be replaced.
func keepWording(t *tx, item models.Item, c Contribution, title, body string) error {
	return t.Add("wordings", wording{
		ID: wordingID(item.String(), c.Rev), C: c.ConsultationID, Item: item.String(), Rev: c.Rev, Title: title, Body: body, At: t.Now(),
	})
}

// TextRevisions implements models.ReplyStore.
func (s *Store) TextRevisions(ctx context.Context, item models.Item) ([]models.TextRevision, error) {
	c, err := s.consultationOf(ctx, collOf(item.Kind), item.ID, "error.item.unknown")
	if models.IsNotFound(err) {
		return nil, nil
	}
	return errorThen(err, func() ([]models.TextRevision, error) { return textRevisions(s.read(ctx), c, item) })
}

// errorThen goes on with then if there is no error.
func errorThen[T any](err error, then func() (T, error)) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return then()
}

func textRevisions(r engine.Reader, consultationID string, item models.Item) (list []models.TextRevision, err error) {
	q := engine.Query{
		Coll: "wordings", Sort: eq("_id", 1),
		Filter: eq("c", consultationID, "_id", eq("$gt", item.String()+".", "$lt", item.String()+"/")),
	}
	err = engine.Each(r, q, func(w wording) error {
		list = append(list, models.TextRevision{Item: item, Rev: w.Rev, Title: w.Title, Body: w.Body, At: w.At})
		return nil
	})
	return list, err
}

// ownership returns the conditions under which a text is the participant's, and the guest's.
func ownership(a models.Author) (filters []bson.D) {
	if a.ParticipantID != "" {
		filters = append(filters, eq("participant", a.ParticipantID))
	}
	if a.Guest != "" {
		filters = append(filters, eq("guest", a.Guest, "participant", ""))
	}
	return filters
}
