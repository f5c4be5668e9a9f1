package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// fresh makes c what a text is that has just come in.
func fresh(c *models.Contribution, t *tx) {
	c.Status, c.Reason, c.Withdrawn, c.Rev = models.StatusPending, "", false, 1
	c.CreatedAt, c.EditedAt, c.PublishedAt = t.Now(), models.Time{}, models.Time{}
}

// ofText names a field of what an idea and a reply have in common.
func ofText(field string) string { return "contribution." + field }

// Standing is what an idea and a reply have besides: where they are with moderators. It is
// exported because the driver leaves out what is embedded and is not.
type Standing struct {
	models.CopiedStanding `bson:",inline"`
	Queue                 string `bson:"q"` // its place in the queue, or ""
}

type subject struct {
	idea  *idea
	reply *reply
	*models.Contribution
	*Standing
}

func (d *idea) subject() subject  { return subject{d, nil, &d.Contribution, &d.Standing} }
func (d *reply) subject() subject { return subject{nil, d, &d.Contribution, &d.Standing} }

// subjectOf reads one; CodeNotFound error.item.unknown if it is not in the consultation
// ("": whichever that is).
func subjectOf(r engine.Reader, c string, item models.Item) (s subject, err error) {
	var found bool
	if item.Kind == models.KindIdea {
		var d idea
		d, found, err = engine.Get[idea](r, "ideas", c, item.ID)
		s = d.subject()
	} else if item.Kind == models.KindReply {
		var d reply
		d, found, err = engine.Get[reply](r, "replies", c, item.ID)
		s = d.subject()
	}
	found = found && (c == "" || s.ConsultationID == c)
	return s, engine.Missing(found, err, "error.item.unknown")
}

func (s subject) item() models.Item {
	if s.idea != nil {
		return s.idea.Item()
	}
	return s.reply.Item()
}

func (s subject) put(t *tx) {
	if s.idea != nil {
		t.Put("ideas", *s.idea)
	} else {
		t.Put("replies", *s.reply)
	}
}

var (
	itemColls = []string{"replies", "ideas"}
	collOf    = map[models.Kind]string{models.KindReply: "replies", models.KindIdea: "ideas"}
)

// readers read an item of each kind by its id; their errors are CodeNotFound.
var readers = map[models.Kind]func(*Store, context.Context, string) (models.Text, error){
	models.KindReply: func(s *Store, ctx context.Context, id string) (models.Text, error) { return s.Reply(ctx, id) },
	models.KindIdea:  func(s *Store, ctx context.Context, id string) (models.Text, error) { return s.IdeaByID(ctx, id) },
}

// Text implements models.ReplyStore.
func (s *Store) Text(ctx context.Context, item models.Item) (models.Text, error) {
	if read, ok := readers[item.Kind]; ok {
		return read(s, ctx, item.ID)
	}
	return nil, models.Fail(models.CodeNotFound, "error.item.unknown")
}

// ContributionByToken implements models.ReplyStore.
func (s *Store) ContributionByToken(ctx context.Context, tokenHash string) (models.Item, error) {
	for _, k := range models.Kinds() {
		if tokenHash == "" {
			break
		}
		q := engine.Query{Coll: collOf[k], Filter: eq(ofText("tokenhash"), tokenHash), Fields: eq("_id", 1)}
		d, found, err := engine.First[Doc](s.read(ctx), q)
		if err != nil || found {
			return models.Item{Kind: k, ID: d.ID}, err
		}
	}
	return models.Item{}, engine.Missing(false, ctx.Err(), "error.item.unknown")
}

// consultationOf returns the consultation of an item, which never changes.
func (s *Store) consultationOf(ctx context.Context, coll, id, unknown string) (string, error) {
	d, found, err := engine.First[Doc](s.read(ctx), engine.Query{Coll: coll, Filter: eq("_id", id), Fields: eq("c", 1)})
	return d.C, engine.Missing(found, err, unknown)
}

type wording struct {
	Doc                 `bson:",inline"` // item and revision
	models.TextRevision `bson:",inline"`
}

func newWording(w models.TextRevision, consultationID string) wording {
	return wording{docIn(consultationID, w.Item.String()+"."+hex(w.Rev)), w}
}

func keepWording(t *tx, item models.Item, c models.Contribution, title, body string) {
	w := models.TextRevision{Item: item, Rev: c.Rev, Title: title, Body: body, At: t.Now()}
	t.Insert("wordings", newWording(w, c.ConsultationID))
}

// TextRevisions implements models.ReplyStore.
func (s *Store) TextRevisions(ctx context.Context, item models.Item) ([]models.TextRevision, error) {
	return textRevisions(s.read(ctx), bson.D{}, item)
}

// textRevisions reads the earlier texts of an item; in names its consultation if that is known.
func textRevisions(r engine.Reader, in bson.D, item models.Item) ([]models.TextRevision, error) {
	filter := append(in, eq("_id", eq("$gt", item.String()+".", "$lt", item.String()+"/"))...)
	list, err := engine.All[wording](r, engine.Query{Coll: "wordings", Filter: filter, Sort: eq("_id", 1)})
	return mapped(list, func(w wording) models.TextRevision { return w.TextRevision }), err
}
