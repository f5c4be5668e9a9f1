package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
)

// decision is its document; _id is the consultation and the sequence.
type decision struct {
	ID         string         `bson:"_id"`
	C          string         `bson:"c"`
	Seq        int64          `bson:"seq"`
	Op         string         `bson:"op"`
	Action     models.Action  `bson:"action"`
	Reason     string         `bson:"reason"`
	ReasonSalt string         `bson:"reasonSalt"`
	ActorID    string         `bson:"actor"`
	Undoes     int64          `bson:"undoes"`
	Items      []decisionItem `bson:"items"`
	Parts      int64          `bson:"parts"` // that hold further items
	At         time.Time      `bson:"at"`
	PrevHash   string         `bson:"prevHash"`
	Hash       string         `bson:"hash"`

	// What it does to its items and counters; the messages only until they are jobs.
	Moves   []move   `bson:"moves"`
	Threads []thread `bson:"threads"`
	Jobs    string   `bson:"jobs"` // JSON
	Ideas   int64    `bson:"ideas"`
	Replies int64    `bson:"replies"`
	Seen    bool     `bson:"seen"`
}

// decisionItem is models.DecisionItem as it is stored.
type decisionItem struct {
	Kind   models.Kind   `bson:"kind"`
	ID     string        `bson:"id"`
	Rev    int64         `bson:"rev"`
	From   models.Status `bson:"from"`
	To     models.Status `bson:"to"`
	Digest string        `bson:"digest"`
	Waited int64         `bson:"waited"` // milliseconds in the queue; -1: it did not wait for a moderator
}

func decisionID(consultationID string, seq int64) string { return consultationID + "." + hex(seq) }

// newDecision makes the document of d, which has its place in the chain.
func newDecision(d models.Decision, op string) decision {
	return decision{
		ID: decisionID(d.ConsultationID, d.Seq), C: d.ConsultationID, Seq: d.Seq, Op: op, Action: d.Action, Reason: d.Reason,
		ReasonSalt: d.ReasonSalt, ActorID: d.ActorID, Undoes: d.Undoes, At: d.At, PrevHash: d.PrevHash, Hash: d.Hash,
		Items: mapped(d.Items, func(i models.DecisionItem) decisionItem {
			return decisionItem{i.Item.Kind, i.Item.ID, i.Rev, i.From, i.To, i.Digest, -1}
		}),
	}
}

func (d decision) model() models.Decision {
	return models.Decision{
		ConsultationID: d.C, Seq: d.Seq, Action: d.Action, Reason: d.Reason, ReasonSalt: d.ReasonSalt, ActorID: d.ActorID,
		Undoes: d.Undoes, At: d.At, PrevHash: d.PrevHash, Hash: d.Hash,
		Items: mapped(d.Items, func(i decisionItem) models.DecisionItem {
			return models.DecisionItem{Item: models.Item{Kind: i.Kind, ID: i.ID}, Rev: i.Rev, From: i.From, To: i.To, Digest: i.Digest}
		}),
	}
}

// linkToChain gives d its place in the chain: number, time and hashes.
func linkToChain(d *models.Decision, c consultation, now time.Time) {
	d.At, d.Seq, d.PrevHash = now, c.ChainLength+1, c.ChainHead
	d.Hash = d.ChainHash()
}

// chainOf is the filter of the decisions of a chain after a sequence, up to its length:
// one whose items have not all followed yet is not to be seen.
func (s *Store) chainOf(ctx context.Context, consultationID string, after int64) (bson.D, error) {
	c, found, err := first[consultation](ctx, s, "consultations", eq("_id", consultationID), nil, eq("chainLength", 1))
	if err != nil || !found {
		return nil, err
	}
	return eq("c", consultationID, "seq", eq("$gt", after, "$lte", c.ChainLength)), nil
}

// Decision implements models.ModerationStore.
func (s *Store) Decision(ctx context.Context, consultationID string, seq int64) (models.Decision, error) {
	list, err := s.Decisions(ctx, consultationID, seq-1, 1)
	if err == nil && (len(list) == 0 || list[0].Seq != seq) {
		err = models.Fail(models.CodeNotFound, "error.decision.missing")
	}
	if err != nil {
		return models.Decision{}, err
	}
	return list[0], nil
}

// Decisions implements models.ModerationStore; a limit of 0 is none.
func (s *Store) Decisions(ctx context.Context, consultationID string, after int64, limit int) ([]models.Decision, error) {
	filter, err := s.chainOf(ctx, consultationID, after)
	if err != nil || filter == nil {
		return nil, err
	}
	q := query{coll: "decisions", filter: filter, sort: eq("seq", 1), limit: int64(max(limit, 0)), fields: withoutMoves}
	var list []models.Decision
	err = each(ctx, s, q, func(d decision) error {
		d, err := s.whole(ctx, d)
		list = append(list, d.model())
		return err
	})
	return list, err
}

var withoutMoves = eq("moves", 0, "threads", 0, "jobs", 0)

// Waits implements models.ModerationStore. What came in by an import or was
// withdrawn by its author is left out.
func (s *Store) Waits(ctx context.Context, consultationID string, n int) (waits []time.Duration, err error) {
	filter, err := s.chainOf(ctx, consultationID, 0)
	if err != nil || filter == nil || n <= 0 {
		return nil, err
	}
	q := query{coll: "decisions", filter: filter, sort: eq("seq", -1), fields: eq("items.waited", 1, "c", 1, "parts", 1)}
	err = each(ctx, s, q, func(d decision) error {
		d, err := s.whole(ctx, d)
		if err != nil {
			return err
		}
		for i := len(d.Items) - 1; i >= 0; i-- {
			if d.Items[i].Waited < 0 {
				continue
			}
			waits = append(waits, time.Duration(d.Items[i].Waited)*time.Millisecond)
			if len(waits) == n {
				return errEnough
			}
		}
		return nil
	})
	return waits, err
}
