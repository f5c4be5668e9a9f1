package sqlite

import (
	"context"
	"slices"
	"strings"

	"folkmoot/models"
)

// ownKept is how many texts of one author are remembered at most.
const ownKept = 32

// What is an author's as a participant, and as a guest: after signing in both are.
const (
	theParticipants = "participant_id = ? AND participant_id <> ''"
	theGuests       = "guest = ? AND guest <> '' AND participant_id = ''"
)

// eachOwn asks for what is a's as a participant and then as a guest.
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

// OwnReplies implements models.ReplyStore. An author's page is made of them, and asks
// each time whether they are still the same.
func (s *Store) OwnReplies(ctx context.Context, consultationID, ideaID string, a models.Author) (list []models.Reply, err error) {
	err = eachOwn(consultationID, a, func(topic, where, who string) error {
		few := func(list []models.Reply) string {
			if len(list) > ownKept {
				return unkept
			}
			return topic
		}
		found, err := remember(s.memo, topic+" replies "+ideaID, few, func() ([]models.Reply, error) {
			rows, err := s.reader(ctx).query(replySelect+"WHERE "+where+" AND consultation_id = ? AND idea_id = ? AND status = 'pending'",
				who, consultationID, ideaID)
			return collect(rows, err, scanReply)
		})
		list = append(list, found...)
		return err
	})
	slices.SortFunc(list, func(a, b models.Reply) int { return strings.Compare(a.Path, b.Path) })
	return list, wrap("own replies", err)
}

// UnpublishedOwn implements models.ReplyStore.
func (s *Store) UnpublishedOwn(ctx context.Context, consultationID string, a models.Author) (sum int64, err error) {
	err = eachOwn(consultationID, a, func(topic, where, who string) error {
		n, err := remember(s.memo, topic+" unpublished", about[int64](topic), func() (int64, error) {
			texts := " WHERE " + where + " AND consultation_id = ? AND status IN ('pending', 'rejected')"
			return one[int64](s.reader(ctx).row("SELECT (SELECT count(*) FROM replies"+texts+") + (SELECT count(*) FROM ideas"+texts+")",
				who, consultationID, who, consultationID))
		})
		sum += n
		return err
	})
	return sum, wrap("unpublished own texts", err)
}
