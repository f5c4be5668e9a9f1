package mongo

import (
	"context"

	"folkmoot/models"
)

// readers read an item of each kind by its id; their errors are CodeNotFound.
var readers = map[models.Kind]func(*Store, context.Context, string) (models.Text, error){
	models.KindReply: func(s *Store, ctx context.Context, id string) (models.Text, error) { return textOf(s.Reply(ctx, id)) },
	models.KindIdea: func(s *Store, ctx context.Context, id string) (models.Text, error) {
		return textOf(s.IdeaByID(ctx, id))
	},
}

func textOf[T models.Text](t T, err error) (models.Text, error) { return t, err }

// Text implements models.ReplyStore.
func (s *Store) Text(ctx context.Context, item models.Item) (models.Text, error) {
	read, ok := readers[item.Kind]
	if !ok {
		return nil, models.Fail(models.CodeNotFound, "error.item.unknown")
	}
	return read(s, ctx, item.ID)
}
