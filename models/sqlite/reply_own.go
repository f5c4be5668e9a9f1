package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// The conditions for texts of an author as a participant and as a guest; after signing in
// both apply.
const (
	theParticipants = "participant_id = ? AND participant_id <> ''"
	theGuests       = "guest = ? AND guest <> '' AND participant_id = ''"
)

// eachOwn calls ask for the texts of a as a participant and then as a guest.
func eachOwn(consultationID string, a models.Author, ask func(topic, where, who string) error) error {
	topics := ownTopics(consultationID, a)
	for n, x := range [2]struct{ where, who string }{{theParticipants, a.ParticipantID}, {theGuests, a.Guest}} {
		if x.who == "" {
			continue
		}
		if err := ask(topics[n], x.where, x.who); err != nil {
			return err
		}
	}
	return nil
}

// waiting is a page of one author's pending texts and the number of all of them.
type waiting[T any] struct {
	list  []T
	total int64
}

// ownWaiting lists pending texts of one kind, read by the SELECT all. The first page is
// cached, because it is on every page that the author reads.
func ownWaiting[T any](ctx context.Context, s *Store, q models.OwnQuery, table, all, further string, args []any,
	scan func(engine.Scanner) (T, error), place func(T) models.OwnPlace,
) (list []T, total int64, err error) {
	err = eachOwn(q.ConsultationID, q.Author, func(topic, where, who string) error {
		where = " WHERE " + where + " AND consultation_id = ?" + further + " AND status = 'pending'"
		args := append([]any{who, q.ConsultationID}, args...)
		read := func() (w waiting[T], err error) {
			if w.total, err = engine.One[int64](s.db.Reader(ctx).Row("SELECT count(*) FROM "+table+where, args...)); err != nil || w.total == 0 {
				return w, err
			}
			before := int64(math.MaxInt64)
			if !q.Before.At.IsZero() {
				before = engine.Millis(q.Before.At)
			}
			rows, err := s.db.Reader(ctx).Query(all+where+" AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
				append(args, before, q.Before.ID, q.Limit)...)
			w.list, err = engine.Collect(rows, err, scan)
			return w, err
		}
		found, err := waiting[T]{}, error(nil)
		if q.Before == (models.OwnPlace{}) {
			found, err = engine.Cached(s.db.Cache(), fmt.Sprint(topic, " ", table, " ", q.IdeaID, " ", q.Limit), engine.FixedTopic[waiting[T]](topic), read)
		} else {
			found, err = read()
		}
		list, total = append(list, found.list...), total+found.total
		return err
	})
	slices.SortFunc(list, func(a, b T) int {
		return cmp.Or(place(b).At.Compare(place(a).At), cmp.Compare(place(b).ID, place(a).ID))
	})
	return list[:min(len(list), q.Limit)], total, err
}

// ownReplySelect is replySelect without the names of those who are not published any more.
var ownReplySelect = strings.Replace(replySelect, " parent_name,", ` CASE WHEN EXISTS
	(SELECT 1 FROM replies p WHERE p.id = replies.parent_id AND p.status = 'published') THEN parent_name ELSE '' END,`, 1)

// OwnReplies implements models.ReplyStore.
func (s *Store) OwnReplies(ctx context.Context, q models.OwnQuery) ([]models.Reply, int64, error) {
	list, total, err := ownWaiting(ctx, s, q, "replies", ownReplySelect, " AND idea_id = ?", []any{q.IdeaID}, scanReply,
		func(r models.Reply) models.OwnPlace { return r.OwnPlace() })
	return list, total, engine.Wrap("own replies", err)
}

// OwnIdeas implements models.IdeaStore.
func (s *Store) OwnIdeas(ctx context.Context, q models.OwnQuery) ([]models.Idea, int64, error) {
	list, total, err := ownWaiting(ctx, s, q, "ideas", ideaSelect, "", nil, scanIdea,
		func(i models.Idea) models.OwnPlace { return i.OwnPlace() })
	return list, total, engine.Wrap("own ideas", err)
}
