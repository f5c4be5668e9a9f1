package mongo

import (
	"context"
	"slices"

	"folkmoot/models"
)

// record is where an item is with moderators, as it is copied.
func (s standing) record() models.CopiedStanding {
	r := models.CopiedStanding{DecidedAt: s.DecidedAt, LastSeq: s.LastSeq}
	if s.Queue != "" {
		r.Queued, r.Waits, r.Since = true, s.Waits, s.Since
	}
	return r
}

func ideaOut(d idea) models.CopyRecord {
	return models.CopiedIdea{Idea: d.model(), CopiedStanding: d.Standing.record()}
}

func replyOut(d reply) models.CopyRecord {
	return models.CopiedReply{Reply: d.model(0), CopiedStanding: d.Standing.record()}
}

// wordingsOut leaves out what an edit that came to nothing has left.
func (s *Store) wordingsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return each(ctx, s, afterID("wordings", after), func(d wording) error {
		item, err := models.ParseItem(d.Item)
		if err != nil {
			return err
		}
		now, found, err := first[contribution](ctx, s, collOf(item.Kind), eq("c", d.C, "_id", item.ID), nil, eq("rev", 1))
		if err != nil || !found || d.Rev >= now.Rev {
			return err
		}
		text := models.TextRevision{Item: item, Rev: d.Rev, Title: d.Title, Body: d.Body, At: d.At}
		return fn(models.CopiedWording{TextRevision: text, ConsultationID: d.C})
	})
}

// votesOut gives of each the entry that stands.
func (s *Store) votesOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	closing, err := s.closingTimes(ctx)
	if err != nil {
		return err
	}
	return each(ctx, s, afterID("votes", after), func(d vote) error {
		v, ok := d.standing(closing[d.Vote.ConsultationID])
		if !ok {
			return nil
		}
		return fn(models.CopiedVote{Vote: v})
	})
}

func (s *Store) decisionsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return s.eachConsultation(ctx, func(c consultation) error {
		if decisionID(c.ID, c.ChainLength) <= after {
			return nil
		}
		chain := eq("c", c.ID, "seq", eq("$gt", int64(0), "$lte", c.ChainLength))
		q := query{coll: "decisions", filter: chain, sort: eq("seq", 1), fields: withoutMoves}
		return each(ctx, s, q, func(d decision) error {
			d, err := s.whole(ctx, d)
			if err != nil {
				return err
			}
			waited := mapped(d.Items, func(i decisionItem) int64 { return i.Waited })
			return fn(models.CopiedDecision{Decision: d.model(), Waited: waited})
		})
	})
}

// reportsOut adds which decision closed a report: the first on its item that came after it.
func (s *Store) reportsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return each(ctx, s, afterID("reports", after), func(d report) error {
		r := d.model()
		at, _, err := first[subject](ctx, s, collOf(d.Kind), eq("c", d.C, "_id", d.ItemID), nil, eq("lastSeq", 1))
		if err == nil && at.Standing.LastSeq > d.After {
			r.ClosedBy, err = s.firstOn(ctx, d)
		}
		return errorOr(err, func() error { return fn(models.CopiedReport{Report: r}) })
	})
}

// firstOn gives the first decision on a report's item after the report.
func (s *Store) firstOn(ctx context.Context, r report) (seq int64, err error) {
	q := query{
		coll: "decisions", filter: eq("c", r.C, "seq", eq("$gt", r.After)), sort: eq("seq", 1),
		fields: eq("seq", 1, "c", 1, "parts", 1, "items.kind", 1, "items.id", 1),
	}
	return seq, each(ctx, s, q, func(d decision) error {
		d, err := s.whole(ctx, d)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(d.Items, func(i decisionItem) bool { return i.Kind == r.Kind && i.ID == r.ItemID }) {
			return nil
		}
		seq = d.Seq
		return errEnough
	})
}
