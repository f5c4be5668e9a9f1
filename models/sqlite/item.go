package sqlite

import (
	"context"
	"strings"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// itemKind is what the store knows of one kind of item. All tables of items have the
// columns of contributionColumns and decided_at.
type itemKind struct {
	// read returns one; its error is CodeNotFound.
	read func(q engine.Queries, id string) (models.Text, error)
	// describe fills in what stands around one in the queue.
	describe func(q engine.Queries, e *models.QueueEntry) error
	// moved does what a decision does besides moving the item's status.
	moved func(t *engine.Tx, it models.DecisionItem, s subject) error
	// verify lists those of a consultation whose id comes after one, by id.
	verify func(q engine.Queries, consultationID, after string) ([]models.VerifyItem, error)
}

// itemKinds has an entry for each kind of models.Kinds.
var itemKinds = map[models.Kind]itemKind{
	models.KindReply: {readReply, describeReply, replyMoved, verifyReplies},
	models.KindIdea:  {readIdea, describeIdea, ideaMoved, verifyIdeas},
}

// itemTables has the table of each of them.
var itemTables = map[models.Kind]string{models.KindReply: "replies", models.KindIdea: "ideas"}

// overItems returns text once for each kind of item, with its {kind} and {table}, joined
// by sep.
func overItems(text, sep string) string {
	var parts []string
	for _, kind := range models.Kinds() {
		parts = append(parts, strings.NewReplacer("{kind}", string(kind), "{table}", itemTables[kind]).Replace(text))
	}
	return strings.Join(parts, sep)
}

// Text implements models.ReplyStore.
func (s *Store) Text(ctx context.Context, item models.Item) (models.Text, error) {
	t, err := readItem(s.db.Reader(ctx), item)
	return t, engine.Wrap("text", err)
}

// readItem reads an item of any kind; CodeNotFound.
func readItem(q engine.Queries, item models.Item) (models.Text, error) {
	k, ok := itemKinds[item.Kind]
	if !ok {
		return nil, models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	return k.read(q, item.ID)
}

func readReply(q engine.Queries, id string) (models.Text, error) {
	r, err := reply(q, id)
	return r, err
}

func readIdea(q engine.Queries, id string) (models.Text, error) {
	i, err := idea(q, id)
	return i, unknownItem(err)
}
