package mongo

import (
	"context"
	"fmt"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// outlet hands on what comes after a key, in one kind.
type outlet func(ctx context.Context, after string, fn func(models.CopyRecord) error) error

// CopyOut implements models.CopyStore.
func (s *Store) CopyOut(ctx context.Context, kind models.CopyKind, after string, fn func(models.CopyRecord) error) error {
	out := s.outletOf(kind)
	if out == nil {
		return fmt.Errorf("copy: no kind %q", kind)
	}
	return out(ctx, after, func(r models.CopyRecord) error {
		if r.CopyKey() <= after { // kinds of which there are few are read from their beginning
			return nil
		}
		return fn(r)
	})
}

func (s *Store) outletOf(kind models.CopyKind) outlet {
	switch kind {
	case models.CopySite:
		return s.siteOut
	case models.CopyConsultations:
		return byID(s, "consultations", consultationOut)
	case models.CopyRevisions:
		return s.revisionsOut
	case models.CopyParticipants:
		return byID(s, "participants", participantOut)
	case models.CopySessions:
		return byID(s, "sessions", sessionOut)
	case models.CopyLinks:
		return s.linksOut
	case models.CopyIdeas:
		return byID(s, "ideas", ideaOut)
	case models.CopyReplies:
		return byID(s, "replies", replyOut)
	case models.CopyWordings:
		return s.wordingsOut
	case models.CopyVotes:
		return byID(s, "votes", voteOut)
	case models.CopyDecisions:
		return s.decisionsOut
	case models.CopyReports:
		return byID(s, "reports", reportOut)
	case models.CopySealed:
		return s.sealedOut
	case models.CopyResponses:
		return byID(s, "responses", responseOut)
	case models.CopyJobs:
		return s.jobsOut
	case models.CopyAudit:
		return s.auditOut
	}
	return nil
}

// byID hands on the documents of a collection by their _id, as record makes them.
func byID[T any](s *Store, coll string, record func(T) models.CopyRecord) outlet {
	return func(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
		return engine.Each(s.read(ctx), afterID(coll, after), func(d T) error { return fn(record(d)) })
	}
}

func afterID(coll, after string) engine.Query {
	return engine.Query{Coll: coll, Filter: eq("_id", eq("$gt", after)), Sort: eq("_id", 1), Batch: engine.BatchSize}
}

func (s *Store) siteOut(ctx context.Context, _ string, fn func(models.CopyRecord) error) error {
	secret, err := s.Secret(ctx)
	if err != nil {
		return err
	}
	marked, err := s.Demo(ctx)
	if err != nil {
		return err
	}
	r := models.CopiedSite{Secret: secret, Demo: marked}
	if r.Audit, err = s.AuditHead(ctx); err != nil {
		return err
	}
	r.Settings, err = s.SiteSettings(ctx)
	return errorOr(err, func() error { return fn(r) })
}

func consultationOut(d consultation) models.CopyRecord {
	return models.CopiedConsultation{Consultation: d.model(), ReplySeq: d.ReplySeq}
}

// revisionsOut counts the edits of each consultation.
func (s *Store) revisionsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	n, last := int64(0), ""
	return engine.Each(s.read(ctx), engine.Query{Coll: "revisions", Sort: eq("_id", 1), Batch: engine.BatchSize}, func(d revision) error {
		if d.C != last {
			n, last = 0, d.C
		}
		n++
		edit, err := d.model()
		return errorOr(err, func() error { return fn(models.CopiedRevision{ConsultationRevision: edit, N: n}) })
	})
}

func participantOut(d participant) models.CopyRecord {
	return models.CopiedParticipant{Participant: d.model()}
}

func sessionOut(d session) models.CopyRecord { return models.CopiedSession{Session: d.model()} }

func (s *Store) linksOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	closing, err := s.closingTimes(ctx)
	if err != nil {
		return err
	}
	return byID(s, "links", func(d link) models.CopyRecord {
		var closes time.Time
		if d.Purpose == models.PurposeBallot {
			closes = closing[d.ConsultationID]
		}
		l := d.model(closes)
		if l.Choices == nil {
			l.Choices = []models.ChosenVote{}
		}
		return models.CopiedLink{Link: l}
	})(ctx, after, fn)
}

// closingTimes returns when each consultation closes.
func (s *Store) closingTimes(ctx context.Context) (map[string]time.Time, error) {
	times := map[string]time.Time{}
	return times, engine.Each(s.read(ctx), engine.Query{Coll: "consultations", Fields: eq("closesAt", 1)}, func(c consultation) error {
		times[c.ID] = c.ClosesAt
		return nil
	})
}

func (s *Store) sealedOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return engine.Each(s.read(ctx), afterID("sealed", after), func(d sealed) error {
		v, err := s.assembled(ctx, d, partFull, partPublic)
		return errorOr(err, func() error { return fn(models.CopiedSealed{Sealed: v}) })
	})
}

func responseOut(d response) models.CopyRecord {
	return models.CopiedResponse{Response: *d.model(), ConsultationID: d.C}
}

func (s *Store) jobsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return engine.Each(s.read(ctx), afterID("jobs", after), func(d job) error {
		j, err := d.model()
		return errorOr(err, func() error { return fn(models.CopiedJob{Job: j}) })
	})
}

func (s *Store) auditOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return engine.Each(s.read(ctx), afterID("audit", after), func(d auditEntry) error {
		e, err := d.model()
		return errorOr(err, func() error { return fn(models.CopiedAuditEntry{AuditEntry: e}) })
	})
}
