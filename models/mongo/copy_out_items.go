package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// record is where an item is with moderators, as it is copied.
func (s Standing) record() models.CopiedStanding {
	r := models.CopiedStanding{DecidedAt: s.DecidedAt, LastSeq: s.LastSeq}
	if s.Queue != "" {
		r.Queued, r.Waits, r.Since = true, s.Waits, s.Since
	}
	return r
}

func ideaOut(d idea) models.CopyRecord {
	return models.CopiedIdea{Idea: d.model(), CopiedStanding: d.record()}
}

func replyOut(d reply) models.CopyRecord {
	return models.CopiedReply{Reply: d.model(0), CopiedStanding: d.record()}
}

func voteOut(d vote) models.CopyRecord { return models.CopiedVote{Vote: d.model()} }

func reportOut(d report) models.CopyRecord { return models.CopiedReport{Report: d.model()} }

func (s *Store) wordingsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return engine.Each(s.read(ctx), afterID("wordings", after), func(d wording) error {
		item, err := models.ParseItem(d.Item)
		text := models.TextRevision{Item: item, Rev: d.Rev, Title: d.Title, Body: d.Body, At: d.At}
		return errorOr(err, func() error { return fn(models.CopiedWording{TextRevision: text, ConsultationID: d.C}) })
	})
}

func (s *Store) decisionsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return engine.Each(s.read(ctx), afterID("decisions", after), func(d decision) error {
		r := models.CopiedDecision{Decision: d.model()}
		err := eachDecided(s.read(ctx), d.C, d.Seq, d.Seq, func(it decided) {
			r.Items, r.Waited = append(r.Items, it.model()), append(r.Waited, it.Waited)
		})
		return errorOr(err, func() error { return fn(r) })
	})
}
